"""Methods of values that are no objects of the project, as they are handed out: of a tensor, list, dict, string, layer or unknown thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bcelint.trace.interpreter import Arguments, Interpreter, Value


@dataclass(frozen=True, eq=False)
class Method(Value):
    """A method with its receiver, which knows what a call of it does."""

    noun = "method"
    receiver: Value
    name: str
    assign: Callable[[Value], None] | None = None
    """Stores into the expression that the receiver came from, for in-place methods."""

    def call(self, at: Interpreter, args: Arguments) -> Value:
        return self.receiver.method(at, self.name, args, self.assign)
