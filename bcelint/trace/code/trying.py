"""``try``: the body as if nothing were raised, and what its handlers are seen to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from bcelint.contracts import frameworks
from bcelint.trace.code.branches import branch
from bcelint.trace.conditions.asking import without_opaque
from bcelint.trace.conditions.atoms import ALWAYS, Atom, Guard
from bcelint.trace.conditions.joining import joined, opposite
from bcelint.trace.identity import fresh
from bcelint.trace.state.flow import Flow
from bcelint.trace.state.site import Site
from bcelint.trace.state.state import Changes
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.unknowns import Unknown

_LOOKING_UP = ("AttributeError", "BaseException", "Exception", "IndexError", "KeyError", "LookupError", "NameError", "TypeError", "ValueError")
MAX_LINES = 3
"""Of a ``try`` that is evaluated once more where it is known to raise in some case."""


def try_statement(at: Site, node: cst.Try | cst.TryStar) -> Flow:
    """The body as if nothing were raised; handlers run too, for the loss calls in them, but change nothing that the body has set.

    What the body replaces by something that is not known (``torch.load``) may be left as it was.
    """
    before, met, raised = at.state.path, len(at.run.events), set(at.state.raised)
    flow, changes = at.state.changes_of(lambda: _body(at, node))
    if node.handlers:
        _take_back_tried(at, node, met)
    ended = [case for case in at.state.raised - raised if before <= case]
    caught = _caught(node, [case - before for case in ended])
    if flow is Flow.NEXT and caught:
        at.state.undo(changes)
        at.state.path = before
        at.state.raised = raised
        return branch(at, [(opposite(caught), lambda: _body(at, node)), (caught, node.handlers[0].body)])
    came_through = flow is Flow.NEXT
    if node.handlers and ended:
        at.state.raised = raised
        _go_on(at.on(node), flow, before, ended)
    if flow is Flow.RAISE and len(node.handlers) == 1:
        flow = at.execute(node.handlers[0].body)  # the body is known to raise
    else:
        ends = [_aside(at.on(node), handler.body) for handler in node.handlers]
        if Flow.NEXT in ends:
            at.state.path = before  # the cases in which the body raises go on, too
            _may_be_left(at.on(node), changes)
        flow = Flow.NEXT if flow is Flow.RAISE and node.handlers else flow
    if came_through and flow is Flow.NEXT and node.orelse is not None:
        flow = at.execute(node.orelse.body)
    if node.finalbody is not None:
        final = at.execute(node.finalbody.body)
        flow = final if final is not Flow.NEXT else flow
    return flow


def _body(at: Site, node: cst.Try | cst.TryStar) -> Flow:
    at.frame.tries += bool(node.handlers)
    flow = at.execute(node.body)
    at.frame.tries -= bool(node.handlers)
    return flow


def swallowing(at: Site, body: Callable[[], Flow]) -> Flow:
    """A body behind which the program goes on whatever is raised in it."""
    before, raised = at.state.path, set(at.state.raised)
    at.frame.tries += 1
    flow = body()
    at.frame.tries -= 1
    ended = [case for case in at.state.raised - raised if before <= case]
    at.state.raised = raised
    is_left = bool(ended) or flow is Flow.RAISE
    flow = Flow.NEXT if flow is Flow.RAISE else flow
    if is_left:
        _go_on(at, flow, before, ended)
    return flow


def _go_on(at: Site, flow: Flow, before: Guard, ended: Sequence[Guard]) -> None:
    """Whoever catches what is raised goes on in that case, too, with what is not known."""
    if flow is Flow.NEXT:
        at.state.path = before
    elif flow is Flow.RETURN:
        at.frame.returns += [(case, at.unknown("what is returned where something raised is caught")) for case in ended]


def _caught(node: cst.Try | cst.TryStar, cases: Sequence[Guard]) -> Guard:
    """Where a few lines are known to raise, which one handler catches: then it is what goes on there."""
    few = len(node.body.body) <= MAX_LINES and all(isinstance(line, cst.SimpleStatementLine) for line in node.body.body)
    if not cases or not few or len(node.handlers) != 1 or node.orelse is not None or node.finalbody is not None or not _catches(node.handlers[0]):
        return ALWAYS
    caught, exact = joined(without_opaque(case) for case in cases)
    return caught if exact and opposite(caught) else ALWAYS


def _catches(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
    """Whether a handler is for what Python raises where something is looked up that is not there."""
    kinds = [element.value for element in handler.type.elements] if isinstance(handler.type, cst.Tuple) else [handler.type]
    return any(kind is None or (isinstance(kind, cst.Name) and kind.value in _LOOKING_UP) for kind in kinds)


def _take_back_tried(at: Site, node: cst.Try | cst.TryStar, met: int) -> None:
    """Nothing is to be said of a loss call that is all there is in a ``try`` and whose value nobody keeps: it shows whether it raises."""
    line = node.body.body[0] if len(node.body.body) == 1 else None
    if not isinstance(line, cst.SimpleStatementLine) or not all(isinstance(part, cst.Expr) and not _learns(part.value) for part in line.body):
        return
    place = at.on(line).place
    for event in at.run.events[met:]:
        inner = event.call.inner
        if inner.path == place.path and place.line <= inner.line and inner.end_line <= place.end_line:
            event.take_back("it is called to see whether it raises")


def _learns(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in ("backward", *frameworks.BACKWARD_METHODS)


def _may_be_left(at: Site, changes: Changes) -> None:
    """In the case that the body raises, what it has not come to replace is still there."""
    line = at.place.line
    fails = Atom(f"#{fresh()}", "truth", None, True, lambda: f"the try in line {line} fails", at.loop)
    for cell, key, old, new in changes.values():
        if isinstance(new, Unknown) and not new.is_number and old is not None and (old.is_module or isinstance(old, Tensor)):
            at.write(cell, key, at.choice([(frozenset([fails]), old), (frozenset([fails.negated()]), new)]))


def _aside(at: Site, body: Any) -> Flow:
    """Execute a suite for what is seen in it; only names that are not set yet come out of it."""
    before, returns = at.state.path, len(at.frame.returns)
    line = at.place.line
    raised = Atom(f"#{fresh()}", "truth", None, True, lambda: f"the try in line {line} fails", at.loop, opaque=True)
    at.state.path = before | {raised}
    flow, changes = at.state.changes_of(lambda: at.execute(body))
    at.state.undo(changes)
    at.state.path = before
    del at.frame.returns[returns:]
    for cell, key, old, new in changes.values():
        if old is None and new is not None:
            at.write(cell, key, new)
    return flow
