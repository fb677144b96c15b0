"""Expressions that raise."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bcelint.trace.conditions.asking import in_loop, without_opaque
from bcelint.trace.conditions.atoms import Atom, Guard
from bcelint.trace.conditions.compatible import settled
from bcelint.trace.conditions.joining import opposite
from bcelint.trace.interpreter import Value
from bcelint.trace.state.frames import Frame
from bcelint.trace.state.site import Site
from bcelint.trace.values.choices import Choice
from bcelint.trace.values.raised import Raised
from bcelint.trace.values.unknowns import Unknown


def raises(at: Site, value: Value) -> bool:
    """Whether evaluating an expression raises in every case; where it does in some, these are ruled out, and the program goes on in the others.

    In a loop it may not have raised then either: an earlier round has set what is not set in this one.
    """
    if isinstance(value, Choice):
        path, left = at.state.path, going_on(value)
        for end in [path | guard for guard, single in value.alternatives if (guard, single) not in left]:
            for frame in at.frame.left_by_errors():
                at.run.rule_out(frame.id, end)
            if len(at.run.loops) > at.frame.outside().loops_around:
                continue
            at.state.raised.add(end)
            at.state.path |= without_opaque(opposite(settled(end) - path))
    if isinstance(value, Raised) and value.is_unsure:
        at.frame.outside().may_not_raise = True
    return bool(value.is_raised)


def going_on(value: Choice) -> list[tuple[Guard, Value]]:
    """The cases in which the program goes on. One in which it raises if all is as it seems is none of them where there are others."""
    left = [(guard, single) for guard, single in value.alternatives if not single.is_raised]
    sure = [(guard, single) for guard, single in left if not (isinstance(single, Unknown) and single.fails)]
    return sure or left


def where_it_goes(at: Site, value: Value, refused: Callable[[Value], bool] | None = None) -> Value:
    """What is left of a value with cases where Python goes on; where it does not, nothing that follows is reached. ``refused`` tells of one case
    that Python raises.
    """
    if not isinstance(value, Choice):
        return value
    if refused is not None and any(refused(single) for _, single in value.alternatives):
        marked = at.choice([(guard, at.failure("what Python refuses") if refused(single) else single) for guard, single in value.alternatives])
        return where_it_goes(at, marked) if isinstance(marked, Choice) and len(going_on(marked)) < len(marked.alternatives) else value
    left = going_on(value)
    if len(left) < len(value.alternatives) and not raises(at, value):
        value = at.choice(left)
    return at.narrow(value)


def end_program(at: Site, case: Guard) -> None:
    """The program raises in a case, which ends it where nothing catches that: then nothing is to be said of the case.

    It is only as good as the conditions that lead here from the beginning of the function: none of them may have been made weaker.
    """
    own, frame = case - at.frame.entry_guard, _catching(at.frame)
    if frame is None and own and all(isinstance(literal, Atom) for literal in own):
        at.state.raised.add(case)


def _catching(frame: Frame | None) -> Frame | None:
    """The activation in which a ``try`` catches what is raised in ``frame``; None where there is none."""
    while frame is not None and not frame.tries:
        frame = frame.caller
    return frame


def may_pass(at: Site, value: Value) -> bool:
    """Whether it raises in this round of a loop only, as far as one can tell: it stands under a condition that hangs on the round, and another
    round may have changed what it hangs on.
    """
    if not isinstance(value, Raised) or not value.passing or len(at.run.loops) <= at.frame.outside().loops_around:
        return False
    return any(map(in_loop, at.state.path))


def first_raised(at: Site, values: Iterable[Value]) -> Value | None:
    """The first of several values that raises in every case."""
    return next((value for value in values if raises(at, value)), None)
