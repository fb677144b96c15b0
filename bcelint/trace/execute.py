"""Statements, in order."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst
from libcst.helpers import get_full_name_for_node

from bcelint.trace import assign, autocast, loops, matching, sequences, subscripts
from bcelint.trace import evaluate as ev
from bcelint.trace.definitions import define_class, define_function
from bcelint.trace.frames import GRAD_OFF, GRAD_ON, Frame
from bcelint.trace.imports import import_from, import_names
from bcelint.trace.modules import SourceModule
from bcelint.trace.run import Run
from bcelint.trace.state import Changes
from bcelint.trace.truth import split
from bcelint.trace.values import NONE, Cell, Choice, Tensor, Unknown, Value


class Flow(enum.Enum):
    """How a block ends."""

    NEXT = "goes on"
    RETURN = "returns"
    RAISE = "raises"
    BREAK = "leaves the loop"
    CONTINUE = "leaves the iteration"


def run_module(run: Run, module: SourceModule) -> None:
    """Execute a module's body, once; its main block waits until the module is an entry."""
    if module.executed:
        return
    module.executed = True
    before, loops_before, grad = run.state.path, run.loops, module.frame.grad_off
    run.state.path, run.loops = frozenset(), []
    branching, run.state.branching = run.state.branching, 0  # what an import defines stays, whatever branch it stands in
    try:
        block(run, module.frame, module.tree)
    finally:
        run.state.path, run.loops, run.state.branching = before, loops_before, branching
        module.frame.grad_off = grad


def block(run: Run, frame: Frame, node: Any) -> Flow:
    """Execute the statements of a suite or module."""
    for statement in node.body:
        flow = _statement(run, frame, statement)
        if flow is not Flow.NEXT:
            return flow
    return Flow.NEXT


def _statement(run: Run, frame: Frame, node: Any) -> Flow:
    run.step()
    frame.statement_path = run.state.path
    handler = _STATEMENTS.get(type(node))
    return handler(run, frame, node) if handler is not None else Flow.NEXT


def _line(run: Run, frame: Frame, node: cst.SimpleStatementLine) -> Flow:
    return block(run, frame, node)


def _expression(run: Run, frame: Frame, node: cst.Expr) -> Flow:
    value = ev.evaluate(run, frame, node.value)
    if isinstance(node.value, cst.Call) and _exits(node.value):
        return Flow.RAISE
    return Flow.NEXT if value is not None else Flow.RAISE


def _exits(node: cst.Call) -> bool:
    func = node.func
    if isinstance(func, cst.Attribute) and isinstance(func.value, cst.Name):
        return func.value.value == "sys" and func.attr.value == "exit"
    return isinstance(func, cst.Name) and func.value in ("exit", "quit")


def _assign(run: Run, frame: Frame, node: cst.Assign) -> Flow:
    value = ev.evaluate(run, frame, node.value)
    for target in node.targets:
        assign.assign(run, frame, target.target, value)
    return Flow.NEXT


def _annotated(run: Run, frame: Frame, node: cst.AnnAssign) -> Flow:
    if node.value is not None:
        assign.assign(run, frame, node.target, ev.evaluate(run, frame, node.value))
    return Flow.NEXT


def _augmented(run: Run, frame: Frame, node: cst.AugAssign) -> Flow:
    from bcelint.trace.values import CONTENT, ListCell, Tuple

    old = ev.evaluate(run, frame, node.target)
    right = ev.evaluate(run, frame, node.value)
    if isinstance(old, ListCell) and isinstance(node.operator, cst.AddAssign):
        more = sequences.sequence_of(run, frame, node.value, right)
        content = old.fields.get(CONTENT, Tuple())
        joined = run.state.lift(lambda c: ev.join_sequences(c, more) if isinstance(c, Tuple) else c, content)
        run.state.write(old, CONTENT, joined)
        return Flow.NEXT
    assign.assign(run, frame, node.target, ev.binary(run, frame, node, type(node.operator), old, right))
    return Flow.NEXT


def _return(run: Run, frame: Frame, node: cst.Return) -> Flow:
    value = NONE if node.value is None else ev.evaluate(run, frame, node.value)
    frame.returns.append((run.state.path, value))
    return Flow.RETURN


def _raise(run: Run, frame: Frame, node: cst.Raise) -> Flow:
    return Flow.RAISE


def _break(run: Run, frame: Frame, node: cst.Break) -> Flow:
    return Flow.BREAK


def _continue(run: Run, frame: Frame, node: cst.Continue) -> Flow:
    return Flow.CONTINUE


def _assert(run: Run, frame: Frame, node: cst.Assert) -> Flow:
    true, _ = split(run, frame, node.test, ev.evaluate(run, frame, node.test))
    if len(true) == 1:
        run.state.path = run.state.path | true[0]
    return Flow.NEXT


def _delete(run: Run, frame: Frame, node: cst.Del) -> Flow:
    targets = [element.value for element in node.target.elements] if isinstance(node.target, cst.Tuple) else [node.target]
    for target in targets:
        if isinstance(target, cst.Subscript):
            subscripts.delete(run, frame, target)
    return Flow.NEXT


def _global(run: Run, frame: Frame, node: cst.Global) -> Flow:
    frame.global_names.update(item.name.value for item in node.names)
    return Flow.NEXT


def _nonlocal(run: Run, frame: Frame, node: cst.Nonlocal) -> Flow:
    frame.outer_names.update(item.name.value for item in node.names)
    return Flow.NEXT


# Branches


def _if(run: Run, frame: Frame, node: cst.If) -> Flow:
    if _is_main_test(node.test) and frame is frame.module.frame:
        if node not in frame.module.main_blocks:
            frame.module.main_blocks.append(node)
        return Flow.NEXT
    true, false = split(run, frame, node.test, ev.evaluate(run, frame, node.test))
    for side, suite in ((true, node.body), (false, node.orelse)):
        if not side:
            run.dead.skip(frame.module.path, suite)
        elif suite is not None:
            run.dead.enter(suite)
    options: list[tuple[Any, Any]] = [(guard, node.body) for guard in _joined(true)]
    options += [(guard, node.orelse) for guard in _joined(false)]
    return branch(run, frame, options)


def _joined(guards: list[Any]) -> list[Any]:
    """One guard for one side of a test: that one of its guards holds."""
    from bcelint.trace.conditions import either

    return [either(guards)] if guards else []


def branch(run: Run, frame: Frame, options: Sequence[tuple[Any, Any]]) -> Flow:
    """Execute one of several suites (or functions that do so), each under its guard, and go on under what the live ones have in common."""
    before = run.state.path
    ends: list[tuple[Flow, Any]] = []

    def execute(body: Any) -> Callable[[], Flow]:
        def thunk() -> Flow:
            start = run.state.path
            flow = Flow.NEXT if body is None else _suite(run, frame, body)
            end = run.state.path
            ends.append((flow, end))
            run.state.path = start
            return flow

        return thunk

    cases = [(guard, execute(body)) for guard, body in options]
    if len(cases) == 1:
        run.state.path = before | cases[0][0]
        flow = cases[0][1]()
        run.state.path = ends[0][1] if flow is Flow.NEXT else before
        return flow

    def dropped(flow: Flow, changes: Changes) -> None:
        if flow in (Flow.BREAK, Flow.CONTINUE) and frame.exits:
            frame.exits[-1].append({key: new for (_, key), (cell, _, _, new) in changes.items() if cell is frame and new is not None})

    results = run.state.branches(cases, lambda flow, cell: _survives(frame, flow, cell), dropped)
    if not results:
        return Flow.NEXT
    live = [end for flow, end in ends if flow is Flow.NEXT]
    run.state.path = before
    if not live:
        flows = {flow for flow, _ in ends}
        return Flow.RETURN if Flow.RETURN in flows else next((f for f in (Flow.CONTINUE, Flow.BREAK) if f in flows), Flow.RAISE)
    if len(live) < len(ends) or any(len(end) > len(before) + 1 for end in live):
        run.state.path = run.state.after(before, live)
    return Flow.NEXT


def _survives(frame: Frame, flow: Flow, cell: Cell) -> bool:
    """What a branch wrote is seen after it, unless it raised; its locals are gone when it returned."""
    return flow is Flow.NEXT or (flow is not Flow.RAISE and cell is not frame)


def _suite(run: Run, frame: Frame, body: Any) -> Flow:
    if callable(body):
        return body()  # type: ignore[no-any-return]
    if isinstance(body, cst.Else):
        return block(run, frame, body.body)
    if isinstance(body, cst.If):
        return _statement(run, frame, body)
    return block(run, frame, body)


def _is_main_test(test: cst.BaseExpression) -> bool:
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return False
    sides = (test.left, test.comparisons[0].comparator)
    return isinstance(test.comparisons[0].operator, cst.Equal) and any(isinstance(s, cst.Name) and s.value == "__name__" for s in sides)


def _try(run: Run, frame: Frame, node: Any) -> Flow:
    """The body as if nothing were raised; handlers run too, for the loss calls in them, but change nothing that the body has set."""
    flow = block(run, frame, node.body)
    for handler in node.handlers:
        _aside(run, frame, handler.body)
    if flow is Flow.NEXT and node.orelse is not None:
        flow = block(run, frame, node.orelse.body)
    if node.finalbody is not None:
        final = block(run, frame, node.finalbody.body)
        flow = final if final is not Flow.NEXT else flow
    return flow


def _aside(run: Run, frame: Frame, body: Any) -> None:
    """Execute a suite for what is seen in it; only names that are not set yet come out of it."""
    before, returns = run.state.path, len(frame.returns)
    _, changes = run.state.changes_of(lambda: block(run, frame, body))
    run.state.undo(changes)
    run.state.path = before
    del frame.returns[returns:]
    for cell, key, old, new in changes.values():
        if old is None and new is not None:
            run.state.write(cell, key, new)


def _with(run: Run, frame: Frame, node: cst.With) -> Flow:
    grad, cast = frame.grad_off, frame.autocast
    for item in node.items:
        manager = ev.evaluate(run, frame, item.item)
        frame.autocast = autocast.entered(run, frame, manager)
        frame.grad_off = _is_grad_off(item.item, frame.grad_off)
        if item.asname is not None:
            target = item.asname.name
            value: Value = manager if isinstance(manager, (Unknown, Tensor, Choice)) else run.unknown("what a with statement opens", frame, item.item)
            assign.assign(run, frame, target, value)
    try:
        return block(run, frame, node.body)
    finally:
        frame.grad_off, frame.autocast = grad, cast


def _is_grad_off(node: cst.BaseExpression, before: bool) -> bool:
    """Whether gradients are off in the body of a ``with``; a switch of unknown position counts as on."""
    if not isinstance(node, cst.Call):
        return before
    name = (get_full_name_for_node(node) or "").rpartition(".")[2]
    if name == "set_grad_enabled":
        return bool(node.args) and isinstance(node.args[0].value, cst.Name) and node.args[0].value.value == "False"
    return name in GRAD_OFF or (before and name != GRAD_ON)


def _match(run: Run, frame: Frame, node: cst.Match) -> Flow:
    return branch(run, frame, matching.options(run, frame, node))


def is_stub(node: cst.FunctionDef | cst.Lambda) -> bool:
    """A body of nothing but ``pass``, ``...`` or a docstring: an abstract method, most likely."""
    if isinstance(node, cst.Lambda):
        return False
    for statement in node.body.body:
        if not isinstance(statement, (cst.SimpleStatementLine, cst.BaseSmallStatement)):
            return False
        smalls = statement.body if isinstance(statement, cst.SimpleStatementLine) else [statement]
        for small in smalls:
            if isinstance(small, cst.Pass):
                continue
            if isinstance(small, cst.Expr) and isinstance(small.value, (cst.Ellipsis, cst.SimpleString, cst.ConcatenatedString)):
                continue
            return False
    return True


def _import(run: Run, frame: Frame, node: cst.Import) -> Flow:
    import_names(run, frame, node)
    return Flow.NEXT


def _import_from(run: Run, frame: Frame, node: cst.ImportFrom) -> Flow:
    import_from(run, frame, node)
    return Flow.NEXT


def _function(run: Run, frame: Frame, node: cst.FunctionDef) -> Flow:
    define_function(run, frame, node)
    return Flow.NEXT


def _class(run: Run, frame: Frame, node: cst.ClassDef) -> Flow:
    define_class(run, frame, node)
    return Flow.NEXT


def _for(run: Run, frame: Frame, node: cst.For) -> Flow:
    return loops.for_loop(run, frame, node)


def _while(run: Run, frame: Frame, node: cst.While) -> Flow:
    return loops.while_loop(run, frame, node)


_STATEMENTS: dict[type, Callable[[Run, Frame, Any], Flow]] = {
    cst.SimpleStatementLine: _line,
    cst.Expr: _expression,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.Return: _return,
    cst.Raise: _raise,
    cst.Break: _break,
    cst.Continue: _continue,
    cst.Assert: _assert,
    cst.Del: _delete,
    cst.Global: _global,
    cst.Nonlocal: _nonlocal,
    cst.If: _if,
    cst.For: _for,
    cst.While: _while,
    cst.With: _with,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.Match: _match,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
    cst.Import: _import,
    cst.ImportFrom: _import_from,
}
