"""Expressions of Python on a value that is known: compared, calculated, asked by methods of strings. Nothing of the program is run."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

LONGEST, LARGEST = 10_000, 1e9
_BUILTINS = (abs, all, any, bool, float, int, len, list, max, min, range, round, set, sorted, str, sum, tuple)
_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod, ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
    ast.Not: operator.not_, ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert,
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Is: operator.is_, ast.IsNot: operator.is_not, ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{function.__name__: function for function in _BUILTINS},
    "re.match": re.match, "re.search": re.search, "re.fullmatch": re.fullmatch, "re.sub": re.sub, "re.split": re.split, "re.findall": re.findall,
}  # fmt: skip
_METHODS = frozenset(
    "capitalize casefold count endswith find index isalpha isdigit isnumeric join lower lstrip partition removeprefix removesuffix replace "
    "rfind rpartition rsplit rstrip split startswith strip title upper group groups intersection isdisjoint issubset union __contains__".split()
)


class NotKnown(Exception):
    """The expression can't be worked out, or raises."""


def value_of(node: ast.expr, given: Any) -> Any:
    """The value of an expression in which the name "" stands for ``given``."""
    try:
        return _value(node, given)
    except NotKnown:
        raise
    except Exception as error:
        raise NotKnown from error


def _value(node: ast.AST | None, given: Any) -> Any:
    handler = _HANDLERS.get(type(node))
    if handler is None:
        raise NotKnown
    value = handler(node, given)
    too_much = isinstance(value, (int, float)) and abs(value) > LARGEST
    if too_much or (isinstance(value, (str, list, tuple, set, range)) and len(value) > LONGEST):
        raise NotKnown
    return value


def _name(node: Any, given: Any) -> Any:
    if node.id:
        raise NotKnown
    return given


def _comparison(node: Any, given: Any) -> Any:
    left = _value(node.left, given)
    for kind, right in zip(node.ops, (_value(one, given) for one in node.comparators)):
        if not _OPERATORS[type(kind)](left, right):
            return False
        left = right
    return True


def _either(node: Any, given: Any) -> Any:
    wanted = isinstance(node.op, ast.Or)
    value: Any = None
    for one in node.values:
        value = _value(one, given)
        if bool(value) is wanted:
            break
    return value


def _call(node: Any, given: Any) -> Any:
    args = [_value(arg, given) for arg in node.args]
    if node.keywords or any(isinstance(arg, int) and abs(arg) > LONGEST for arg in args):
        raise NotKnown
    function = _FUNCTIONS.get(_dotted(node.func))
    if function is not None:
        return function(*args)
    if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
        return getattr(_value(node.func.value, given), node.func.attr)(*args)
    raise NotKnown


def _dotted(node: ast.expr) -> str:
    """``len``, ``re.match``; "" of what is no name of a few parts. Conditions are worked out for many samples: ``ast.unparse`` is slow there."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    return ".".join((node.id, *reversed(attributes))) if isinstance(node, ast.Name) else ""


def _slice(node: Any, given: Any) -> Any:
    return slice(*(None if part is None else _value(part, given) for part in (node.lower, node.upper, node.step)))


def _string(node: Any, given: Any) -> Any:
    if any(isinstance(part, ast.FormattedValue) and part.format_spec is not None for part in node.values):
        raise NotKnown
    return "".join(str(_value(part.value if isinstance(part, ast.FormattedValue) else part, given)) for part in node.values)


_HANDLERS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Constant: lambda node, given: node.value,
    ast.Name: _name,
    ast.Compare: _comparison,
    ast.BoolOp: _either,
    ast.UnaryOp: lambda node, given: _OPERATORS[type(node.op)](_value(node.operand, given)),
    ast.BinOp: lambda node, given: _OPERATORS[type(node.op)](_value(node.left, given), _value(node.right, given)),
    ast.IfExp: lambda node, given: _value(node.body if _value(node.test, given) else node.orelse, given),
    ast.Call: _call,
    ast.Subscript: lambda node, given: _value(node.value, given)[_value(node.slice, given)],
    ast.Slice: _slice,
    ast.Tuple: lambda node, given: tuple(_value(one, given) for one in node.elts),
    ast.List: lambda node, given: [_value(one, given) for one in node.elts],
    ast.Set: lambda node, given: {_value(one, given) for one in node.elts},
    ast.JoinedStr: _string,
}
