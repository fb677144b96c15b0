"""What ``type`` and ``str`` say of a value."""

from __future__ import annotations

from bcelint.trace.interpreter import Interpreter, Value
from bcelint.trace.values.constants import Const
from bcelint.trace.values.enums import Member
from bcelint.trace.values.externals import External
from bcelint.trace.values.unknowns import Unknown


def type_of(at: Interpreter, value: Value) -> Value:
    """``type(value)``, which is ``value.__class__`` too."""
    if type(value) is Const and isinstance(value.value, (bool, float, int, str)):
        return External(f"builtins.{type(value.value).__name__}")
    symbol = f"type({value.symbol})" if isinstance(value, Unknown) else ""
    return value.type() or at.unknown("a type", value, symbol=symbol)


def spoken(at: Interpreter, value: Value) -> Value:
    """``str(value)``, where that is known, be it that the class of a member of an enum says so; else itself."""
    own = value.special(at, "__str__") if isinstance(value, Member) else None
    return own or as_text(value)


def as_text(value: Value) -> Value:
    """The string that it prints as, where that is known; else itself."""
    text = value.text()
    return value if text is None else Const(text)
