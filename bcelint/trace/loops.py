"""Loops: item by item where the items are known, else the body once as it stands for any iteration."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import libcst as cst

from bcelint.trace import assign, sequences, subscripts
from bcelint.trace import evaluate as ev
from bcelint.trace.common import common
from bcelint.trace.frames import Frame
from bcelint.trace.run import Run
from bcelint.trace.state import without_loop
from bcelint.trace.truth import split
from bcelint.trace.values import CONTENT, Cell, Choice, Const, Tuple, Value, fresh

if TYPE_CHECKING:
    from bcelint.trace.execute import Flow

MAX_UNROLLED = 16
MAX_SEVERAL = 4
"""Sequences of different lengths, of which it is not known which one is iterated over, that are gone through one by one."""


def for_loop(run: Run, frame: Frame, node: cst.For) -> Flow:
    from bcelint.trace.execute import branch

    value = run.state.narrow(ev.evaluate(run, frame, node.iter))
    if isinstance(value, Choice) and len(value.alternatives) <= MAX_SEVERAL:
        contents = [(guard, sequences.sequence_of(run, frame, node.iter, single)) for guard, single in value.alternatives]
        if len({(len(content.items), content.rest is None) for _, content in contents}) > 1:
            return branch(run, frame, [(guard, functools.partial(_over, run, frame, node, content)) for guard, content in contents])
    return _over(run, frame, node, sequences.sequence_of(run, frame, node.iter, value))


def _over(run: Run, frame: Frame, node: cst.For, content: Tuple) -> Flow:
    from bcelint.trace.execute import Flow, block

    items, rest = content.items, content.rest
    if len(items) > MAX_UNROLLED:
        items, rest = (), subscripts.any_of(run, frame, node.iter, content)
    for item in items:
        flow = _iteration(run, frame, lambda item=item: assign.assign(run, frame, node.target, item), node)  # type: ignore[misc]
        if flow in (Flow.RETURN, Flow.RAISE):
            return flow
        if flow is Flow.BREAK:
            return Flow.NEXT
    if rest is not None:
        _any_iteration(run, frame, node, lambda: assign.assign(run, frame, node.target, sequences.another(run, rest)))
    return Flow.NEXT if node.orelse is None else block(run, frame, node.orelse.body)


def _iteration(run: Run, frame: Frame, begin: Callable[[], None], node: cst.For | cst.While) -> Flow:
    """One round. Where it is left midway in some case, the locals are what that case and the others have in common."""
    from bcelint.trace.execute import Flow, block

    before = run.state.path
    frame.exits.append([])
    try:
        begin()
        flow = block(run, frame, node.body)
    finally:
        exits = frame.exits.pop()
        run.state.path = before
    endless = isinstance(node, cst.While) and isinstance(node.test, (cst.Name, cst.Integer)) and node.test.value in ("True", "1")
    if flow not in (Flow.RETURN, Flow.RAISE):
        _meet(run, frame, node, exits, goes_on=not (endless and exits))
    return flow


def _meet(run: Run, frame: Frame, node: cst.CSTNode, exits: list[dict[str, Value]], goes_on: bool) -> None:
    for name in {name for exit in exits for name in exit}:
        now = frame.fields.get(name)
        options = [exit.get(name, now) for exit in exits] + ([now] if goes_on else [])
        values = [value for value in options if value is not None]
        if values:
            run.state.write(frame, name, subscripts.any_of(run, frame, node, Tuple(tuple(values))))


def while_loop(run: Run, frame: Frame, node: cst.While) -> Flow:
    from bcelint.trace.execute import Flow, block

    def test() -> None:
        true, _ = split(run, frame, node.test, ev.evaluate(run, frame, node.test))
        if len(true) == 1:
            run.state.path = run.state.path | true[0]

    _any_iteration(run, frame, node, test)
    if node.orelse is not None:
        return block(run, frame, node.orelse.body)
    return Flow.NEXT


def _any_iteration(run: Run, frame: Frame, node: cst.For | cst.While, begin: Any) -> None:
    """Execute the body once, with names that change from iteration to iteration unknown where they were constants."""
    loop = fresh()
    before = run.state.path
    run.loops.append(loop)
    for name in _assigned(frame, node.body):
        if isinstance(frame.fields.get(name), Const):
            run.state.write(frame, name, run.unknown(f"{name} changes in a loop", frame, node))

    try:
        _, changes = run.state.changes_of(lambda: _iteration(run, frame, begin, node))
    finally:
        run.loops.pop()
        run.state.path = before
    for cell, key, old, new in changes.values():
        if new is not None:
            after = _settled(run, frame, node, cell, key, old, new, loop)
            if after is not new:
                run.state.write(cell, key, after)


def _settled(run: Run, frame: Frame, node: cst.CSTNode, cell: Cell, key: str, old: Value | None, new: Value, loop: int) -> Value:
    """A value after the loop: what grew in it is of unknown length, and what hung on the iteration is unknown."""
    if key == CONTENT and isinstance(new, Tuple):
        known = old.items if isinstance(old, Tuple) else ()
        if len(new.items) > len(known) and all(a is b for a, b in zip(known, new.items)):
            grown = (*new.items[len(known) :], *([new.rest] if new.rest else []))
            new = Tuple(known, subscripts.any_of(run, frame, node, Tuple(grown)))
        return Tuple(tuple(without_loop(run.state, item, loop) for item in new.items), without_loop(run.state, new.rest, loop) if new.rest else None)
    if key == CONTENT:
        from bcelint.trace.values import Choice, Mapped

        if isinstance(new, Choice):  # appended to in some case only
            return Tuple((), run.unknown("an item of a list that grows in a loop", frame, node, new))
        known_items = old.items if isinstance(old, Mapped) else {}
        if isinstance(new, Mapped) and len(new.items) > len(known_items) and _numbered(new):
            grown_items = [item for name, item in new.items.items() if name not in known_items]
            return Mapped(known_items, common(grown_items) or run.unknown("a layer added in a loop of unknown length", frame, node))
    return without_loop(run.state, new, loop)


def _numbered(content: Any) -> bool:
    """Whether the keys are positions, as a ``ModuleList`` gives them."""
    return all(isinstance(key, str) and key.isdigit() for key in content.items)


def _assigned(frame: Frame, body: cst.BaseSuite) -> frozenset[str]:
    """The plain names that the statements of a suite assign to."""
    known = frame.module.assigned.get(body)
    if known is None:
        names: set[str] = set()
        _collect(body, names)
        known = frame.module.assigned[body] = frozenset(names)
    return known


def _collect(node: Any, names: set[str]) -> None:
    for statement in node.body:
        if isinstance(statement, cst.Assign):
            for target in statement.targets:
                _names(target.target, names)
        elif isinstance(statement, (cst.AugAssign, cst.AnnAssign)):
            _names(statement.target, names)
        elif isinstance(statement, (cst.SimpleStatementLine, cst.IndentedBlock, cst.SimpleStatementSuite)):
            _collect(statement, names)
        elif isinstance(statement, (cst.For, cst.While, cst.With, cst.Try, cst.If)):
            _collect(statement.body, names)
            _others(statement, names)


def _others(statement: Any, names: set[str]) -> None:
    orelse = getattr(statement, "orelse", None)
    while isinstance(orelse, cst.If):
        _collect(orelse.body, names)
        orelse = orelse.orelse
    if orelse is not None:
        _collect(orelse.body, names)
    for handler in getattr(statement, "handlers", ()):
        _collect(handler.body, names)


def _names(target: Any, names: set[str]) -> None:
    if isinstance(target, cst.Name):
        names.add(target.value)
    elif isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            _names(element.value, names)
