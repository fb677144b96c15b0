"""The real things behind the names of the rows."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from bcelint.contracts.declared.declarations import library, packages
from bcelint.contracts.declared.rows import DeclaredCall, DeclaredLoss

GONE = {
    "fastai.layers.BCEWithLogitsLossFlat": "moved in 2.1",
    "fastai.layers.BCELossFlat": "moved in 2.1",
    "fastai.layers.CrossEntropyLossFlat": "moved in 2.1",
    "fastai.layers.LabelSmoothingCrossEntropyFlat": "moved in 2.1",
    "fastai.layers.LabelSmoothingCrossEntropy": "moved in 2.1",
}
"""Names that older versions had, and today's have no more."""


def real(name: str) -> Any:
    """What stands under a dotted name; the test is skipped where the package is not installed."""
    pytest.importorskip(name.partition(".")[0])
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):  # the longest first: a function may be named like the module that it stands in
        try:
            found: Any = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise ModuleNotFoundError(name)


def rows() -> Iterator[DeclaredLoss | DeclaredCall]:
    for package in sorted(packages()):
        found = library(package)
        yield from {id(row): row for row in (*found.losses.values(), *found.calls.values())}.values()


def by_name(row: DeclaredLoss | DeclaredCall) -> str:
    return row.names[0]
