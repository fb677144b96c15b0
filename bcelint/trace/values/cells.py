"""Things with changeable fields: objects, classes, containers, scopes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TypeVar

from bcelint.trace.conditions.atoms import About
from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Interpreter, Value


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


C = TypeVar("C", bound=Cell)
