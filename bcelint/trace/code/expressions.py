"""Expressions to values."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import libcst as cst

from bcelint.project.source import is_notebook
from bcelint.trace.code import attributes, calls, comparisons, comprehensions, libraries, literals, operators, subscripts
from bcelint.trace.code.functions import defaults_of
from bcelint.trace.code.raising import may_pass, where_it_goes
from bcelint.trace.interpreter import Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.choices import Choice
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.externals import External, external_member
from bcelint.trace.values.functions import Function
from bcelint.trace.values.raised import Raised
from bcelint.trace.values.tuples import Tuple, sequence_of
from bcelint.trace.values.unknowns import Unknown

BUILTIN_CONSTANTS = {"True": True, "False": False, "None": None}


def evaluate(at: Site, node: cst.BaseExpression) -> Value:
    """The value of an expression, under the current path condition."""
    handler = _HANDLERS.get(type(node))
    if handler is None:
        return at.on(node).unknown(f"{type(node).__name__} is not followed")
    value = handler(at, node)
    if not isinstance(value, Choice):
        return at.on(node).unknown("it is not set in each round of a loop") if may_pass(at, value) else where_it_goes(at, value)
    return where_it_goes(at, value)


def _name(at: Site, node: cst.Name) -> Value:
    value = at.frame.find(node.value)
    return named(at.on(node), node.value) if value is None else value


def named(at: Site, name: str) -> Value:
    """What a name stands for in this frame."""
    value = at.frame.find(name)
    if value is not None:
        return value
    if name in BUILTIN_CONSTANTS:
        return Const(BUILTIN_CONSTANTS[name])
    if name == "__name__":
        return at.unknown("the name of a module, which may be run or imported", symbol="__name__")
    star = at.frame.globals.fields.get("*")
    for module in star.items if isinstance(star, Tuple) else ():  # `from torch.nn import *`
        if isinstance(module, External):
            member = external_member(module, name)
            if isinstance(member, External) and (at.run.is_known(member.name) or libraries.is_followed(member.name)):
                return member
        elif isinstance(module, Unknown):
            return at.unknown(f"{name} may come from a star import that is not in the project")
    if star is None and not hasattr(builtins, name) and _is_undefined(at, name):
        return Raised(f"{name} is not defined")
    return External(f"builtins.{name}")


def _is_undefined(at: Site, name: str) -> bool:
    """Whether a name is bound nowhere. The statements of a script may be a fragment of one: what they lack is taken for set elsewhere."""
    path = at.frame.code.path
    is_fragment = at.frame.outside().parent is None and not is_notebook(path)
    return not is_fragment and not at.run.project.is_defined(path, name, at.place.line)


def _lambda(at: Site, node: cst.Lambda) -> Value:
    return Function("<lambda>", "<lambda>", node, at.frame, defaults_of(at, node.params))


def _named(at: Site, node: cst.NamedExpr) -> Value:
    value = at.evaluate(node.value)
    if isinstance(node.target, cst.Name):
        at.write(at.frame.outside().cell_for(node.target.value), node.target.value, value)
    return value


def _await(at: Site, node: cst.Await) -> Value:
    return at.evaluate(node.expression)


def _yield(at: Site, node: cst.Yield) -> Value:
    if isinstance(node.value, cst.From):
        content = sequence_of(at.on(node), at.evaluate(node.value.item))
        at.frame.yields.extend([*content.items, *([content.rest] if content.rest else [])])
        return at.on(node).unknown("what is sent into a generator")
    value = NONE if node.value is None else at.evaluate(node.value)
    if at.frame.resume is not None:
        at.frame.resume(value)
        return NONE
    at.frame.yields.append(value)
    return at.on(node).unknown("what is sent into a generator")


_HANDLERS: dict[type[cst.CSTNode], Callable[[Site, Any], Value]] = {
    cst.Name: _name,
    cst.Attribute: attributes.attribute,
    cst.Call: calls.call,
    cst.Subscript: subscripts.load,
    cst.Integer: literals.constant,
    cst.Float: literals.constant,
    cst.Imaginary: literals.constant,
    cst.SimpleString: literals.constant,
    cst.ConcatenatedString: literals.concatenated,
    cst.FormattedString: literals.formatted,
    cst.Ellipsis: literals.ellipsis,
    cst.Tuple: literals.tuple_display,
    cst.List: literals.list_display,
    cst.Set: literals.set_display,
    cst.Dict: literals.dict_display,
    cst.ListComp: comprehensions.sequence,
    cst.SetComp: comprehensions.sequence,
    cst.GeneratorExp: comprehensions.sequence,
    cst.DictComp: comprehensions.mapping,
    cst.BinaryOperation: operators.binary_operation,
    cst.UnaryOperation: operators.unary_operation,
    cst.BooleanOperation: operators.boolean_operation,
    cst.IfExp: operators.conditional,
    cst.Comparison: comparisons.comparison,
    cst.Lambda: _lambda,
    cst.NamedExpr: _named,
    cst.Await: _await,
    cst.Yield: _yield,
}
