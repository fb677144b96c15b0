"""What stands under keys: the content of dicts and of torch's containers."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import libcst as cst

from bcelint.trace.conditions.atoms import Guard
from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Arguments, Interpreter, Value
from bcelint.trace.values.among import cells_of
from bcelint.trace.values.asking import condition, equals
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.constants import Const
from bcelint.trace.values.contents import any_of, common
from bcelint.trace.values.externals import External
from bcelint.trace.values.raised import Raised
from bcelint.trace.values.sources import merged_sources
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import Unknown, open_length

MAX_KEYS = 8
"""The keys of a dict above which the value under one that is not known is not told apart."""


@dataclass(frozen=True, eq=False)
class Mapped(Value):
    """The content of a dict: items under known keys, and ``rest`` for values under keys that are not known."""

    noun = "dict"
    items: Mapping[Any, Value] = field(default_factory=dict)
    rest: Value | None = None
    scattered: bool = False
    """The items do not stand in front of the rest: some were set after it, and which comes when is not known."""

    def key(self) -> Any:
        return ("mapped", tuple((k, v.key()) for k, v in self.items.items()), self.rest and self.rest.key(), self.scattered)

    def keys(self, at: Interpreter) -> Tuple:
        return Tuple(() if self.scattered else tuple(map(of_key, self.items)), self.rest and at.unknown("a key"))

    def values(self) -> Tuple:
        if self.scattered:
            return Tuple((), _shared(self.parts_without(()), f"#{fresh()}"))
        return Tuple(tuple(self.items.values()), self.rest)

    def pairs(self, at: Interpreter) -> Tuple:
        values = self.values()
        rest = None if values.rest is None else Tuple((at.unknown("a key"), values.rest))
        return Tuple(tuple(Tuple((of_key(key), value)) for key, value in zip(self.items, values.items)), rest)

    def with_item(self, key: Any, value: Value) -> Mapped:
        """The content after an item was set; a new one stands behind all others."""
        return replace(self, items={**self.items, key: value}, scattered=self.scatters(key))

    def without(self, key: Any) -> Mapped:
        return replace(self, items={name: value for name, value in self.items.items() if name != key})

    def scatters(self, key: Any) -> bool:
        """Whether an item under the key would stand behind the rest, or another one does."""
        return self.scattered or (self.rest is not None and key not in self.items)

    def length(self, at: Interpreter) -> Value:
        return Const(len(self.items)) if self.rest is None else open_length(at, self._size, self.rest)

    @cached_property
    def _size(self) -> str:
        """Its length by name, where it is not known: the same as often as it is asked for."""
        return f"#{fresh()}"

    def truth(self) -> bool | None:
        return True if self.items else None if self.rest else False

    def mapped(self) -> Value | None:
        return self

    def parts(self) -> Iterable[Value]:
        return self.items.values()

    def in_common(self, values: Sequence[Value]) -> Value | None:
        """The items under the keys that all of them have, each as far as they have it in common."""
        contents = [value for value in values if isinstance(value, Mapped)]
        if len(contents) < len(values):
            return None
        shared = [key for key in self.items if all(key in content.items for content in contents)]
        others = [item for content in contents for item in content.parts_without(shared)]
        rest = Unknown("a value under a key that may not be set", symbol=f"#{fresh()}", sources=merged_sources(*others)) if others else None
        record = f"#{fresh()}"
        return Mapped({key: _shared([content.items[key] for content in contents], f"{record}[{key!r}]") for key in shared}, rest)

    def parts_without(self, keys: Collection[Any]) -> list[Value]:
        """The values but those under ``keys``."""
        return [*(item for key, item in self.items.items() if key not in keys), *([self.rest] if self.rest else [])]

    def copied(self, memo: dict[int, Value]) -> Value:
        return replace(self, items={key: item.copied(memo) for key, item in self.items.items()}, rest=self.rest and self.rest.copied(memo))


def _shared(values: Sequence[Value], symbol: str) -> Value:
    """What is one of several, it is not known which; ``symbol`` says what it is an item of: what one case holds comes together."""
    if len({value.key() for value in values}) == 1:
        return values[0]
    singles = [single for value in values for _, single in alternatives(value)]
    opaque = any(value.hangs_on()[1] for value in values)
    among = cells_of(*values)
    return common(singles) or Unknown("it differs from case to case", symbol=symbol, sources=merged_sources(*values), opaque=opaque, among=among)


def mapping_of(at: Interpreter, value: Value) -> Mapped | None:
    """The content of a dict-like value, or None; of one of several with the same keys, each item case by case."""
    cases = [(guard, single.mapped()) for guard, single in alternatives(at.narrow(value))]
    contents = [content for _, content in cases if isinstance(content, Mapped)]
    if len(contents) < len(cases) or not contents:
        return None
    if len(contents) == 1:
        return contents[0]
    if any(content.rest is not None or content.items.keys() != contents[0].items.keys() for content in contents):
        return None
    return Mapped({key: at.choice([(guard, content.items[key]) for (guard, _), content in zip(cases, contents)]) for key in contents[0].items})


def overlaid(at: Interpreter, below: Mapped, above: Mapped) -> Mapped:
    """One dict with another one's items over its own. What stands there under keys that are not known may stand in the place of any."""
    scattered = above.scattered or any(map(below.scatters, above.items))
    if above.rest is None:
        return Mapped({**below.items, **above.items}, below.rest, scattered)
    items = {key: item if key in above.items else any_of(at, Tuple((item, above.rest))) for key, item in below.items.items()}
    return Mapped({**items, **above.items}, above.rest if below.rest is None else any_of(at, Tuple((below.rest, above.rest))), scattered)


def keywords_of(at: Interpreter, args: Arguments) -> Mapped:
    """The keyword arguments of a call."""
    return Mapped(args.keywords, at.unknown("further keywords", opaque=True) if args.open_keywords else None, scattered=args.open_keywords)


def dict_key(value: Const | External) -> Any:
    """A hashable stand-in for a key."""
    if isinstance(value, External):
        return ("external", value.name)
    try:
        hash(value.value)
    except TypeError:
        return repr(value.value)
    return value.value


def of_key(key: Any) -> Value:
    """The value that a key stands for, as ``dict_key`` has made it."""
    return External(key[1]) if _is_of_external(key) else Const(key)


def _is_of_external(key: object) -> bool:
    """Whether a key of a content stands for something outside of the project, which may be equal to anything."""
    return isinstance(key, tuple) and key[:1] == ("external",)


def _is_of_another_type(key: object, keys: Iterable[object]) -> bool:
    """Whether a text is looked up among numbers, or a number among texts. One of the same type may be set where it is not seen, as in a registry."""
    types = {str if isinstance(each, str) else float if isinstance(each, (int, float)) else None for each in keys}
    return len(types) == 1 and types == {float if isinstance(key, str) else str if isinstance(key, (int, float)) else ...}


def item_under(at: Interpreter, content: Mapped, key: Value, written: cst.CSTNode) -> Value:
    """What a mapping holds under a key, known or not, which is ``written`` so."""
    if isinstance(key, (Const, External)):
        found = content.items.get(dict_key(key)) or content.rest
        if found is None and isinstance(key, Const) and _is_of_another_type(key.value, content.items):
            return MISSING
        return found or at.unknown(f"the key {dict_key(key)!r} is not set where it is seen", key)
    return under(at, content, key, written)


MISSING = Raised("there is no such key", passing=True, is_unsure=True)


def under(at: Interpreter, content: Mapped, key: Value, written: cst.CSTNode, default: Value | None = None) -> Value:
    """What stands under a key that is not known, ``written`` so: one value where all are alike, else each in a case of its own, if they are few.

    ``default`` is what there is under another key; without one, that ends the program.
    """
    found = any_of(at, content.values())
    alike = (isinstance(found, Tensor) and found.facts.kind is not None) or len({value.key() for value in content.items.values()}) < 2
    few = content.rest is None and len(content.items) <= MAX_KEYS and all(isinstance(name, (str, int, enum.Enum)) for name in content.items)
    if isinstance(key, Unknown) and key.symbol and few and not alike:
        equal = {name: equals(at, key, name, written) for name in content.items}
        others: Guard = frozenset(atom.negated() for atom in equal.values())
        return at.choice([*((frozenset([atom]), content.items[name]) for name, atom in equal.items()), (others, default or MISSING)])
    if default is None and not (isinstance(key, Unknown) and key.symbol and not key.opaque and few and content.items):
        return found
    there = condition(at, key, "in", tuple(content.items))
    return at.choice([(frozenset([there]), found), (frozenset([there.negated()]), default or MISSING)])
