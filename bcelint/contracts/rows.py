"""How rows are written: signatures as text, names in short, and the fields that many rows share."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from typing import Any

from bcelint.contracts.schema import KEEP, REQUIRED, Op, Param

DOCS = "docs.pytorch.org/docs/2.13/generated/"
MEASURED = "measured, torch 2.13"

KEPT: dict[str, Any] = {"range": KEEP, "kind": KEEP, "axis": KEEP}
"""Every value goes through as it is, in its place."""
MOVED: dict[str, Any] = {"range": KEEP, "kind": KEEP}
"""The values go through, but a softmax's axis may be another one now."""


@cache
def signature(text: str) -> tuple[Param, ...]:
    """The parameters of ``text``, which is written as in a ``def``; a ``*name`` in it is left to ``variadic``."""
    arguments = _arguments(text)
    positional = arguments.posonlyargs + arguments.args
    lacking = len(positional) - len(arguments.defaults)
    params = [Param(a.arg, REQUIRED if i < lacking else ast.literal_eval(arguments.defaults[i - lacking])) for i, a in enumerate(positional)]
    for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        params.append(Param(a.arg, REQUIRED if default is None else ast.literal_eval(default), keyword_only=True))
    return tuple(params)


def variadic(text: str) -> bool:
    return _arguments(text).vararg is not None


@cache
def _arguments(text: str) -> ast.arguments:
    function = ast.parse(f"def f({text}): ...").body[0]
    assert isinstance(function, ast.FunctionDef)
    return function.args


def spelled(names: str) -> tuple[str, ...]:
    """Dotted names from short ones: ``.view`` is a tensor's method, ``F.relu`` lies in torch.nn.functional, ``nn.ReLU`` in torch.nn."""
    return tuple(_full(n) for n in names.split())


def _full(name: str) -> str:
    if name.startswith("."):
        return "torch.Tensor" + name
    if name.startswith("F."):
        return "torch.nn.functional" + name[1:]
    if name.startswith("nn."):
        return "torch." + name
    return name


def page(name: str) -> str:
    """The page of torch's documentation that speaks of ``name``."""
    return f"{DOCS}{name}.html"


def op(names: str, text: str, source: str = "", **fields: Any) -> Op:
    """One row: its names in short, its signature as text, and what comes out."""
    full = spelled(names)
    return Op(full, signature(text), source or page(full[0]), variadic=variadic(text), **fields)


def ops(spellings: Mapping[str, str], source: str = "", **fields: Any) -> tuple[Op, ...]:
    """Rows that behave alike and differ in their signatures."""
    return tuple(op(names, text, source, **fields) for names, text in spellings.items())


def attribute(names: str, source: str = "", **fields: Any) -> Op:
    """A row that is read from a tensor, not called."""
    return op(names, "input", source, attribute=True, **fields)
