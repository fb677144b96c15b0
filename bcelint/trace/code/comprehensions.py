"""Comprehensions, evaluated item by item where the items are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from bcelint.trace.code.iterations import another
from bcelint.trace.conditions.joining import either
from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Value
from bcelint.trace.state.site import Site
from bcelint.trace.state.state import without_loop
from bcelint.trace.state.truth import split
from bcelint.trace.values.constants import Const
from bcelint.trace.values.contents import any_of
from bcelint.trace.values.dicts import new_dict
from bcelint.trace.values.externals import External
from bcelint.trace.values.lengths import each_length
from bcelint.trace.values.lists import new_list
from bcelint.trace.values.mapped import Mapped, dict_key, overlaid
from bcelint.trace.values.sets import new_set
from bcelint.trace.values.tuples import Tuple, sequence_of

MAX_ITEMS = 32


def sequence(at: Site, node: Any) -> Value:
    """A list comprehension, set comprehension or generator expression."""
    return each_length(at, _source(at, node), lambda source: _sequence(at.on(node), node, source))


def mapping(at: Site, node: cst.DictComp) -> Value:
    """A dict comprehension."""
    return each_length(at, _source(at, node), lambda source: _mapping(at.on(node), node, source))


def _source(at: Site, node: Any) -> Value:
    """What the first loop goes through, which is evaluated outside of the comprehension."""
    return at.on(node.for_in.iter).evaluate(node.for_in.iter)


def _sequence(at: Site, node: Any, source: Value) -> Value:
    inner = at.inside(at.frame.inner(), node)
    items: list[Value] = []
    loose: list[Value] = []

    def add(sure: bool) -> None:
        value = inner.evaluate(node.elt)
        if sure or not value.is_raised:  # else there is no item that it is computed for
            (items if sure and not loose else loose).append(value)

    before, ended = at.state.path, set(at.state.raised)
    _loop(inner, node.for_in, source, add, _settler(at, loose))
    if isinstance(node, cst.GeneratorExp):  # of which nothing is computed before it is asked
        at.state.path, at.state.raised = before, ended
    raised = next((value for value in items if value.is_raised), None)
    if raised is not None and not isinstance(node, cst.GeneratorExp):
        return raised
    content = Tuple(tuple(items), any_of(at, Tuple(tuple(loose))) if loose else None)
    return new_set(content) if isinstance(node, cst.SetComp) else new_list(content)


def _mapping(at: Site, node: cst.DictComp, source: Value) -> Value:
    inner = at.inside(at.frame.inner(), node)
    items: dict[Any, Value] = {}
    loose: list[Value] = []

    def add(sure: bool) -> None:
        key, value = inner.evaluate(node.key), inner.evaluate(node.value)
        if sure and isinstance(key, (Const, External)):
            items[dict_key(key)] = value
        else:
            loose.append(value)

    _loop(inner, node.for_in, source, add, _settler(at, loose))
    return new_dict(overlaid(at, Mapped(items), Mapped({}, any_of(at, Tuple(tuple(loose))) if loose else None)))


def _settler(at: Site, loose: list[Value]) -> Callable[[int], None]:
    """What is done after a loop of unknown length: what hung on its iteration is no case any more."""

    def settle(loop: int) -> None:
        loose[:] = [without_loop(at.state, value, loop) for value in loose]

    return settle


def _loop(at: Site, clause: cst.CompFor, source: Value, body: Any, settle: Callable[[int], None], sure: bool = True) -> None:
    """Run ``body`` for the items of ``source``; with ``sure`` False where it is open how often, and ``settle`` after such a loop."""
    content = sequence_of(at.on(clause.iter), source)
    for item in content.items[:MAX_ITEMS]:
        _once(at, clause, item, body, settle, sure)
    if content.rest is not None or len(content.items) > MAX_ITEMS:
        loop = fresh()
        at.run.loops.append(loop)
        try:
            rest = any_of(at.on(clause.iter), Tuple(content.items[MAX_ITEMS:], content.rest))
            _once(at, clause, another(at, rest), body, settle, False)
        finally:
            at.run.loops.pop()
        settle(loop)


def _once(at: Site, clause: cst.CompFor, item: Value, body: Any, settle: Callable[[int], None], sure: bool) -> None:
    at.assign(clause.target, item)
    before = at.state.path
    for condition in clause.ifs:
        true, false = split(at.on(condition.test), at.evaluate(condition.test))
        if not true:
            at.state.path = before
            return
        sure = sure and not false
        at.state.path |= either(true)
    if clause.inner_for_in is not None:
        _loop(at, clause.inner_for_in, at.evaluate(clause.inner_for_in.iter), body, settle, sure)
    else:
        body(sure)
    if clause.ifs:
        at.state.path = before
