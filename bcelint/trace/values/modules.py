"""Modules of the project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bcelint.trace.interpreter import Interpreter, Value
from bcelint.trace.values.cells import Cell
from bcelint.trace.values.names import Names


@dataclass(frozen=True, eq=False)
class Module(Value):
    """A module or namespace package of the project."""

    noun = "module"
    path: str

    def key(self) -> Any:
        return ("module", self.path)

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        return self.names(at) if name == "__dict__" else at.module_member(self.path, name)

    def store(self, at: Interpreter, name: str, value: Value, after: Callable[[Value | None], Value]) -> None:
        scope = at.module(self.path)
        if scope is not None:
            at.write(scope, name, value)

    def names(self, at: Interpreter) -> Value:
        """``vars(module)``."""
        at.module_names(self.path)
        scope = at.module(self.path)
        return Names(scope) if isinstance(scope, Cell) else at.unknown("the names of a module that can't be read")
