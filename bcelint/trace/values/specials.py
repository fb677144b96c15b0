"""The special methods by which objects of the project are compared and computed with (docs.python.org, data model)."""

from __future__ import annotations

from collections.abc import Callable

from bcelint.contracts.schema import UNKNOWN
from bcelint.trace.interpreter import Arguments, Interpreter, Value
from bcelint.trace.values.cells import Cell
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import Const
from bcelint.trace.values.contents import CONTENT
from bcelint.trace.values.externals import External
from bcelint.trace.values.functions import bind
from bcelint.trace.values.plain import as_python

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


class WithSpecials(Cell):
    """An object of the class ``cls``, which answers by the special methods of it."""

    def __init__(self, cls: Class) -> None:
        super().__init__()
        self.cls = cls

    @property
    def native(self) -> Value | None:
        """The layer, loss, container, model or dict that it inherits from."""
        return self.fields.get(CONTENT)

    def compare(self, at: Interpreter, op: str, other: Value) -> Value | None:
        own = self.special(at, COMPARING[op], other)
        return self._equals(at, other) if own is None and op == "==" else own

    def _equals(self, at: Interpreter, other: Value) -> Value | None:
        """As a dataclass says it: two objects of it are equal if their fields are."""
        names = self.cls.compared_fields()
        if names is None or not isinstance(other, WithSpecials) or other.cls is not self.cls:
            return None
        sides = [[as_python(at.attribute(side, name)) for name in names] for side in (self, other)]
        if self is not other and (UNKNOWN in sides[0] or UNKNOWN in sides[1]):
            return at.unknown("two objects are equal whose fields are not known", self, other)
        return Const(sides[0] == sides[1])

    def has_equality(self) -> bool:
        """Whether something else may be equal to it."""
        return self.cls.member("__eq__") is not None or self.cls.compared_fields() is not None

    def binary(self, at: Interpreter, op: str, other: Value, reflected: bool = False) -> Value | None:
        return self.special(at, f"__{'r' if reflected else ''}{OPERATING[op]}__", other)

    def augmented(self, at: Interpreter, op: str, other: Value) -> Value | None:
        own = self.special(at, f"__i{OPERATING[op]}__", other)
        if own is not None or self.cls.member(f"__{OPERATING[op]}__") is not None or not isinstance(self.native, Cell):
            return own
        changed = self.native.augmented(at, op, other)
        return self if changed is self.native else changed

    def unary(self, at: Interpreter, op: str) -> Value | None:
        return self.special(at, {"-": "__neg__", "+": "__pos__", "~": "__invert__"}[op])

    def special(self, at: Interpreter, name: str, *args: Value) -> Value | None:
        """A special method of the class, called; None where it has none."""
        member = self.cls.member(name)
        return None if member is None else at.call(bind(at, member[0], self), Arguments(args))
