"""What an expression has as its value where Python raises: none, and nothing that hangs on it is ever reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bcelint.trace.interpreter import Arguments, Interpreter, Items, Value


@dataclass(frozen=True, eq=False)
class Raised(Value):
    """The program goes no further in this case. Whatever is done with it comes to the same."""

    noun = "error"
    is_raised = True
    reason: str
    passing: bool = False
    """It hangs on what something is at the moment: a list may be longer, and an attribute set, another time."""

    is_unsure: bool = False
    """It is for the lack of something that may be set where that is not seen, or by a statement: it may as well not raise."""

    def key(self) -> Any:
        return ("raised",)

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        return self

    def item(self, at: Interpreter, index: Any) -> Value:
        return self

    def call(self, at: Interpreter, args: Arguments) -> Value:
        return self

    def iterate(self, at: Interpreter) -> Items:
        return Items((), self)

    def truth(self) -> bool | None:
        return None
