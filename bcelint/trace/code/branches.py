"""Branches: several suites of which one runs, each under its condition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bcelint.trace.conditions.asking import without_opaque
from bcelint.trace.conditions.atoms import Atom, Guard, Literal
from bcelint.trace.state.flow import Flow, of_several
from bcelint.trace.state.frames import Frame
from bcelint.trace.state.site import Site
from bcelint.trace.state.state import Changes
from bcelint.trace.state.truth import Guards
from bcelint.trace.values.cells import Cell


def branch(at: Site, options: Sequence[tuple[Any, Any]]) -> Flow:
    """Execute one of several suites (or functions that do so), each under its guard, and go on under what the live ones have in common."""
    before = at.state.path
    ends: list[tuple[Flow, Any]] = []

    def execute(body: Any) -> Callable[[], Flow]:
        def thunk() -> Flow:
            start = at.state.path
            flow = Flow.NEXT if body is None else body() if callable(body) else at.execute(body)
            end = at.state.path
            ends.append((flow, end))
            at.state.path = start
            return flow

        return thunk

    cases = [(guard, execute(body)) for guard, body in options]
    if len(cases) == 1:
        at.state.path = before | cases[0][0]
        flow = cases[0][1]()
        at.state.path = ends[0][1] if flow is Flow.NEXT else before
        return flow

    def dropped(flow: Flow, changes: Changes) -> None:
        if flow in (Flow.BREAK, Flow.CONTINUE) and at.frame.exits:
            own = {key: new for (_, key), (cell, _, _, new) in changes.items() if cell is at.frame and new is not None}
            at.frame.exits[-1].append((ends[-1][1], {**at.frame.fields, **own}))
            if flow is Flow.BREAK and at.frame.breaks:
                at.frame.breaks[-1].append(at.frame.exits[-1][-1])

    results = at.state.branches(cases, lambda flow, cell: _survives(at.frame, flow, cell), dropped)
    if not results:
        return Flow.NEXT
    live = [end for flow, end in ends if flow is Flow.NEXT]
    at.frame.left += [(flow, end) for flow, end in ends if flow not in (Flow.NEXT, Flow.RAISE)]
    at.state.path = before
    if not live:
        return of_several(flow for flow, _ in ends)
    if len(live) < len(ends) or any(len(end) > len(before) + 1 for end in live):
        at.state.path = before | without_opaque(at.state.after(before, live) - before)
    return Flow.NEXT


def _survives(frame: Frame, flow: Flow, cell: Cell) -> bool:
    """What a branch wrote is seen after it, unless it raised; its locals are gone when it returned."""
    return flow is Flow.NEXT or (flow is not Flow.RAISE and cell is not frame)


def asked_again(path: Guard, guards: Guards) -> Guards:
    """The guards of a test, in which it is noted of what stands in the path already that the same is asked for once more."""
    known = {literal.symbol for literal in path if isinstance(literal, Atom)}
    return [frozenset(_noted(literal, known, path) for literal in guard) for guard in guards] if known else guards


def _noted(literal: Literal, known: set[str], path: Guard) -> Literal:
    if isinstance(literal, Atom) and literal.symbol in known and literal not in path:
        return replace(literal, again=True)
    return literal
