"""Operators: arithmetic, negation, ``and`` and ``or``, and conditional expressions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import libcst as cst

from bcelint.contracts.schema import UNKNOWN
from bcelint.facts import Facts
from bcelint.project.code import NodePlace
from bcelint.trace.code.rounds import decided
from bcelint.trace.interpreter import Value
from bcelint.trace.state.site import Site
from bcelint.trace.state.truth import split, when
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.constants import Const
from bcelint.trace.values.determined import is_determined
from bcelint.trace.values.domains import each_text
from bcelint.trace.values.plain import is_number
from bcelint.trace.values.specials import or_else
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.unknowns import Unknown

BINARY: dict[type[cst.CSTNode], str] = {
    cst.Add: "+",
    cst.Subtract: "-",
    cst.Multiply: "*",
    cst.Divide: "/",
    cst.FloorDivide: "//",
    cst.Modulo: "%",
    cst.Power: "**",
    cst.MatrixMultiply: "@",
    cst.BitAnd: "&",
    cst.BitOr: "|",
    cst.BitXor: "^",
    cst.LeftShift: "<<",
    cst.RightShift: ">>",
    cst.AddAssign: "+",
    cst.SubtractAssign: "-",
    cst.MultiplyAssign: "*",
    cst.DivideAssign: "/",
    cst.FloorDivideAssign: "//",
    cst.ModuloAssign: "%",
    cst.PowerAssign: "**",
    cst.MatrixMultiplyAssign: "@",
    cst.BitAndAssign: "&",
    cst.BitOrAssign: "|",
    cst.BitXorAssign: "^",
    cst.LeftShiftAssign: "<<",
    cst.RightShiftAssign: ">>",
}
_UNARY: dict[type[cst.CSTNode], str] = {cst.Minus: "-", cst.Plus: "+", cst.BitInvert: "~"}
MAX_SYMBOL = 120


def binary_operation(at: Site, node: cst.BinaryOperation) -> Value:
    return binary(at.on(node), BINARY[type(node.operator)], at.evaluate(node.left), at.evaluate(node.right))


def binary(at: Site, op: str, left: Value, right: Value) -> Value:
    """``left op right``: what the left one says of it, else what the right one says."""

    def one(a: Value, b: Value) -> Value:
        def by_right() -> Value:
            return or_else(at, b.binary(at, op, a, reflected=True), lambda: _not_followed(at, op, a, b))

        made = or_else(at, a.binary(at, op, b), by_right)
        settled = isinstance(made, Unknown) and is_determined(a) and is_determined(b)
        return replace(made, opaque=True) if settled and isinstance(made, Unknown) else made

    if op == "+":  # strings that are put together
        left, right = each_text(at, left), each_text(at, right)
    return at.lift(one, left, right)


def _not_followed(at: Site, op: str, a: Value, b: Value) -> Value:
    symbols = [v.symbol if isinstance(v, Unknown) else "" if v.constant is UNKNOWN else repr(v.constant) for v in (a, b)]
    symbol = f"({symbols[0]} {op} {symbols[1]})" if all(symbols) and len("".join(symbols)) < MAX_SYMBOL else ""
    unknown = at.unknown(_reason(a, b), a, b, symbol=symbol, number=is_number(a) and is_number(b))
    return replace(unknown, facts=_cut_off(a, b) or unknown.facts)


def _cut_off(a: Value, b: Value) -> Facts | None:
    """That no gradient comes through an operation: it has none if neither side has one."""
    unknowns = [v for v in (a, b) if isinstance(v, Unknown) and not v.is_number]
    cut = [v.facts for v in unknowns if v.facts.value("grad") is False]
    others = [v for v in (a, b) if v.constant is UNKNOWN and not isinstance(v, Unknown)]
    return cut[0] if cut and len(cut) == len(unknowns) and not others else None


def _reason(*values: Value) -> str:
    return next((v.reason for v in values if isinstance(v, Unknown)), "arithmetic on things that are not followed")


def unary_operation(at: Site, node: cst.UnaryOperation) -> Value:
    value = at.evaluate(node.expression)
    if isinstance(node.operator, cst.Not):
        return _negation(at.on(node.expression), value)
    at, op = at.on(node), _UNARY[type(node.operator)]
    if op == "-" and isinstance(node.expression, cst.Call):
        _note_negated(at, node.expression, value)
    return at.lift(lambda single: single.unary(at, op) or at.unknown(_reason(single), single), value)


def _note_negated(at: Site, call: cst.Call, value: Value) -> None:
    """Of the losses that a call has computed itself, the sign is changed at once."""
    for _, single in alternatives(value):
        for number in single.losses if isinstance(single, Tensor) else ():
            event = at.run.events[number - 1]
            if isinstance(event.call.inner, NodePlace) and event.call.inner.node is call:
                event.call = replace(event.call, negated=True)


def _negation(at: Site, value: Value) -> Value:
    true, false = split(at, value)
    return at.choice([*((guard, Const(False)) for guard in true), *((guard, Const(True)) for guard in false)])


def boolean_operation(at: Site, node: cst.BooleanOperation) -> Value:
    """``a and b``, ``a or b``: the right side is evaluated only where the left one does not decide."""
    left = at.evaluate(node.left)
    true, false = split(at.on(node.left), left)
    go_on, decided = (true, false) if isinstance(node.operator, cst.And) else (false, true)
    options = [(guard, when(at, left, guard, isinstance(node.operator, cst.Or))) for guard in decided]
    for guard in go_on:
        options += at.branches([(guard, lambda: at.evaluate(node.right))])
    return at.choice(options)


def conditional(at: Site, node: cst.IfExp) -> Value:
    true, false = split(at.on(node.test), at.evaluate(node.test))
    decided(at, node.test, true, false)
    at.run.coverage.choose(at.frame.code.path, (node.body, bool(true)), (node.orelse, bool(false)))
    cases: list[tuple[Any, Callable[[], Value]]] = []
    cases += [(guard, lambda: at.evaluate(node.body)) for guard in true]
    cases += [(guard, lambda: at.evaluate(node.orelse)) for guard in false]
    return at.choice(at.branches(cases))
