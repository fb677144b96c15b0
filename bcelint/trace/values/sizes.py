"""What a tensor says of its shape: the numbers that are known, and symbols for the others."""

from __future__ import annotations

import math
from typing import Any

from bcelint.facts import Facts, Shape
from bcelint.trace.interpreter import Arguments, Interpreter, Value
from bcelint.trace.values.constants import Const
from bcelint.trace.values.raised import Raised
from bcelint.trace.values.tuples import Tuple


def rank(at: Interpreter, facts: Facts, symbol: str) -> Value:
    """``x.ndim``, ``x.dim()``. Symbols are made of that of the shape's owner."""
    shape = _shape(facts)
    known = None if shape is None else shape.rank
    return Const(known) if known is not None else at.unknown("the rank of a tensor", symbol=f"{symbol}.ndim", number=True)


def sizes(at: Interpreter, facts: Facts, symbol: str) -> Value:
    """``x.shape``, ``x.size()``."""
    shape = _shape(facts)
    if shape is None or shape.open:
        return at.unknown("the shape of a tensor", symbol=f"{symbol}.shape")
    return Tuple(tuple(_size(at, symbol, axis, dim) for axis, dim in enumerate(shape.dims)))


def size(at: Interpreter, facts: Facts, symbol: str, args: Arguments) -> Value:
    """``x.size()`` or ``x.size(axis)``."""
    if not args.all():
        return sizes(at, facts, symbol)
    axis = args.all()[0].constant
    if not isinstance(axis, int):
        return at.unknown("a size of a tensor", number=True)
    shape = _shape(facts)
    if shape is not None and not shape.open and not -len(shape.dims) <= axis < len(shape.dims):
        return Raised(f"a tensor of {len(shape.dims)} dimensions has no dimension {axis}")
    return _size(at, symbol, axis, None if shape is None else shape.dim(axis))


def length(at: Interpreter, facts: Facts, symbol: str) -> Value:
    """``len(x)``."""
    return size(at, facts, symbol, Arguments((Const(0),)))


def count(at: Interpreter, facts: Facts, symbol: str) -> Value:
    """``x.numel()``."""
    shape = _shape(facts)
    if shape is not None and not shape.open and all(isinstance(dim, int) for dim in shape.dims):
        return Const(math.prod(dim for dim in shape.dims if isinstance(dim, int)))
    return at.unknown("the size of a tensor", symbol=f"{symbol}.numel", number=True)


def _shape(facts: Facts) -> Shape | None:
    return None if facts.shape is None else facts.shape.value


def _size(at: Interpreter, symbol: str, axis: int, dim: Any) -> Value:
    if isinstance(dim, int):
        return Const(dim)
    return at.unknown("a size of a tensor", symbol=dim if isinstance(dim, str) else f"{symbol}.shape[{axis}]", number=True)
