"""Loops: item by item where the items are known, else the body once as it stands for any iteration."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace

import libcst as cst

from bcelint.trace.code.assigned import assigned
from bcelint.trace.code.branches import branch
from bcelint.trace.code.iterations import another
from bcelint.trace.code.leaving import go_on_in_the_rest, unseen_sides
from bcelint.trace.code.raising import where_it_goes
from bcelint.trace.code.rounds import changes_of_rounds, is_number
from bcelint.trace.conditions.asking import opaque, without_opaque
from bcelint.trace.conditions.atoms import Guard
from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Value
from bcelint.trace.state.flow import Flow
from bcelint.trace.state.frames import Exit
from bcelint.trace.state.site import Site
from bcelint.trace.state.state import without_loop
from bcelint.trace.state.truth import split
from bcelint.trace.values.choices import Choice
from bcelint.trace.values.constants import Const, has_no_items
from bcelint.trace.values.contents import CONTENT, any_of, common
from bcelint.trace.values.lists import ListCell
from bcelint.trace.values.mapped import Mapped
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.tuples import Tuple, sequence_of

MAX_UNROLLED = 16
MAX_SEVERAL = 4
"""Sequences of different lengths, of which it is not known which one is iterated over, that are gone through one by one."""


def for_loop(at: Site, node: cst.For) -> Flow:
    value = at.narrow(where_it_goes(at, at.evaluate(node.iter), has_no_items))
    if value.is_raised:
        return Flow.RAISE
    cases = at.narrow(value.content) if isinstance(value, ListCell) else value
    if isinstance(cases, Choice) and len(cases.alternatives) <= MAX_SEVERAL:
        contents = [(guard, sequence_of(at.on(node.iter), single)) for guard, single in cases.alternatives]
        if len({(len(content.items), content.rest is None) for _, content in contents}) > 1:
            return branch(at, [(guard, functools.partial(_over, at, node, content)) for guard, content in contents])
    return _over(at, node, sequence_of(at.on(node.iter), value))


def _over(at: Site, node: cst.For, content: Tuple) -> Flow:
    items, rest = content.items, content.rest
    if len(items) > MAX_UNROLLED:
        items, rest = (), any_of(at.on(node.iter), content)
    before = at.state.path
    at.frame.breaks.append([])
    flow = _rounds(at, node, items, rest)
    breaks = at.frame.breaks.pop()
    if not breaks:
        return flow
    last = [(at.state.path, at.frame.fields)] if flow is Flow.NEXT else []
    _meet(at.on(node), before, breaks, last)  # what later rounds have set, an earlier one may have left
    at.state.path = before | without_opaque(at.state.after(before, [end for end, _ in (*breaks, *last)]) - before)
    return Flow.NEXT


def _rounds(at: Site, node: cst.For, items: Sequence[Value], rest: Value | None) -> Flow:
    """The rounds for ``items`` and for any number of ``rest``, each where no earlier one has left the loop, and what is done in the end."""
    for number, item in enumerate(items, 1):
        met, before = len(at.frame.breaks[-1]), at.state.path
        flow = _iteration(at, lambda item=item: at.assign(node.target, item), node)  # type: ignore[misc]
        if flow in (Flow.RETURN, Flow.RAISE, Flow.BREAK):
            return Flow.NEXT if flow is Flow.BREAK else flow
        left = [(Flow.BREAK, end) for end, _ in at.frame.breaks[-1][met:]]
        if left:
            return go_on_in_the_rest(at.on(node), before, left, functools.partial(_rounds, at, node, items[number:], rest))
    broken = False
    if rest is not None:
        broken = _any_iteration(at, node, lambda: at.assign(node.target, another(at, rest)))
    return _end(at, node, broken)


def _end(at: Site, node: cst.For | cst.While, broken: bool) -> Flow:
    """The ``else`` of a loop, which is passed over where the loop was ``broken`` off: nothing says whether it was."""
    if node.orelse is None:
        return Flow.NEXT
    left, to_its_end = unseen_sides(at.on(node))
    return branch(at, [(left, None), (to_its_end, node.orelse.body)]) if broken else at.execute(node.orelse.body)


def _iteration(at: Site, begin: Callable[[], None], node: cst.For | cst.While) -> Flow:
    """One round. Where it is left midway in some case, the locals are what that case and the others have in common."""
    before, met = at.state.path, len(at.frame.left)
    at.frame.exits.append([])
    try:
        begin()
        flow = at.execute(node.body)
    finally:
        exits, end = at.frame.exits.pop(), at.state.path
        at.frame.left[met:] = [(flow, end) for flow, end in at.frame.left[met:] if flow is Flow.RETURN]
        at.state.path = before
    endless = isinstance(node, cst.While) and isinstance(node.test, (cst.Name, cst.Integer)) and node.test.value in ("True", "1")
    if flow not in (Flow.RETURN, Flow.RAISE):
        _meet(at.on(node), before, exits, [] if endless and exits else [(end, at.frame.fields)])
    return flow


def _meet(at: Site, before: Guard, exits: Sequence[Exit], last: Sequence[Exit]) -> None:
    """Join the locals of the cases where a loop or a round was left midway, and of the one that came to its end, if there is one."""
    ways = [(end - before, fields) for end, fields in (*exits, *last)]
    is_told = all(guard and not opaque(guard) for guard, _ in ways)
    for name in dict.fromkeys(name for _, fields in exits for name in fields):
        now = at.frame.fields.get(name)
        options = [(guard, value) for guard, fields in ways if (value := fields.get(name, now)) is not None]
        if any(value is not now for _, value in options):
            at.write(at.frame, name, at.choice(options) if is_told else any_of(at, Tuple(tuple(value for _, value in options))))


def while_loop(at: Site, node: cst.While) -> Flow:
    def test() -> None:
        true, false = split(at.on(node.test), at.evaluate(node.test))
        if at.run.recorder is not None:
            at.run.recorder.test(at.frame, node, bool(true), bool(false))
        if len(true) == 1:
            at.state.path = at.state.path | true[0]

    if _never_begins(at, node):
        at.run.dead.skip(at.frame.code.path, node.body)
        return _end(at, node, False)
    return _end(at, node, _any_iteration(at, node, test))


def _never_begins(at: Site, node: cst.While) -> bool:
    """Whether the test, if it is a plain one, is false from the start."""
    if not isinstance(node.test, (cst.Name, cst.Integer, cst.Attribute)):
        return False
    return at.evaluate(node.test).truth() is False


def _any_iteration(at: Site, node: cst.For | cst.While, begin: Callable[[], None]) -> bool:
    """Execute the body once, with names that change from iteration to iteration unknown where they were constants; whether it may be broken off."""
    at = at.on(node)
    loop = fresh()
    before = at.state.path
    at.run.loops.append(loop)
    at.frame.breaks.append([])
    for name in assigned(at, node.body) | (assigned(at, node.test) if isinstance(node, cst.While) else frozenset()):
        before_it = at.frame.fields.get(name)
        if isinstance(before_it, Const):
            # a flag goes with the rounds, in which other things change, too: no case is made of it
            at.write(at.frame, name, at.unknown(f"{name} changes in a loop", opaque=not is_number(before_it)))

    try:
        changes = changes_of_rounds(at, lambda: _iteration(at, begin, node))
    finally:
        at.run.loops.pop()
        breaks = at.frame.breaks.pop()
        at.state.path = before
    for cell, key, old, new in changes.values():
        if new is not None:
            after = _settled(at, key, old, new, loop)
            if after is not new:
                at.write(cell, key, after)
    return bool(breaks)


def _settled(at: Site, key: str, old: Value | None, new: Value, loop: int) -> Value:
    """A value after the loop: what grew in it is of unknown length, and what hung on the iteration is unknown."""
    if key != CONTENT:
        return without_loop(at.state, _of_any_size(old, new), loop)
    if isinstance(new, Choice):  # appended to in some case only
        return Tuple((), at.unknown("an item of a list that grows in a loop", new))
    if isinstance(new, Tuple):
        new = _grown_list(at, old, new)
        return Tuple(tuple(without_loop(at.state, item, loop) for item in new.items), without_loop(at.state, new.rest, loop) if new.rest else None)
    return _grown_container(at, old, new) or without_loop(at.state, new, loop)


def _of_any_size(old: Value | None, new: Value) -> Value:
    """A tensor whose rank or sizes a round has changed: another round may change them again, or there may have been none."""
    if not isinstance(old, Tensor) or not isinstance(new, Tensor):
        return new
    before, after = old.facts.shape, new.facts.shape
    if before is None or after is None or before.value == after.value:
        return new
    shape = None
    if (len(before.value.dims), before.value.open) == (len(after.value.dims), after.value.open):
        sizes = tuple(size if size == was else None for was, size in zip(before.value.dims, after.value.dims))
        shape = replace(after, value=replace(after.value, dims=sizes))
    return replace(new, facts=replace(new.facts, shape=shape))


def _grown_list(at: Site, old: Value | None, new: Tuple) -> Tuple:
    """The content of a list that was appended to: behind what was there before stands any number of what came."""
    known = old.items if isinstance(old, Tuple) else ()
    if len(new.items) > len(known) and all(a is b for a, b in zip(known, new.items)):
        return Tuple(known, any_of(at, Tuple((*new.items[len(known) :], *([new.rest] if new.rest else [])))))
    return new


def _grown_container(at: Site, old: Value | None, new: Value) -> Mapped | None:
    """The same of a container of modules; None where it did not grow."""
    known = old.items if isinstance(old, Mapped) else {}
    if not isinstance(new, Mapped) or len(new.items) <= len(known) or not _numbered(new):
        return None
    grown = new.parts_without(known)
    return Mapped(known, common(grown) or at.unknown("a layer added in a loop of unknown length"))


def _numbered(content: Mapped) -> bool:
    """Whether the keys are positions, as a ``ModuleList`` gives them."""
    return all(isinstance(key, str) and key.isdigit() for key in content.items)
