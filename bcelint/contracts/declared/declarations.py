"""The tables ``losses`` and ``calls`` as a whole: the user's, and those of our own files, one file a package in ``contracts/libraries``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from bcelint.contracts.declared.calls import read_call
from bcelint.contracts.declared.losses import read_loss
from bcelint.contracts.declared.reading import BadTable, Table, dotted
from bcelint.contracts.declared.rows import Declarations, DeclaredCall, DeclaredLoss

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "libraries")


def read(data: Mapping[str, Any], path: str = "", ours: bool = False) -> Declarations:
    """The rows in the tables ``losses`` and ``calls`` of ``data``, which stands at ``path``. Raises BadTable; other keys are left alone."""
    losses: dict[str, DeclaredLoss] = {}
    calls: dict[str, DeclaredCall] = {}
    for name, value in Table(data.get("losses", {}), dotted(path, "losses")).data.items():
        key = dotted(dotted(path, "losses"), name)
        _check_name(name, key)
        loss = read_loss(name, value, key, ours)
        for each in loss.names:
            _add(losses, each, loss, key)
    for name, value in Table(data.get("calls", {}), dotted(path, "calls")).data.items():
        key = dotted(dotted(path, "calls"), name)
        _check_name(name, key)
        call = read_call(name, value, key, ours)
        for each in call.names:
            if each in losses:
                raise BadTable(key, f"{each} is declared as a loss, too")
            _add(calls, each, call, key)
    return Declarations(losses, calls)


def _add(rows: dict[str, Any], name: str, row: Any, key: str) -> None:
    if name in rows:
        raise BadTable(key, f"{name} is declared twice")
    rows[name] = row


def _check_name(name: str, key: str) -> None:
    parts = name.split(".")
    if len(parts) < 2 or not all(part.isidentifier() for part in parts):
        raise BadTable(key, 'is no dotted name, such as "mylib.losses.FocalLoss" in quotes')


@cache
def packages() -> frozenset[str]:
    """The packages that a file of ours speaks of."""
    return frozenset(entry[: -len(".toml")] for entry in os.listdir(FOLDER) if entry.endswith(".toml"))


@cache
def library(package: str) -> Declarations:
    """All that our file says of ``package``. To read every row takes longer than to read the file: who wants one asks ``library_row``."""
    return read(_tables(package), ours=True)


@cache
def library_names(package: str) -> Mapping[str, tuple[str, str]]:
    """Every name in our file of ``package``, with the table (``losses`` or ``calls``) and the row that it stands for."""
    found = {}
    for table, rows in _tables(package).items():
        for name, row in rows.items():
            found.update(dict.fromkeys((name, *row.get("names", ())), (table, name)))
    return found


@cache
def library_row(name: str) -> DeclaredLoss | DeclaredCall | None:
    """The row of something of a library by its dotted name."""
    package = name.partition(".")[0]
    table, row = library_names(package).get(name, ("", ""))
    return _row(package, table, row) if table else None


@cache
def _row(package: str, table: str, name: str) -> DeclaredLoss | DeclaredCall:
    reader = read_loss if table == "losses" else read_call
    return reader(name, _tables(package)[table][name], dotted(table, name), ours=True)


@cache
def _tables(package: str) -> Mapping[str, Any]:
    if package not in packages():
        return {}
    from bcelint.contracts.declared.toml import load

    return Table(load(os.path.join(FOLDER, f"{package}.toml")), "", ("losses", "calls")).data
