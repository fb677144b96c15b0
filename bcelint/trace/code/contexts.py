"""``with``: what is entered, what it is bound to, and what is done at the end."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst
import libcst.matchers as m
from libcst.helpers import get_full_name_for_node

from bcelint.places import Step
from bcelint.trace.code import functions
from bcelint.trace.code.trying import swallowing
from bcelint.trace.interpreter import Value
from bcelint.trace.state.flow import Flow
from bcelint.trace.state.frames import GRAD_OFF, GRAD_ON, Frame
from bcelint.trace.state.site import Site
from bcelint.trace.torch.autocast import entered
from bcelint.trace.torch.gradients import off_inside
from bcelint.trace.values.choices import Choice, alternatives
from bcelint.trace.values.constants import NONE
from bcelint.trace.values.contents import any_of
from bcelint.trace.values.functions import Context, Function
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import Unknown

_SWALLOWING = ("suppress", "raises", "assertRaises", "assertRaisesRegex")
"""Managers of contextlib, pytest and unittest behind which the program goes on."""


def with_statement(at: Site, node: cst.With) -> Flow:
    grad, cast = at.frame.grad_off, at.frame.autocast
    try:
        return _within(at, node, node.items)
    finally:
        at.frame.grad_off, at.frame.autocast = grad, cast


def _within(at: Site, node: cst.With, items: Sequence[cst.WithItem]) -> Flow:
    """The body, with what is left of the managers around it."""
    if not items:
        return at.execute(node.body)
    item, *others = items
    manager = at.narrow(at.evaluate(item.item))
    if isinstance(manager, Context):
        return _in_generator(at, node, manager, item, others)
    at.frame.autocast = entered(at.on(item.item), at.frame, manager)
    at.frame.grad_off = _grad_off(at.on(item.item), manager, at.frame.grad_off)
    value = _entered(at.on(item.item), manager)
    if item.asname is not None:
        at.assign(item.asname.name, value)
    flow = swallowing(at, lambda: _within(at, node, others)) if _swallows(item.item, manager) else _within(at, node, others)
    _left(at.on(item.item), manager)
    return flow


def _swallows(node: cst.BaseExpression, manager: Value) -> bool:
    """Whether a manager may keep what is raised in its body to itself: ``suppress``, ``pytest.raises``, an ``__exit__`` that returns something."""
    exits = [single.cls.member("__exit__") for _, single in alternatives(manager) if isinstance(single, Instance)]
    ends = [member[0].node for member in exits if member is not None and isinstance(member[0], Function)]
    name = (get_full_name_for_node(node.func) or "").rpartition(".")[2] if isinstance(node, cst.Call) else ""
    returning = m.Return(value=m.MatchIfTrue(lambda value: value is not None))
    return name in _SWALLOWING or any(m.findall(end, returning) for end in ends)


def _in_generator(at: Site, node: cst.With, manager: Context, item: cst.WithItem, others: Sequence[cst.WithItem]) -> Flow:
    """The body runs where the generator yields, and what stands behind that after it."""
    flows: list[Flow] = []

    def resume(inner: Frame, value: Value) -> None:
        outer = at.frame.grad_off, at.frame.autocast
        at.frame.grad_off, at.frame.autocast = inner.grad_off, inner.autocast
        if item.asname is not None:
            at.assign(item.asname.name, value)
        flows.append(_within(at, node, others))
        at.frame.grad_off, at.frame.autocast = outer

    functions.enter(at.on(item.item), manager.function, manager.args, manager.receiver, resume)
    return flows[-1] if flows else _within(at, node, others)


def _entered(at: Site, manager: Value) -> Value:
    """What ``as`` binds: what an object's ``__enter__`` returns, or a generator yields."""
    if isinstance(manager, (Unknown, Tensor)):
        return manager
    if isinstance(manager, Choice):
        return at.lift_call(lambda single: _entered(at, single), manager)
    if isinstance(manager, Tuple) and not manager.items and manager.rest is not None:
        return any_of(at, manager)
    own = manager.special(at, "__enter__") if isinstance(manager, Instance) else None
    return own or at.unknown("what a with statement opens")


def _left(at: Site, manager: Value) -> Value:
    """The end without an exception."""
    if isinstance(manager, Choice):
        return at.lift_call(lambda single: _left(at, single), manager)
    return (manager.special(at, "__exit__", NONE, NONE, NONE) if isinstance(manager, Instance) else None) or NONE


def _grad_off(at: Site, manager: Value, before: Step | None) -> Step | None:
    """What switches gradients off in the body of a ``with``: as the manager says, or its name where it is not known."""
    known = off_inside(manager)
    name = (get_full_name_for_node(at.node) or "").rpartition(".")[2] if isinstance(at.node, cst.Call) else ""
    if known is None:
        known = True if name in GRAD_OFF else False if name == GRAD_ON else None
    return before if known is None else functions.gradients_off(at, name) if known else None
