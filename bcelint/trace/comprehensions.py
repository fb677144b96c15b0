"""Comprehensions, evaluated item by item where the items are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from bcelint.trace import assign, sequences, subscripts
from bcelint.trace import evaluate as ev
from bcelint.trace.frames import Frame
from bcelint.trace.run import Run
from bcelint.trace.state import without_loop
from bcelint.trace.truth import split
from bcelint.trace.values import Const, External, Mapped, Tuple, Value, fresh

MAX_ITEMS = 32


def sequence(run: Run, frame: Frame, node: Any) -> Value:
    """A list comprehension, set comprehension or generator expression."""
    inner = Frame(frame.module, frame, None, frame.caller, frame.call_place)
    inner.grad_off = frame.grad_off
    inner.arguments = frame.arguments
    items: list[Value] = []
    loose: list[Value] = []

    def add(sure: bool) -> None:
        (items if sure and not loose else loose).append(ev.evaluate(run, inner, node.elt))

    _loop(run, inner, node.for_in, add, _settler(run, loose))
    content = Tuple(tuple(items), subscripts.any_of(run, frame, node, Tuple(tuple(loose))) if loose else None)
    return ev.new_list(content)


def mapping(run: Run, frame: Frame, node: cst.DictComp) -> Value:
    """A dict comprehension."""
    inner = Frame(frame.module, frame, None, frame.caller, frame.call_place)
    inner.grad_off = frame.grad_off
    inner.arguments = frame.arguments
    items: dict[Any, Value] = {}
    loose: list[Value] = []

    def add(sure: bool) -> None:
        key, value = ev.evaluate(run, inner, node.key), ev.evaluate(run, inner, node.value)
        if sure and isinstance(key, (Const, External)):
            items[subscripts.dict_key(key)] = value
        else:
            loose.append(value)

    _loop(run, inner, node.for_in, add, _settler(run, loose))
    return ev.new_dict(Mapped(items, subscripts.any_of(run, frame, node, Tuple(tuple(loose))) if loose else None))


def _settler(run: Run, loose: list[Value]) -> Callable[[int], None]:
    """What is done after a loop of unknown length: what hung on its iteration is no case any more."""

    def settle(loop: int) -> None:
        loose[:] = [without_loop(run.state, value, loop) for value in loose]

    return settle


def _loop(run: Run, frame: Frame, clause: cst.CompFor, body: Any, settle: Callable[[int], None], sure: bool = True) -> None:
    """Run ``body`` for the items of the clause; with ``sure`` False where it is open how often, and ``settle`` after such a loop."""
    content = sequences.sequence_of(run, frame, clause.iter, ev.evaluate(run, frame, clause.iter))
    for item in content.items[:MAX_ITEMS]:
        _once(run, frame, clause, item, body, settle, sure)
    if content.rest is not None or len(content.items) > MAX_ITEMS:
        loop = fresh()
        run.loops.append(loop)
        try:
            rest = content.rest if content.rest is not None else content.items[-1]
            _once(run, frame, clause, sequences.another(run, rest), body, settle, False)
        finally:
            run.loops.pop()
        settle(loop)


def _once(run: Run, frame: Frame, clause: cst.CompFor, item: Value, body: Any, settle: Callable[[int], None], sure: bool) -> None:
    assign.assign(run, frame, clause.target, item)
    for condition in clause.ifs:
        true, false = split(run, frame, condition.test, ev.evaluate(run, frame, condition.test))
        if not true:
            return
        sure = sure and not false
    if clause.inner_for_in is not None:
        _loop(run, frame, clause.inner_for_in, body, settle, sure)
    else:
        body(sure)
