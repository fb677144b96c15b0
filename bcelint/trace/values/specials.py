"""The special methods by which objects of the project are compared and computed with (docs.python.org, data model)."""

from __future__ import annotations

from collections.abc import Callable

from bcelint.trace.interpreter import Interpreter, Value
from bcelint.trace.values.externals import External

COMPARING = {"==": "__eq__", "!=": "__ne__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}
OPERATING = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "truediv",
    "//": "floordiv",
    "%": "mod",
    "**": "pow",
    "@": "matmul",
    "&": "and",
    "|": "or",
    "^": "xor",
    "<<": "lshift",
    ">>": "rshift",
}
_NOT_IMPLEMENTED = External("builtins.NotImplemented")


def is_left_to_others(answer: Value) -> bool:
    """Whether a method says ``NotImplemented``: the other side is asked then."""
    return bool(answer.key() == _NOT_IMPLEMENTED.key())


def or_else(at: Interpreter, answer: Value | None, otherwise: Callable[[], Value]) -> Value:
    """What a special method says; what ``otherwise`` says where there is none, or in the cases in which it leaves that to others."""
    if answer is None:
        return otherwise()
    return at.lift_call(lambda one: otherwise() if is_left_to_others(one) else one, answer)
