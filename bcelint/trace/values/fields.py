"""Fields of dataclasses: what an object has where its constructor is given nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bcelint.trace.interpreter import Arguments, Interpreter, Value


@dataclass(frozen=True, eq=False)
class FieldOfDataclass(Value):
    """``field(default=0)``, ``field(default_factory=list)``."""

    noun = "field"
    default: Value | None
    factory: Value | None

    def key(self) -> Any:
        return ("field", self.default and self.default.key(), self.factory and self.factory.key())

    def made(self, at: Interpreter) -> Value:
        """The value of the field in a new object."""
        if self.factory is not None:
            return at.call(self.factory, Arguments())
        return self.default or at.unknown("a field that no call sets")
