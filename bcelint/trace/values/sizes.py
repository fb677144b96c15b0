"""What a tensor says of its shape: the numbers that are known, and symbols for the others."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any

from bcelint.contracts.schema import Arg
from bcelint.facts import Dim, Facts, Shape
from bcelint.trace.interpreter import Arguments, Interpreter, Items, Value
from bcelint.trace.values.asking import equals
from bcelint.trace.values.constants import Const
from bcelint.trace.values.methods import Method
from bcelint.trace.values.raised import Raised
from bcelint.trace.values.tuples import Tuple, join_sequences
from bcelint.trace.values.unknowns import Unknown

_ANY_SHAPE = Shape((), open=True)


@dataclass(frozen=True, eq=False)
class Size(Tuple):
    """A ``torch.Size``, of which the old constructors make a tensor of that shape, and no tensor of those numbers as of a tuple.

    Unless it ``is_sure``, it may as well be the plain tuple that an array has.
    """

    is_size = True
    is_sure: bool = True

    def key(self) -> Any:
        return (*super().key(), self.is_sure)

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        return Method(self, name, at.setter()) if name == "numel" else super().attribute(at, name)

    def method(self, at: Interpreter, name: str, args: Arguments, assign: Any) -> Value:
        return at.unknown("a size") if name == "numel" else super().method(at, name, args, assign)

    def iterate(self, at: Interpreter) -> Items:
        return Tuple(self.items, self.rest)

    def sliced(self, bounds: slice) -> Tuple | None:
        found = super().sliced(bounds)
        return found and self._of(found)

    def binary(self, at: Interpreter, op: str, other: Value, reflected: bool = False) -> Value | None:
        if op == "+" and isinstance(other, Tuple):
            joined = join_sequences(other, self) if reflected else join_sequences(self, other)
            return replace(self._of(joined), is_sure=self.is_sure and not reflected)  # a torch whose Size has no ``__radd__`` makes a tuple of them
        made = super().binary(at, op, other, reflected)
        return self._of(made) if isinstance(made, Tuple) else made

    def _of(self, content: Tuple) -> Size:
        return Size(content.items, content.rest, is_sure=self.is_sure)

    def is_of_library_class(self, name: str) -> bool | None:
        if name == "torch.Size":
            return True if self.is_sure else None
        return super().is_of_library_class(name)

    def as_arg(self) -> Arg:
        return replace(super().as_arg(), is_size=True if self.is_sure else None)


@dataclass(frozen=True, eq=False)
class OpenSize(Unknown):
    """A ``torch.Size`` of which no more is known than the last sizes, as behind a Linear."""

    last: Shape = _ANY_SHAPE
    owner: str = ""
    """The symbol of that whose shape it is."""

    def item(self, at: Interpreter, index: Any) -> Value:
        axis = index.constant if isinstance(index, Value) else None
        if not isinstance(axis, int) or isinstance(axis, bool):
            return super().item(at, index)
        return _size(at, self.owner, axis, _dim(at, self.last, self.owner, axis))

    def length(self, at: Interpreter) -> Value:
        return _rank(at, self.owner)


def rank(at: Interpreter, facts: Facts, symbol: str) -> Value:
    """``x.ndim``, ``x.dim()``. Symbols are made of that of the shape's owner."""
    shape = _shape(facts)
    known = None if shape is None else shape.rank
    return Const(known) if known is not None else _rank(at, symbol)


def sizes(at: Interpreter, facts: Facts, symbol: str, is_sure: bool = True) -> Value:
    """``x.shape``, ``x.size()``; not ``is_sure`` where ``x`` may be an array."""
    shape = _shape(facts)
    if shape is None or shape.open:
        unknown = at.unknown("the shape of a tensor", symbol=f"{symbol}.shape")
        assert isinstance(unknown, Unknown)
        return OpenSize(**{each.name: getattr(unknown, each.name) for each in fields(Unknown)}, last=shape or _ANY_SHAPE, owner=symbol)
    return Size(tuple(_size(at, symbol, axis, dim) for axis, dim in enumerate(shape.dims)), is_sure=is_sure)


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
    return _size(at, symbol, axis, None if shape is None else _dim(at, shape, symbol, axis))


def length(at: Interpreter, facts: Facts, symbol: str) -> Value:
    """``len(x)``."""
    return size(at, facts, symbol, Arguments((Const(0),)))


def count(at: Interpreter, facts: Facts, symbol: str) -> Value:
    """``x.numel()``."""
    shape = _shape(facts)
    if shape is not None and not shape.open and all(isinstance(dim, int) for dim in shape.dims):
        return Const(math.prod(dim for dim in shape.dims if isinstance(dim, int)))
    return at.unknown("the size of a tensor", symbol=f"{symbol}.numel", number=True)


def _rank(at: Interpreter, symbol: str) -> Value:
    return at.unknown("the rank of a tensor", symbol=f"{symbol}.ndim", number=True)


def _dim(at: Interpreter, shape: Shape, symbol: str, axis: int) -> Dim:
    """The size along an axis. Of an open shape it is known from behind; from the front where the program has asked for the rank."""
    if not shape.open or axis < 0:
        return shape.dim(axis)
    asked = _rank(at, symbol)
    for behind, dim in enumerate(reversed(shape.dims), 1):
        atom = equals(at, asked, axis + behind, None)
        decided = at.narrow(at.choice([(frozenset([atom]), Const(True)), (frozenset([atom.negated()]), Const(False))]))
        if decided.constant is True:
            return dim
    return None


def _shape(facts: Facts) -> Shape | None:
    return None if facts.shape is None else facts.shape.value


def _size(at: Interpreter, symbol: str, axis: int, dim: Any) -> Value:
    if isinstance(dim, int):
        return Const(dim)
    return at.unknown("a size of a tensor", symbol=dim if isinstance(dim, str) else f"{symbol}.shape[{axis}]", number=True)
