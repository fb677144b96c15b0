"""``vars(x)`` and ``x.__dict__`` of an object: its attributes, as a dict that writes through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bcelint.trace.interpreter import Arguments, Interpreter, Items, Value
from bcelint.trace.values.cells import DYNAMIC, Cell
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.methods import Method
from bcelint.trace.values.names import content_of_names, update

_READING = ("copy", "get", "items", "keys", "values", "__contains__")


@dataclass(frozen=True, eq=False)
class Attributes(Value):
    """Those of ``owner``."""

    noun = "dict"
    owner: Cell

    def key(self) -> Any:
        return ("attributes", self.owner.id)

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        return Method(self, name)

    def method(self, at: Interpreter, name: str, args: Arguments, assign: Callable[[Value], None] | None) -> Value:
        if name != "update":
            if name not in _READING:
                self._lost(at)
            return at.unknown("the attributes of an object")
        update(at, self, args)
        return NONE

    def item(self, at: Interpreter, index: Any) -> Value:
        known = index.constant if isinstance(index, Value) else None
        return at.attribute(self.owner, known) if isinstance(known, str) else at.unknown("an attribute whose name is not known", self.owner)

    def store_item(self, at: Interpreter, index: Any, value: Value) -> Value | None:
        self._set(at, index.constant if isinstance(index, Const) else None, value)
        return None

    def iterate(self, at: Interpreter) -> Items:
        return Items((), at.unknown("the name of an attribute"))

    def mapped(self) -> Value | None:
        return content_of_names(self.owner.fields)

    def _set(self, at: Interpreter, name: object, value: Value) -> None:
        if isinstance(name, str):
            self.owner.keep(at, name, value, lambda old: value)
        else:
            self._lost(at)

    def _lost(self, at: Interpreter) -> None:
        """Attributes are set that are not seen."""
        at.write(self.owner, DYNAMIC, Const(True))


@dataclass(frozen=True, eq=False)
class AttributeNames(Value):
    """``dir(x)``: the names of the attributes of ``owner``."""

    noun = "list"
    owner: Value

    def key(self) -> Any:
        return ("names", self.owner.key())

    def iterate(self, at: Interpreter) -> Items:
        return Items((), at.unknown("the name of an attribute"))
