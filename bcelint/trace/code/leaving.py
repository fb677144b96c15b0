"""Suites that are left midway in some case, by ``return``, ``break`` or ``continue``: what stands behind that is done in the other cases only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bcelint.trace.conditions.asking import loops_of, without_opaque
from bcelint.trace.conditions.atoms import ALWAYS, Atom, Guard
from bcelint.trace.conditions.joining import joined, opposite
from bcelint.trace.identity import fresh
from bcelint.trace.state.flow import Flow, of_several
from bcelint.trace.state.site import Site


def go_on_in_the_rest(at: Site, before: Guard, left: Sequence[tuple[Flow, Guard]], rest: Callable[[], Flow]) -> Flow:
    """Run the ``rest`` of a suite where it was not ``left``, since the path condition ``before``; where it was, all but the locals stays as it is."""
    live, own = at.state.path, at.frame
    ends: list[tuple[Flow, Guard]] = []

    def go_on() -> bool:
        at.state.path = live | without_opaque(going_on)
        flow, end = rest(), at.state.path
        ends.append((flow, end))
        if flow is Flow.BREAK and own.breaks:
            own.breaks[-1].append((end, dict(own.fields)))
        return True

    gone, going_on = _sides(at, before, [guard for _, guard in left])
    at.state.path = before
    at.state.branches([(going_on, go_on), (gone, lambda: False)], lambda went_on, cell: went_on or cell is not own)
    if not ends:
        at.state.path = live
        return rest()
    flow, at.state.path = ends[0]
    return flow if flow is Flow.NEXT else of_several([flow, *(way for way, _ in left)])


def _sides(at: Site, before: Guard, left: Sequence[Guard]) -> tuple[Guard, Guard]:
    """What holds where a suite was left, and where it was not; that there was some such case, where it can't be said which one."""
    gone, exact = joined(guard - before for guard in left)
    going_on = opposite(gone) if exact and loops_of([gone]) <= set(at.run.loops) else ALWAYS
    if going_on:
        return gone, going_on
    return unseen_sides(at)


def unseen_sides(at: Site) -> tuple[Guard, Guard]:
    """The same where nothing says in which cases it is left."""
    line = at.place.line
    early = Atom(f"#{fresh()}", "truth", None, True, lambda: f"it is left early in line {line}", at.loop, opaque=True)
    return frozenset([early]), frozenset([early.negated()])
