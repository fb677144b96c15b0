"""Comparisons: a constant where the answer is known, else true and false under opposite conditions."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import libcst as cst

from bcelint.contracts import tables
from bcelint.trace import evaluate as ev
from bcelint.trace import torchcalls
from bcelint.trace.frames import Frame
from bcelint.trace.run import Run
from bcelint.trace.truth import condition, split
from bcelint.trace.values import CONTENT, Cell, Const, DictCell, External, ListCell, Mapped, Tensor, Tuple, Unknown, Value

_PYTHON: dict[type, tuple[str, Callable[[Any, Any], Any], str]] = {
    cst.Equal: ("==", operator.eq, "torch.eq"),
    cst.NotEqual: ("!=", operator.ne, "torch.ne"),
    cst.LessThan: ("<", operator.lt, "torch.lt"),
    cst.LessThanEqual: ("<=", operator.le, "torch.le"),
    cst.GreaterThan: (">", operator.gt, "torch.gt"),
    cst.GreaterThanEqual: (">=", operator.ge, "torch.ge"),
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def comparison(run: Run, frame: Frame, node: cst.Comparison) -> Value:
    left = ev.evaluate(run, frame, node.left)
    result: Value | None = None
    for target in node.comparisons:
        right = ev.evaluate(run, frame, target.comparator)
        kind = type(target.operator)
        one = run.state.lift(lambda a, b, kind=kind: _compare(run, frame, node, kind, a, b), left, right)
        result = one if result is None else run.state.lift(lambda a, b: _both(run, frame, node, a, b), result, one)
        left = right
    assert result is not None
    return result


def _both(run: Run, frame: Frame, node: cst.CSTNode, a: Value, b: Value) -> Value:
    if isinstance(a, Const):
        return b if a.value else a
    return run.unknown("a chained comparison", frame, node, a, b)


def negation(run: Run, frame: Frame, node: cst.UnaryOperation, value: Value) -> Value:
    true, false = split(run, frame, node.expression, value)
    return run.state.choice([*((guard, Const(False)) for guard in true), *((guard, Const(True)) for guard in false)])


def _compare(run: Run, frame: Frame, node: cst.Comparison, kind: type, a: Value, b: Value) -> Value:
    if kind in (cst.Is, cst.IsNot):
        return _identity(run, frame, node, a, b, kind is cst.Is)
    if kind in (cst.In, cst.NotIn):
        return _membership(run, frame, node, a, b, kind is cst.In)
    symbol, python, row = _PYTHON[kind]
    if isinstance(a, Const) and isinstance(b, Const):
        try:
            return Const(bool(python(a.value, b.value)))
        except Exception:
            return run.unknown("a comparison that fails", frame, node)
    if isinstance(a, Tensor) or isinstance(b, Tensor):
        if isinstance(a, Tensor) or not isinstance(b, Tensor):
            return torchcalls.operation(run, frame, node, row, {"input": a, "other": b})
        mirrored = next(r for s, _, r in _PYTHON.values() if s == _MIRRORED[symbol])
        return torchcalls.operation(run, frame, node, mirrored, {"input": b, "other": a})
    if symbol in ("==", "!="):
        same = _same_thing(a, b)
        if same is not None:
            return Const(same == (symbol == "=="))
    if isinstance(a, Const) and isinstance(b, Unknown):
        a, b, symbol = b, a, _MIRRORED[symbol]
    if isinstance(a, Unknown) and isinstance(b, Const):
        return _case(run, frame, node, a, symbol, b.value)
    if isinstance(a, External) and isinstance(b, Const):
        return _case(run, frame, node, a, symbol, b.value)
    return _case(run, frame, node, a, "other", f"{symbol}{_name(b)}", other=b)


def _case(run: Run, frame: Frame, node: cst.CSTNode, value: Value, op: str, operand: Any, positive: bool = True, other: Value | None = None) -> Value:
    """``positive`` under the condition, its opposite under the opposite condition."""
    if op == "!=":
        op, positive = "==", not positive
    try:
        hash(operand)
    except TypeError:
        operand = repr(operand)
    atom = replace(condition(run, frame, node, value, op, operand, other), reads=positive)
    return run.state.choice([(frozenset([atom]), Const(positive)), (frozenset([atom.negated()]), Const(not positive))])


def _identity(run: Run, frame: Frame, node: cst.Comparison, a: Value, b: Value, positive: bool) -> Value:
    for one, other in ((a, b), (b, a)):
        if isinstance(other, Const) and other.value is None:
            if isinstance(one, Const):
                return Const((one.value is None) == positive)
            if isinstance(one, Unknown):
                return _case(run, frame, node, one, "==", None, positive)
            return Const(not positive)
    if isinstance(a, Const) and isinstance(b, Const):
        return Const((a.value is b.value or a.value == b.value) == positive)
    same = _same_thing(a, b)
    if same is not None:
        return Const(same == positive)
    if isinstance(a, Unknown) and isinstance(b, Const):
        return _case(run, frame, node, a, "==", b.value, positive)
    return _case(run, frame, node, a, "other", f"is{_name(b)}{positive}")


def _same_thing(a: Value, b: Value) -> bool | None:
    """Whether two things that are no plain constants are the same; None where that is not known."""
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return True if isinstance(a, Unknown) and isinstance(b, Unknown) and a.symbol == b.symbol else None
    if isinstance(a, Tuple) and isinstance(b, Tuple):
        return None
    if isinstance(a, (External, Cell)) or isinstance(b, (External, Cell)):
        if isinstance(a, (ListCell, DictCell)) and isinstance(b, (ListCell, DictCell)):
            return None
        if any(isinstance(v, External) and not tables.is_known(v.name) for v in (a, b)) and a.key() != b.key():
            return None  # what is set outside of the project may be anything
        return bool(a.key() == b.key())
    return None


def _membership(run: Run, frame: Frame, node: cst.Comparison, a: Value, b: Value, positive: bool) -> Value:
    options = constants_of(b)
    if isinstance(a, Const):
        if options is not None and not (isinstance(b, Const) and not isinstance(a.value, str)):
            return Const((a.value in options) == positive)
        content = b.fields.get(CONTENT) if isinstance(b, DictCell) else None
        if isinstance(content, Mapped) and content.rest is None:
            return Const((a.value in content.items) == positive)
    if isinstance(a, Unknown) and isinstance(options, tuple):
        return _case(run, frame, node, a, "in", options, positive)
    owner = b if isinstance(b, Unknown) else a
    return _case(run, frame, node, owner, "other", f"in {_name(a)} {_name(b)}", positive, a)


def constants_of(value: Value) -> tuple[Any, ...] | str | None:
    """The Python constants of a tuple, list or string of them; None for anything else."""
    if isinstance(value, Const) and isinstance(value.value, str):
        return value.value
    content = value.fields.get(CONTENT) if isinstance(value, ListCell) else value
    if isinstance(content, Tuple) and content.rest is None and all(isinstance(item, Const) for item in content.items):
        return tuple(item.value for item in content.items)  # type: ignore[attr-defined]
    return None


def _name(value: Value) -> str:
    return value.symbol if isinstance(value, Unknown) else repr(value.key())
