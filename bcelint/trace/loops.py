"""Loops: item by item where the items are known, else the body once as it stands for any iteration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from bcelint.trace import assign, calls
from bcelint.trace import evaluate as ev
from bcelint.trace.frames import Frame
from bcelint.trace.run import Run
from bcelint.trace.state import without_loop
from bcelint.trace.subscripts import any_of
from bcelint.trace.truth import split
from bcelint.trace.values import CONTENT, Cell, Const, Tuple, Value, fresh

if TYPE_CHECKING:
    from bcelint.trace.execute import Flow

MAX_UNROLLED = 16


def for_loop(run: Run, frame: Frame, node: cst.For) -> Flow:
    from bcelint.trace.execute import Flow, block

    content = calls.sequence_of(run, frame, node.iter, ev.evaluate(run, frame, node.iter))
    flow = Flow.NEXT
    if len(content.items) <= MAX_UNROLLED:
        for item in content.items:
            before = run.state.path
            assign.assign(run, frame, node.target, item)
            flow = block(run, frame, node.body)
            if flow in (Flow.RETURN, Flow.RAISE):
                return flow
            if flow is Flow.NEXT:
                continue
            run.state.path = before
            if flow is Flow.BREAK and _leaves(node.body):
                break
        rest = content.rest
    else:
        rest = content.rest if content.rest is not None else any_of(run, frame, node.iter, content)
    if rest is not None and flow is not Flow.BREAK:
        _any_iteration(run, frame, node, lambda: assign.assign(run, frame, node.target, calls.another(run, rest)))
    if node.orelse is not None:
        return block(run, frame, node.orelse.body)
    return Flow.NEXT


def _leaves(body: cst.BaseSuite) -> bool:
    """Whether a plain ``break`` (no ``continue``) ends the suite."""
    last: Any = body.body[-1] if body.body else None
    return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Break)


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
    from bcelint.trace.execute import block

    loop = fresh()
    before = run.state.path
    run.loops.append(loop)
    for name in _assigned(node.body):
        if isinstance(frame.fields.get(name), Const):
            run.state.write(frame, name, run.unknown(f"{name} changes in a loop", frame, node))

    def body() -> None:
        begin()
        block(run, frame, node.body)

    try:
        _, changes = run.state.changes_of(body)
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
            new = Tuple(known, any_of(run, frame, node, Tuple(grown)))
        return Tuple(
            tuple(without_loop(run.state, item, loop) for item in new.items), without_loop(run.state, new.rest, loop) if new.rest else None
        )
    if key == CONTENT:
        from bcelint.trace.values import Choice, Mapped

        if isinstance(new, Choice):  # appended to in some case only
            return Tuple((), run.unknown("an item of a list that grows in a loop", frame, node, new))
        known_items = old.items if isinstance(old, Mapped) else {}
        if isinstance(new, Mapped) and len(new.items) > len(known_items) and _numbered(new):
            return Mapped(known_items, run.unknown("a layer added in a loop of unknown length", frame, node))
    return without_loop(run.state, new, loop)


def _numbered(content: Any) -> bool:
    """Whether the keys are positions, as a ``ModuleList`` gives them."""
    return all(isinstance(key, str) and key.isdigit() for key in content.items)


_assigned_names: dict[int, tuple[cst.CSTNode, frozenset[str]]] = {}


def _assigned(body: cst.BaseSuite) -> frozenset[str]:
    """The plain names that the statements of a suite assign to."""
    known = _assigned_names.get(id(body))
    if known is not None and known[0] is body:
        return known[1]
    names: set[str] = set()
    _collect(body, names)
    _assigned_names[id(body)] = (body, frozenset(names))
    return frozenset(names)


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
