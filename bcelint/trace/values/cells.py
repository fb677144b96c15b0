"""Things with changeable fields: objects, classes, containers, scopes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TypeVar

from bcelint.trace.conditions.atoms import About
from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Interpreter, Items, Value
from bcelint.trace.values.constants import Const

TWINS = "<twins>"
"""The field that holds the shallow copies of a module."""
DYNAMIC = "<dynamic>"
"""Set on an object whose attributes are written under names that are not known; as the name of an attribute, it stands for any."""
MAX_DEPTH = 3
"""Of containers in containers that are looked at for settings."""


class Cell(Value):
    """A thing with changeable fields, which are written to through ``Interpreter.write``."""

    noun = "object"
    is_thing = True

    def __init__(self) -> None:
        self.id = fresh()
        self.fields: dict[str, Value] = {}

    def no_attribute(self, at: Interpreter, name: str) -> Value:
        return at.unknown(f"the {self.noun} has no attribute {name} that is seen here", symbol=f"#{self.id}.{name}")

    def store(self, at: Interpreter, name: str, value: Value, after: Callable[[Value | None], Value]) -> None:
        at.write(self, name, after(self.fields.get(name)))
        if name == DYNAMIC:
            self.lose_settings(at, "attributes are set under names that are not followed")

    def keep(self, at: Interpreter, name: str, value: Value, after: Callable[[Value | None], Value]) -> None:
        """The same without asking a ``__setattr__`` of its class."""
        self.store(at, name, value, after)

    def lose_settings(self, at: Interpreter, reason: str) -> None:
        """Any of its settings may be another one now. One that is a case already, as an option is, stays one."""
        for name, value in list(self.fields.items()):
            if name.isidentifier() and is_setting(value):
                at.write(self, name, at.unknown(reason, opaque=True))

    def lose_attribute(self, at: Interpreter, name: str, reason: str, whatever: bool) -> None:
        """A setting under that name, or ``whatever`` it is, may be another one now."""
        if name in self.fields and (whatever or is_setting(self.fields[name])):
            at.write(self, name, at.unknown(reason, opaque=True))

    def lose_item(self, at: Interpreter, key: object, reason: str) -> None:
        """The same for what stands under a key of a container, or, where that is not known, under any."""

    def augmented(self, at: Interpreter, op: str, other: Value) -> Value | None:
        """``self op= other`` where that changes it: what the name then stands for; None where it is the same as ``self op other``."""
        return None

    def about(self) -> About:
        return About(f"v{self.id}", opaque=True)

    def unset(self, name: str) -> Value | None:
        """What reading a field gives in a case in which it is not set, where another case sets it; None where that is not told apart."""
        return None

    def copied(self, memo: dict[int, Value]) -> Value:
        if self.id not in memo:
            cell = memo[self.id] = self.copy()
            cell.fields = {name: value.copied(memo) for name, value in self.fields.items()}
        return memo[self.id]

    def copy(self: C) -> C:
        """A copy with the same fields."""
        cell = copy.copy(self)
        cell.id, cell.fields = fresh(), dict(self.fields)
        return cell


def is_setting(value: Value, depth: int = MAX_DEPTH) -> bool:
    """Whether a value is one that options set: a constant, or a container of constants."""
    if isinstance(value, Const):
        return True
    if depth == 0 or not (value.has_equals or isinstance(value, Items)):
        return False
    return all(is_setting(part, depth - 1) for part in (*value.parts(), *([value.rest] if value.rest else [])))


C = TypeVar("C", bound=Cell)
