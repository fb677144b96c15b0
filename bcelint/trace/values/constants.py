"""Python's constants."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bcelint.contracts.schema import Arg
from bcelint.facts import Claim, Dim, DType, Facts, Shape
from bcelint.trace.interpreter import Arguments, Interpreter, Items, Value
from bcelint.trace.values.methods import Method

MAX_ITEMS = 32
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "@": operator.matmul,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
}
LARGEST, LARGEST_EXPONENT = 1e15, 64
"""The numbers above which an operation is not carried out."""
_TYPES = {"str": str, "int": int, "float": float, "bool": bool}
_STRING_METHODS = frozenset(
    ["lower", "upper", "strip", "lstrip", "rstrip", "startswith", "endswith", "replace", "split", "format", "title", "capitalize", "join"]
)


@dataclass(frozen=True, eq=False)
class Const(Value):
    """A Python constant: None, bool, number, string or bytes."""

    noun = "constant"
    is_callable = False
    value: Any

    def key(self) -> Any:
        return ("const", type(self.value), self.value)

    @property
    def constant(self) -> Any:
        return self.value

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        return Method(self, name, at.setter()) if hasattr(self.value, name) else None

    def item(self, at: Interpreter, index: Any) -> Value:
        if not isinstance(index, Const):
            return super().item(at, index)
        try:
            return Const(self.value[index.value])
        except Exception:
            return at.unknown("an index that fails")

    def method(self, at: Interpreter, name: str, args: Arguments, assign: Callable[[Value], None] | None) -> Value:
        """A method of a string, carried out where its arguments are constants too."""
        if isinstance(self.value, str) and name in _STRING_METHODS and all(isinstance(value, Const) for value in args.all()):
            try:
                made = getattr(self.value, name)(*(v.constant for v in args.positional), **{k: v.constant for k, v in args.keywords.items()})
            except Exception:
                return super().method(at, name, args, assign)
            return at.from_python(made)
        return super().method(at, name, args, assign)

    def iterate(self, at: Interpreter) -> Items:
        if isinstance(self.value, (str, tuple)) and len(self.value) <= MAX_ITEMS:
            return Items(tuple(map(Const, self.value)))
        return super().iterate(at)

    def length(self, at: Interpreter) -> Value:
        return Const(len(self.value)) if isinstance(self.value, (str, bytes)) else super().length(at)

    def truth(self) -> bool | None:
        return bool(self.value)

    def compare(self, at: Interpreter, op: str, other: Value) -> Value | None:
        if not isinstance(other, Const):
            return None
        try:
            return Const(bool(COMPARISONS[op](self.value, other.value)))
        except Exception:
            return at.unknown("a comparison that fails")

    def binary(self, at: Interpreter, op: str, other: Value, reflected: bool = False) -> Value | None:
        if isinstance(other, Const):
            return _carried_out(at, op, self.value, other.value)
        given = other.as_arg().constant
        if op == "%" and isinstance(self.value, str) and isinstance(given, tuple) and not reflected:
            return _carried_out(at, op, self.value, given)
        return None

    def unary(self, at: Interpreter, op: str) -> Value | None:
        if not isinstance(self.value, (int, float)):
            return None
        if op == "~":
            return Const(~int(self.value)) if isinstance(self.value, int) else at.unknown("an operation that fails")
        return Const(-self.value if op == "-" else +self.value)

    def is_of_library_class(self, name: str) -> bool | None:
        python = _TYPES.get(name.rpartition(".")[2])
        return isinstance(self.value, python) if python and name.startswith("builtins.") else False

    def batched(self, at: Interpreter, size: Dim) -> Value | None:
        if not isinstance(self.value, (bool, int, float)):
            return None
        dtype = DType.BOOL if isinstance(self.value, bool) else DType.INT64 if isinstance(self.value, int) else DType.FLOAT64
        return at.new_tensor(Facts(dtype=Claim(dtype), shape=Claim(Shape((size,)))))

    def as_arg(self) -> Arg:
        return Arg(constant=self.value, is_tensor=False)


NONE = Const(None)


def _carried_out(at: Interpreter, op: str, a: Any, b: Any) -> Value:
    """An operation on two constants, if it is small enough to be carried out."""
    numbers = isinstance(a, (int, float)) and isinstance(b, (int, float))
    if numbers and (abs(a) > LARGEST or abs(b) > LARGEST or (op == "**" and abs(b) > LARGEST_EXPONENT) or op == "<<"):
        return at.unknown("a large number")
    if not numbers and op == "*":
        return at.unknown("a repeated string")
    try:
        return Const(ARITHMETIC[op](a, b))
    except Exception:
        return at.unknown("an operation that fails")
