"""Tuples, which are the content of lists too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import libcst as cst

from bcelint.contracts.schema import UNKNOWN, Arg
from bcelint.facts import Dim
from bcelint.trace.identity import Sources, fresh
from bcelint.trace.interpreter import Arguments, Interpreter, Items, Value
from bcelint.trace.values.asking import equals, written_index
from bcelint.trace.values.batches import batch
from bcelint.trace.values.constants import Const
from bcelint.trace.values.contents import any_of
from bcelint.trace.values.library_classes import is_kind_of
from bcelint.trace.values.methods import Method
from bcelint.trace.values.raised import Raised
from bcelint.trace.values.sources import merged_sources
from bcelint.trace.values.unknowns import MAX_VALUES, Unknown, open_length

MAX_REPEATED = 64
_OF_NAMED = ("_replace", "_asdict", "_make", "_fields")
MAX_CASES = 8
"""Items that are a case each, where it is not known which one is meant."""
_ATTRIBUTES = frozenset(dir(tuple))


@dataclass(frozen=True, eq=False)
class Tuple(Items):
    """An immutable sequence. ``rest`` stands for further items of unknown number, all alike."""

    noun = "tuple"
    is_callable = False
    is_size = False
    names: tuple[str, ...] = ()
    """The field names of a namedtuple."""

    def key(self) -> Any:
        return ("tuple", tuple(item.key() for item in self.items), self.rest and self.rest.key())

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        if name in self.names:
            return self.items[self.names.index(name)]
        return Method(self, name, at.setter()) if name in _ATTRIBUTES or (self.names and name in _OF_NAMED) else None

    def item(self, at: Interpreter, index: Any) -> Value:
        if isinstance(index, Value):
            position = index.constant
            if position in self.names:
                position = self.names.index(position)
            if isinstance(position, int):
                return self._at(at, position)
            if isinstance(position, str) and not self.names:
                return Raised("a sequence has no item under a name")
        elif len(index) == 1 and isinstance(index[0], slice):
            return self.sliced(index[0]) or at.unknown("a slice of a list of unknown length", self)
        return self._one_of(at, index) or any_of(at, self)

    def _one_of(self, at: Interpreter, index: Any) -> Value | None:
        """Each of a few items in a case of its own, where they are constants or containers and hang on the index."""
        few = self.rest is None and 1 < len(self.items) <= MAX_CASES
        if not few or not isinstance(index, Unknown) or not all(_is_plain(item) for item in self.items):
            return None
        count, written = len(self.items), written_index(at.node)
        is_positive = index.below or (index.domain and all(isinstance(number, int) and number >= 0 for number in index.domain))
        every = tuple(range(0 if is_positive else -count, count))  # another one raises
        atoms = [replace(equals(at, index, each, written), domain=every) for each in range(count)]
        if not is_positive:
            atoms = [replace(atom, op="in", operand=(each, each - count)) for each, atom in enumerate(atoms)]
        return at.choice([(frozenset([atom]), item) for atom, item in zip(atoms, self.items)])

    def _at(self, at: Interpreter, position: int) -> Value:
        if self.rest is None:
            count = len(self.items)
            return self.items[position] if -count <= position < count else Raised(f"{position} is out of range", passing=True, is_unsure=True)
        if 0 <= position < len(self.items):
            return self.items[position]
        if position < 0 and self.items and any(item.key() != self.rest.key() for item in self.items[position:]):
            return at.unknown("an item of a list of unknown length", self)
        return self.rest

    def sliced(self, bounds: slice) -> Tuple | None:
        """The items in a slice; None where they are not known."""
        values: list[Any] = [None if p is None else ... if p.constant is UNKNOWN else p.constant for p in (bounds.start, bounds.stop, bounds.step)]
        if any(v is ... for v in values) or not all(v is None or isinstance(v, int) for v in values):
            return Tuple((), self.items[0]) if self.rest is None and len({i.key() for i in self.items}) == 1 else None
        start, stop, step = values
        if step == 0:
            return None
        if self.rest is None:
            return Tuple(self.items[slice(*values)])
        if (start is None or 0 <= start <= len(self.items)) and stop is None and step is None:
            return Tuple(self.items[start:], self.rest)
        if stop is not None and 0 <= stop <= len(self.items) and (start or 0) >= 0 and (step or 1) > 0:
            return Tuple(self.items[slice(*values)])
        return None

    def method(self, at: Interpreter, name: str, args: Arguments, assign: Any) -> Value:
        found = self.searched(at, name, args)
        if found is not None:
            return found
        if name == "_replace" and args.keywords.keys() <= set(self.names) and not args.open_keywords:
            return replace(self, items=tuple(args.keywords.get(field, item) for field, item in zip(self.names, self.items)))
        return super().method(at, name, args, assign)

    def searched(self, at: Interpreter, name: str, args: Arguments) -> Value | None:
        """``index`` and ``count`` of a constant among constants; of one of a few constants, case by case."""
        if name not in ("index", "count") or len(args.all()) != 1 or self.rest is not None:
            return None
        constants, key = [item.constant for item in self.items], args.all()[0]
        if UNKNOWN in constants:
            return None
        if isinstance(key, Unknown) and 0 < len(key.domain) <= MAX_VALUES:
            values = dict.fromkeys(key.domain)
            written = at.node.args[0].value if isinstance(at.node, cst.Call) else None
            return at.choice([(frozenset([equals(at, key, value, written)]), _searched(constants, name, value)) for value in values])
        return None if key.constant is UNKNOWN else _searched(constants, name, key.constant)

    def iterate(self, at: Interpreter) -> Items:
        return self

    def length(self, at: Interpreter) -> Value:
        return Const(len(self.items)) if self.rest is None else open_length(at, self._size, self.rest)

    @cached_property
    def _size(self) -> str:
        """Its length by name, where it is not known: the same as often as it is asked for."""
        return f"#{fresh()}"

    def truth(self) -> bool | None:
        return True if self.items else None if self.rest else False

    def binary(self, at: Interpreter, op: str, other: Value, reflected: bool = False) -> Value | None:
        if op == "+" and isinstance(other, Tuple) and not other.is_size:
            return join_sequences(self, other)
        return self.repeated(at, other) if op == "*" and not other.is_elementwise else None

    def repeated(self, at: Interpreter, count: Value) -> Value:
        """The same several times over."""
        times = count.constant
        if isinstance(times, int) and 0 <= times * len(self.items) <= MAX_REPEATED and self.rest is None:
            return Tuple(self.items * times)
        if len(self.items) == 1 and self.rest is None:
            return Tuple((), self.items[0])
        return at.unknown("a repeated list", self, count)

    def is_of_library_class(self, name: str) -> bool | None:
        return is_kind_of(tuple, name)

    def as_arg(self) -> Arg:
        items = tuple(item.as_arg() for item in self.items)
        constants = tuple(item.constant for item in items)
        known = self.rest is None and all(c is not UNKNOWN for c in constants)
        rest = None if self.rest is None else self.rest.as_arg()
        return Arg(constant=constants if known else UNKNOWN, items=items, rest=rest, is_tensor=False, sources=self.origins())

    def origins(self) -> Sources:
        return merged_sources(*self.items, *([self.rest] if self.rest else []))

    def parts(self) -> Iterable[Value]:
        return self.items

    def batched(self, at: Interpreter, size: Dim) -> Value | None:
        return replace(self, items=tuple(batch(at, item, size) for item in self.items))

    def copied(self, memo: dict[int, Value]) -> Value:
        return replace(self, items=tuple(item.copied(memo) for item in self.items), rest=self.rest and self.rest.copied(memo))


@dataclass(frozen=True, eq=False)
class AtMost(Tuple):
    """Items of which there may be fewer."""

    def length(self, at: Interpreter) -> Value:
        return at.unknown("a length", symbol=self._size, number=True)

    def truth(self) -> bool | None:
        return None if self.items else False


def _is_plain(item: Value) -> bool:
    """Whether it is a constant or a container, and no module or tensor."""
    return isinstance(item, Items) or item.has_equals or item.constant is not UNKNOWN


def sequence_of(at: Interpreter, value: Value) -> Tuple:
    """What iterating over a value yields: known items, and a rest of unknown number."""
    items = at.narrow(value).iterate(at)
    return items if isinstance(items, Tuple) else Tuple(items.items, items.rest)


def join_sequences(one: Tuple, other: Tuple) -> Tuple:
    """The concatenation; where the first is of unknown length, all of the second may stand anywhere after its known part."""
    if one.rest is None:
        return Tuple((*one.items, *other.items), other.rest)
    rests = [one.rest, *other.items, *([other.rest] if other.rest else [])]
    return Tuple(one.items, rests[0] if len({r.key() for r in rests}) == 1 else Unknown("an item of a list of unknown length"))


def _searched(constants: list[Any], name: str, value: Any) -> Value:
    if name == "count":
        return Const(constants.count(value))
    return Const(constants.index(value)) if value in constants else Raised(f"{value!r} is not in the list", passing=True, is_unsure=True)
