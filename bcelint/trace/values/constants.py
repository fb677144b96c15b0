"""Python's constants."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bcelint.contracts.schema import UNKNOWN, Arg
from bcelint.facts import Claim, Dim, DType, Facts, Shape
from bcelint.trace.interpreter import Arguments, Interpreter, Items, Value
from bcelint.trace.values.library_classes import is_exactly
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
LARGEST_WIDTH = 9_999
_WIDE = re.compile(r"\d{5}")
"""In a text that others are put into, what may be a width above that."""
_WITHOUT_ITEMS = (type(None), bool, int, float, complex)
_PLAIN = (*_WITHOUT_ITEMS, str, bytes, tuple)
"""The types of constants that are known to refuse what they refuse: of an enum, a member has a class of its own."""
_STRING_METHODS = frozenset(
    "capitalize casefold count endswith find format index isalnum isalpha isdecimal isdigit isidentifier islower isnumeric isspace istitle isupper "
    "join lower lstrip partition removeprefix removesuffix replace rfind rindex rpartition rsplit rstrip split splitlines startswith strip swapcase "
    "title upper zfill".split()
)


@dataclass(frozen=True, eq=False)
class Const(Value):
    """A Python constant: None, bool, number, string or bytes."""

    noun = "constant"
    is_callable = False
    value: Any

    @property
    def compares_itself(self) -> bool:
        """It is a member of an enum that says itself what it is equal to."""
        return False

    def key(self) -> Any:
        return ("const", type(self.value), self.value)

    @property
    def constant(self) -> Any:
        return self.value

    def refused(self, at: Interpreter, reason: str) -> Value:
        """What is had where Python refuses something of a constant; the class of an enum may say itself what becomes of a member."""
        return at.failure(reason) if type(self.value) in _PLAIN else at.unknown(reason)

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        return Method(self, name, at.setter()) if hasattr(self.value, name) else None

    def item(self, at: Interpreter, index: Any) -> Value:
        if not isinstance(self.value, (str, bytes, tuple)):
            return self.refused(at, "an item of what has none")
        place = index.constant if isinstance(index, Value) else _slice(index)
        if place is UNKNOWN:
            return super().item(at, index)
        try:
            return at.from_python(self.value[place])
        except Exception:
            return self.refused(at, "an index that fails")

    def method(self, at: Interpreter, name: str, args: Arguments, assign: Callable[[Value], None] | None) -> Value:
        """A method of a string, carried out where its arguments are constants too."""
        taken = _in_text if name == "format" else _as_constant
        given = [taken(value) for value in args.positional]
        named = {key: taken(value) for key, value in args.keywords.items()}
        known = UNKNOWN not in given and UNKNOWN not in named.values()
        wide = any(isinstance(value, int) and value > LARGEST_WIDTH for value in given) or (name == "format" and _WIDE.search(str(self.value)))
        if isinstance(self.value, str) and name in _STRING_METHODS and known and not wide:
            try:
                return at.from_python(getattr(self.value, name)(*given, **named))
            except Exception:
                return super().method(at, name, args, assign)
        return super().method(at, name, args, assign)

    def iterate(self, at: Interpreter) -> Items:
        if isinstance(self.value, (str, tuple)) and len(self.value) <= MAX_ITEMS:
            return Items(tuple(map(Const, self.value)))
        return super().iterate(at)

    def call(self, at: Interpreter, args: Arguments) -> Value:
        return self.refused(at, "a call of something that can't be called")

    def length(self, at: Interpreter) -> Value:
        return Const(len(self.value)) if isinstance(self.value, (str, bytes, tuple)) else self.refused(at, "a length")

    def truth(self) -> bool | None:
        return bool(self.value)

    def compare(self, at: Interpreter, op: str, other: Value) -> Value | None:
        if not isinstance(other, Const) or other.compares_itself:
            return None
        try:
            return Const(bool(COMPARISONS[op](self.value, other.value)))
        except Exception:
            return self.refused(at, "a comparison that fails")

    def binary(self, at: Interpreter, op: str, other: Value, reflected: bool = False) -> Value | None:
        if op == "%" and isinstance(self.value, str) and not reflected:
            given = _in_text(other)
            return None if given is UNKNOWN else _carried_out(at, op, self.value, given)
        if not isinstance(other, Const):
            return None
        made = _carried_out(at, op, self.value, other.value)
        return made or (other if type(self.value) in _PLAIN else self).refused(at, "an operation that fails")

    def unary(self, at: Interpreter, op: str) -> Value | None:
        if not isinstance(self.value, (int, float)):
            return None
        if op == "~":
            return Const(~int(self.value)) if isinstance(self.value, int) else self.refused(at, "an operation that fails")
        return Const(-self.value if op == "-" else +self.value)

    def is_of_library_class(self, name: str) -> bool | None:
        return is_exactly(type(self.value), name)

    def batched(self, at: Interpreter, size: Dim) -> Value | None:
        if not isinstance(self.value, (bool, int, float)):
            return None
        dtype = DType.BOOL if isinstance(self.value, bool) else DType.INT64 if isinstance(self.value, int) else DType.FLOAT64
        return at.new_tensor(Facts(dtype=Claim(dtype), shape=Claim(Shape((size,)))))

    def as_arg(self) -> Arg:
        return Arg(constant=self.value, is_tensor=False)


NONE = Const(None)


def has_no_items(value: Value) -> bool:
    """Whether it is a constant that can't be gone through: None, a number."""
    return isinstance(value, Const) and type(value.value) in _WITHOUT_ITEMS


def _as_constant(value: Value) -> Any:
    return value.as_arg().constant


def _in_text(value: Value) -> Any:
    """A constant or a tuple of constants, as they are put into a text; ``UNKNOWN`` for what Python prints in another way, as a list and a class."""
    if isinstance(value, Const):
        return value.as_arg().constant
    if not isinstance(value, Items) or value.rest is not None or getattr(value, "names", None):
        return UNKNOWN
    items = tuple(map(_in_text, value.items))
    return UNKNOWN if UNKNOWN in items else items


def _slice(index: Any) -> Any:
    """The one slice of a subscript, as Python has it; ``UNKNOWN`` where its bounds are not known."""
    if len(index) != 1 or not isinstance(index[0], slice):
        return UNKNOWN
    bounds = [None if bound is None else bound.constant for bound in (index[0].start, index[0].stop, index[0].step)]
    return UNKNOWN if UNKNOWN in bounds else slice(*bounds)


def _carried_out(at: Interpreter, op: str, a: Any, b: Any) -> Value | None:
    """An operation on two constants, if it is small enough to be carried out; None where it raises."""
    numbers = isinstance(a, (int, float)) and isinstance(b, (int, float))
    if numbers and (abs(a) > LARGEST or abs(b) > LARGEST or (op == "**" and abs(b) > LARGEST_EXPONENT) or op == "<<"):
        return at.unknown("a large number")
    if not numbers and op == "*":
        return at.unknown("a repeated string")
    if op == "%" and isinstance(a, (str, bytes)) and (_WIDE.search(str(a)) or "*" in str(a)):
        return at.unknown("a text that may be long")
    try:
        return Const(ARITHMETIC[op](a, b))
    except Exception:
        return None
