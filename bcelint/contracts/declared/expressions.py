"""Expressions over the parameters of a call, as declared knowledge writes them: conditions (``activation in (None, 'identity')``),
sizes (``heads * out_channels``) and layers (``torch.nn.Linear(512, num_classes)``).

They are read as Python and never run as such: constants, names, comparisons, ``and or not``, arithmetic, ``x.shape[i]``, ``startswith`` and
``known(x)``, which is false where the value of ``x`` is not known.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bcelint.contracts.schema import UNKNOWN

Lookup = Callable[[str], Any]
"""The value of a parameter by its name, and the size ``x.shape[i]`` by that text; ``UNKNOWN`` where it is not known."""

_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda item, items: item in items,
    ast.NotIn: lambda item, items: item not in items,
}
_ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_METHODS = ("startswith", "endswith")
_KNOWN = "known"


@dataclass(frozen=True)
class Expression:
    """A text in Python's notation. Building one checks it: ValueError says what is wrong."""

    text: str

    def __post_init__(self) -> None:
        _check(_tree(self.text))

    @property
    def names(self) -> frozenset[str]:
        """The parameters that it mentions."""
        return _names(_tree(self.text))

    def value(self, lookup: Lookup) -> Any:
        """Its value, or ``UNKNOWN`` where that hangs on what is not known, or can't be computed."""
        try:
            return _value(_tree(self.text), lookup)
        except (TypeError, ValueError, ArithmeticError, AttributeError):
            return UNKNOWN


@dataclass(frozen=True)
class LayerCall:
    """A layer as it is made: ``torch.nn.Linear(512, num_classes)``. ``...`` is an argument that is not known, or as a whole a layer that is not."""

    text: str

    def __post_init__(self) -> None:
        tree = _tree(self.text)
        if _is_ellipsis(tree):
            return
        if not isinstance(tree, ast.Call) or not self.name:
            raise ValueError("is no call of a layer by its full name")
        for argument in _arguments(tree):
            _check(argument)

    @property
    def name(self) -> str:
        """The dotted name of the layer; empty for ``...``."""
        tree = _tree(self.text)
        return _dotted(tree.func) if isinstance(tree, ast.Call) else ""

    @property
    def names(self) -> frozenset[str]:
        tree = _tree(self.text)
        inside = _arguments(tree) if isinstance(tree, ast.Call) else ()
        return frozenset().union(*map(_names, inside))

    def arguments(self) -> tuple[list[Expression], dict[str, Expression]]:
        """The positional arguments and the keywords."""
        tree = _tree(self.text)
        if not isinstance(tree, ast.Call):
            return [], {}
        positional = [Expression(ast.unparse(argument)) for argument in tree.args]
        return positional, {str(word.arg): Expression(ast.unparse(word.value)) for word in tree.keywords}


@lru_cache(maxsize=4096)
def _tree(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, RecursionError, MemoryError):
        raise ValueError("is no expression in Python's notation") from None


def _arguments(call: ast.Call) -> Iterator[ast.expr]:
    yield from call.args
    for word in call.keywords:
        if word.arg is None:
            raise ValueError("**arguments can't be written here")
        yield word.value


def _names(tree: ast.expr) -> frozenset[str]:
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in functions)


def _asks_known(node: ast.expr) -> bool:
    """``known(name)``"""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != _KNOWN:
        return False
    return len(node.args) == 1 and isinstance(node.args[0], ast.Name) and not node.keywords


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    inner = _dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{inner}.{node.attr}" if inner and isinstance(node, ast.Attribute) else ""


def _check(node: ast.expr) -> None:
    """ValueError for what is not understood."""
    if isinstance(node, (ast.Constant, ast.Name)) or _size_name(node) or _asks_known(node):
        return
    if isinstance(node, ast.Compare) and all(type(each) in _COMPARISONS for each in node.ops):
        parts = [node.left, *node.comparators]
    elif isinstance(node, ast.BoolOp):
        parts = node.values
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
        parts = [node.operand]
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        parts = [node.left, node.right]
    elif isinstance(node, ast.IfExp):
        parts = [node.test, node.body, node.orelse]
    elif isinstance(node, (ast.Tuple, ast.List)):
        parts = node.elts
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS and not node.keywords:
        parts = [node.func.value, *node.args]
    else:
        raise ValueError(f"`{ast.unparse(node)}` is not understood")
    for part in parts:
        _check(part)


def _size_name(node: ast.expr) -> str:
    """``x.shape[0]`` as text, where ``node`` is such a thing."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Attribute) or not isinstance(node.value.value, ast.Name):
        return ""
    return ast.unparse(node) if node.value.attr == "shape" else ""


def _value(node: ast.expr, lookup: Lookup) -> Any:
    if isinstance(node, ast.Constant):
        return UNKNOWN if node.value is ... else node.value
    if isinstance(node, ast.Name):
        return lookup(node.id)
    if isinstance(node, ast.BoolOp):
        return _all_or_any(node, lookup)
    if isinstance(node, ast.IfExp):
        test = _value(node.test, lookup)
        return UNKNOWN if test is UNKNOWN else _value(node.body if test else node.orelse, lookup)
    if isinstance(node, ast.Subscript):
        return lookup(_size_name(node))
    if isinstance(node, ast.UnaryOp):
        operand = _value(node.operand, lookup)
        return UNKNOWN if operand is UNKNOWN else not operand if isinstance(node.op, ast.Not) else -operand
    if isinstance(node, ast.Compare):
        return _compared(node, lookup)
    if isinstance(node, ast.BinOp):
        sides = [_value(node.left, lookup), _value(node.right, lookup)]
        numbers = all(isinstance(side, (int, float)) for side in sides)  # a size that is no number is the name of one
        return UNKNOWN if not numbers else _ARITHMETIC[type(node.op)](*sides)
    if isinstance(node, (ast.Tuple, ast.List)):
        items = tuple(_value(item, lookup) for item in node.elts)
        return UNKNOWN if any(item is UNKNOWN for item in items) else items
    assert isinstance(node, ast.Call)
    if _asks_known(node):
        return _value(node.args[0], lookup) is not UNKNOWN
    assert isinstance(node.func, ast.Attribute)
    owner, *given = (_value(part, lookup) for part in (node.func.value, *node.args))
    if owner is UNKNOWN or UNKNOWN in given:
        return UNKNOWN
    return getattr(owner, node.func.attr)(*given) if isinstance(owner, str) else False


def _all_or_any(node: ast.BoolOp, lookup: Lookup) -> Any:
    """``and`` and ``or``, which one side may decide whatever the other is."""
    decides = isinstance(node.op, ast.Or)
    unknown = False
    for part in node.values:
        value = _value(part, lookup)
        if value is UNKNOWN:
            unknown = True
        elif bool(value) is decides:
            return decides
    return UNKNOWN if unknown else not decides


def _compared(node: ast.Compare, lookup: Lookup) -> Any:
    left = _value(node.left, lookup)
    for comparison, part in zip(node.ops, node.comparators):
        right = _value(part, lookup)
        if left is UNKNOWN or right is UNKNOWN:
            return UNKNOWN
        if not _COMPARISONS[type(comparison)](left, right):
            return False
        left = right
    return True
