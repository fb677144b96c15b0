"""Conditions on values: what the program asks of a value that is not known makes cases."""

from __future__ import annotations

import enum
from dataclasses import replace
from typing import Any

import libcst as cst

from bcelint.trace.conditions.atoms import Atom
from bcelint.trace.interpreter import Interpreter, Value
from bcelint.trace.values.constants import Const


def condition(at: Interpreter, value: Value, op: str, operand: object, other: Value | None = None) -> Atom:
    """The condition ``value op operand``, shown as what stands here is written; ``other`` is the value behind the operand, if it is not known."""
    about = value.about()
    loop, hidden = (0, False) if other is None else other.hangs_on()
    loop = max(0 if about.stays else at.loop, about.loop, loop)
    # the text is the place's to look up: an atom outlives the evaluation, and may not keep its frame alive
    hidden = hidden or about.opaque
    return Atom(about.symbol, op, operand, True, at.place.text, loop, opaque=hidden, domain=about.domain, sources=value.origins())


def equals(at: Interpreter, value: Value, constant: object, written: cst.CSTNode | None) -> Atom:
    """The condition that a value, which is ``written`` so, is a constant."""
    atom = condition(at, value, "==", constant)
    if written is None:
        return atom
    place = at.on(written).place
    shown = str(constant) if isinstance(constant, enum.Enum) else repr(constant)
    return replace(atom, text=lambda: f"{place.text()} == {shown}")


def owner_of(node: cst.CSTNode) -> cst.CSTNode | None:
    """How that is written of which a method is called, or an item taken."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        return node.func.value
    return node.value if isinstance(node, cst.Subscript) else None


def written_index(node: cst.CSTNode) -> cst.CSTNode:
    """The expression of the single index of a subscript."""
    index = node.slice[0].slice if isinstance(node, cst.Subscript) else None
    return index.value if isinstance(index, cst.Index) else node


def case(at: Interpreter, value: Value, op: str, operand: Any, positive: bool = True, other: Value | None = None) -> Value:
    """``positive`` under the condition, its opposite under the opposite condition."""
    if op == "!=":
        op, positive = "==", not positive
    try:
        hash(operand)
    except TypeError:
        operand = repr(operand)
    atom = replace(condition(at, value, op, operand, other), reads=positive)
    return at.choice([(frozenset([atom]), Const(positive)), (frozenset([atom.negated()]), Const(not positive))])
