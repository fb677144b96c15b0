"""``vars(…)``, ``__dict__`` and ``globals()`` where all names are seen: a dict that writes through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Arguments, Interpreter, Value
from bcelint.trace.values.cells import DYNAMIC, Cell
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.contents import CONTENT
from bcelint.trace.values.dicts import DictCell, new_dict
from bcelint.trace.values.mapped import Mapped, mapping_of
from bcelint.trace.values.unknowns import Unknown

_CHANGING = ("clear", "pop", "popitem", "setdefault")


class Names(DictCell):
    """The names of ``owner``. Its one field is made of them as often as it is asked for."""

    def __init__(self, owner: Cell, beside: Mapping[str, Value] | None = None) -> None:
        self.owner = owner
        self.beside = beside or {}
        """What stands among them that is none of the program's own."""
        super().__init__()

    @property
    def fields(self) -> dict[str, Value]:
        return {CONTENT: self.content}

    @fields.setter
    def fields(self, fields: dict[str, Value]) -> None:
        """They are the owner's."""

    @property
    def content(self) -> Mapped:
        seen = content_of_names(self.owner.fields)
        return Mapped({**self.beside, **seen.items}, seen.rest)

    def copy(self) -> DictCell:  # type: ignore[override]
        return new_dict(self.content)

    def copied(self, memo: dict[int, Value]) -> Value:
        return new_dict(self.content).copied(memo)

    def store_item(self, at: Interpreter, index: Any, value: Value) -> Value | None:
        name = index.constant if isinstance(index, Value) else None
        self.owner.keep(at, name if isinstance(name, str) else DYNAMIC, value, lambda old: value)
        return None

    def delete_item(self, at: Interpreter, index: Any) -> None:
        self.store_item(at, index, at.unknown("a name that was deleted", opaque=True))

    def open_up(self, at: Interpreter, unknown: Value, keeps: bool = False) -> None:
        self.owner.store(at, DYNAMIC, Const(True), lambda old: Const(True))

    def method(self, at: Interpreter, name: str, args: Arguments, assign: Callable[[Value], None] | None) -> Value:
        if name == "update":
            update(at, self, args)
            return NONE
        result = new_dict(self.content).method(at, name, args, assign)
        known = args.positional[0].constant if args.positional else None
        if name == "setdefault" and isinstance(known, str):
            self.store_item(at, args.positional[0], result)
        elif name == "pop" and isinstance(known, str):
            self.delete_item(at, args.positional[0])
        elif name in _CHANGING:
            self.open_up(at, result)
        return result


def update(at: Interpreter, names: Value, args: Arguments) -> None:
    """``vars(…).update(…)``, name by name."""
    given = mapping_of(at, args.positional[0]) if args.positional else Mapped()
    for key, value in {**(given.items if given else {}), **args.keywords}.items():
        names.store_item(at, Const(key), value)
    if given is None or given.rest is not None or args.open_keywords:
        names.store_item(at, at.unknown("a name"), at.unknown("a value that is not followed", opaque=True))


def content_of_names(fields: Mapping[str, Value]) -> Mapped:
    """What stands under the names of a thing, as it is now."""
    rest = Unknown("an attribute that may be set", symbol=f"#{fresh()}", opaque=True) if DYNAMIC in fields else None
    return Mapped({name: value for name, value in fields.items() if name.isidentifier() and not value.is_raised}, rest)
