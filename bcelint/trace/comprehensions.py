"""Comprehensions, evaluated item by item where the items are known."""

from __future__ import annotations

from typing import Any

import libcst as cst

from bcelint.trace import assign, calls
from bcelint.trace import evaluate as ev
from bcelint.trace.frames import Frame
from bcelint.trace.run import Run
from bcelint.trace.subscripts import any_of, dict_key
from bcelint.trace.truth import split
from bcelint.trace.values import Const, External, Mapped, Tuple, Value, fresh

MAX_ITEMS = 32


def sequence(run: Run, frame: Frame, node: Any) -> Value:
    """A list comprehension, set comprehension or generator expression."""
    inner = Frame(frame.module, frame, None, frame.caller, frame.call_place)
    inner.grad_off = frame.grad_off
    items: list[Value] = []
    loose: list[Value] = []
    _loop(run, inner, node.for_in, lambda sure: (items if sure and not loose else loose).append(ev.evaluate(run, inner, node.elt)))
    content = Tuple(tuple(items), any_of(run, frame, node, Tuple(tuple(loose))) if loose else None)
    return ev.new_list(content)


def mapping(run: Run, frame: Frame, node: cst.DictComp) -> Value:
    """A dict comprehension."""
    inner = Frame(frame.module, frame, None, frame.caller, frame.call_place)
    inner.grad_off = frame.grad_off
    items: dict[Any, Value] = {}
    loose: list[Value] = []

    def add(sure: bool) -> None:
        key, value = ev.evaluate(run, inner, node.key), ev.evaluate(run, inner, node.value)
        if sure and isinstance(key, (Const, External)):
            items[dict_key(key)] = value
        else:
            loose.append(value)

    _loop(run, inner, node.for_in, add)
    return ev.new_dict(Mapped(items, any_of(run, frame, node, Tuple(tuple(loose))) if loose else None))


def _loop(run: Run, frame: Frame, clause: cst.CompFor, body: Any, sure: bool = True) -> None:
    """Run ``body`` for the items of the clause; with ``sure`` False where it is open how often."""
    content = calls.sequence_of(run, frame, clause.iter, ev.evaluate(run, frame, clause.iter))
    for item in content.items[:MAX_ITEMS]:
        _once(run, frame, clause, item, body, sure)
    if content.rest is not None or len(content.items) > MAX_ITEMS:
        loop = fresh()
        run.loops.append(loop)
        try:
            rest = content.rest if content.rest is not None else content.items[-1]
            _once(run, frame, clause, rest, body, False)
        finally:
            run.loops.pop()


def _once(run: Run, frame: Frame, clause: cst.CompFor, item: Value, body: Any, sure: bool) -> None:
    assign.assign(run, frame, clause.target, item)
    for condition in clause.ifs:
        true, false = split(run, frame, condition.test, ev.evaluate(run, frame, condition.test))
        if not true:
            return
        sure = sure and not false
    if clause.inner_for_in is not None:
        _loop(run, frame, clause.inner_for_in, body, sure)
    else:
        body(sure)
