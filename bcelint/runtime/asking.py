"""What the contract tables say of one call of a torch function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Callable

import torch

from bcelint.contracts import aliases, schema, tables
from bcelint.contracts.schema import KEEP, REQUIRED, UNKNOWN, Arg, Args, Op, Outcome, Param, Result
from bcelint.runtime.memory import DTYPES, Record
from bcelint.runtime.rows import GETITEM, Swapped, Weighted, by_function

MAX_ELEMENTS = 64
MAX_NESTING = 2
"""Longer lists, and lists nested deeper, are not looked through for tensors and numbers."""

Asked = tuple[str, Outcome, Any, bool]
"""The title of an operation, what comes out, its main argument, and whether trained weights went in."""


def ask(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any], arg: Callable[[Any], Arg]) -> Asked | None:
    """What the tables say of one call, or None where they say nothing."""
    if function == GETITEM:
        return "index", _item(arg(args[0]), arg(args[1])), args[0], False
    row = by_function().get(function)
    if isinstance(row, Weighted):
        return _of_layer(row, function, args, kwargs, arg)
    if isinstance(row, Swapped):
        row, args = row.row, tuple(reversed(args))
    return None if row is None else _of_function(row, args, kwargs, arg)


def weighs(function: Any) -> bool:
    """Whether a loss may stand in a function of torch as a weight, or as what another one is held against."""
    row = by_function().get(function)
    row = row.row if isinstance(row, Swapped) else row
    return isinstance(row, Op) and tables.weighs(row)


def _item(given: Arg, index: Arg) -> Result:
    """What holds of ``x[index]``."""
    asked = [part for part in (index, *(index.items or ())) if part.is_tensor]
    own = any(part.sources and given.sources and part.sources & given.sources for part in asked)
    facts = given.facts.of_asked() if own else given.facts.of_some() if asked else given.facts.of_part()
    return Result(facts.range, facts.kind, None, KEEP, None, KEEP)


def _of_function(row: Op, args: Sequence[Any], kwargs: Mapping[str, Any], arg: Callable[[Any], Arg]) -> Asked | None:
    bound = _bound(row.params, args, kwargs, row.variadic)
    if bound is None:
        return None
    named, extra = bound
    given = Args({name: arg(value) for name, value in named.items()}, row.params, [arg(value) for value in extra])
    return row.title, schema.outcome_of(row, given), named.get(row.main), False


def _of_layer(row: Weighted, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any], arg: Callable[[Any], Arg]) -> Asked | None:
    weight = args[row.weight] if 0 <= row.weight < len(args) else kwargs.get("weight")
    learned = row.weight < 0 or isinstance(weight, torch.nn.Parameter) or (isinstance(weight, torch.Tensor) and weight.requires_grad)
    main = args[0] if args else kwargs.get("input")
    if not learned:
        plain = tables.op(f"torch.nn.functional.{getattr(function, '__name__', '')}")
        return None if plain is None else _of_function(plain, args, kwargs, arg)
    layer = row.layer
    constants = {name: Arg(constant=value, is_tensor=False) for name, value in row.constants}
    outcome = tables.outcome(layer, Args({layer.main: arg(main), **constants}, (*layer.init, *layer.call)))
    return layer.title, outcome, main, True


def _bound(params: Sequence[Param], args: Sequence[Any], kwargs: Mapping[str, Any], variadic: bool) -> tuple[dict[str, Any], Sequence[Any]] | None:
    """The values by parameter name, and those beyond; None where they do not fit."""
    positional = [p.name for p in params if not p.keyword_only]
    bound = dict(zip(positional, args))
    extra = args[len(positional) :]
    if extra and not variadic:
        return None
    names = {p.name for p in params}
    for name, value in kwargs.items():
        known = name if name in names else aliases.KEYWORDS.get(name, name)
        if known in names:
            bound.setdefault(known, value)
        elif name not in aliases.IGNORED and name not in ("requires_grad", "inplace"):
            return None
    if any(p.default is REQUIRED and p.name not in bound for p in params):
        return None
    return bound, extra


def as_arg(value: Any, records: Mapping[int, Record], depth: int = MAX_NESTING) -> Arg:
    """A value as the rows see it."""
    if isinstance(value, torch.Tensor):
        record = records.get(id(value))
        return Arg(is_tensor=True, sources=None) if record is None else Arg(record.known.facts, is_tensor=True, sources=record.sources)
    if isinstance(value, torch.dtype):
        return Arg(constant=DTYPES.get(value, UNKNOWN), is_tensor=False)
    if isinstance(value, torch.device):
        return Arg(constant=str(value), is_tensor=False)
    if value is None or isinstance(value, (bool, int, float, str)) or value is float or value is int:
        return Arg(constant=value, is_tensor=False)
    if isinstance(value, (tuple, list)) and depth and len(value) <= MAX_ELEMENTS:
        items = tuple(as_arg(item, records, depth - 1) for item in value)
        constants = tuple(item.constant for item in items)
        known = all(constant is not UNKNOWN for constant in constants)
        return Arg(
            constant=constants if known else UNKNOWN, items=items, is_tensor=False, sources=_joined(items), is_size=isinstance(value, torch.Size)
        )
    return Arg(sources=None)


def _joined(items: Sequence[Arg]) -> frozenset[int] | None:
    if any(item.sources is None for item in items):
        return None
    return frozenset().union(*(item.sources for item in items if item.sources is not None))
