"""Expressions that raise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from bcelint.trace.conditions.asking import in_loop, without_opaque
from bcelint.trace.conditions.atoms import Atom, Guard
from bcelint.trace.conditions.compatible import settled
from bcelint.trace.conditions.joining import opposite
from bcelint.trace.interpreter import Value
from bcelint.trace.state.frames import Frame
from bcelint.trace.state.site import Site
from bcelint.trace.values.choices import Choice, alternatives
from bcelint.trace.values.raised import Raised
from bcelint.trace.values.unknowns import Unknown


def raises(at: Site, value: Value) -> bool:
    """Whether evaluating an expression raises in every case; where it does in some, these are ruled out, and the program goes on in the others.

    In a loop it may not have raised then either: an earlier round has set what is not set in this one.
    """
    if isinstance(value, Choice):
        _rule_out(at, value, _going_on(at, value))
    if isinstance(value, Raised) and value.is_unsure:
        at.frame.outside().may_not_raise = True
    return bool(value.is_raised)


def where_it_goes(at: Site, value: Value, refused: Callable[[Value], bool] | None = None) -> Value:
    """What is left of a value where the program goes on: of several cases not those in which Python raises, or would if all is as it seems.
    ``refused`` tells the latter of one case, where the value itself does not.
    """
    if not isinstance(value, Choice):
        return _unmarked(value)
    left = _going_on(at, value, refused)
    if 0 < len(left) < len(value.alternatives):
        _rule_out(at, value, left)
        value = at.choice(left)
    is_marked = any(_fails(single) for _, single in alternatives(value))
    return at.narrow(at.lift(_unmarked, value) if is_marked else value)


def _going_on(at: Site, value: Choice, refused: Callable[[Value], bool] | None = None) -> list[tuple[Guard, Value]]:
    """The cases in which the program goes on. One in which Python raises if all is as it seems is none of them where there are others, unless
    something catches what it raises.
    """
    left = [(guard, single) for guard, single in value.alternatives if not single.is_raised]
    if _catching(at.frame) is not None:
        return left
    sure = [(guard, single) for guard, single in left if not (_fails(single) or (refused is not None and refused(single)))]
    return sure or left


def _fails(value: Value) -> bool:
    return isinstance(value, Unknown) and value.fails


def _unmarked(value: Value) -> Value:
    """The value for whatever is done with it later: that Python raises has been decided on."""
    return replace(value, fails=False) if isinstance(value, Unknown) and _fails(value) else value


def _rule_out(at: Site, value: Choice, left: Sequence[tuple[Guard, Value]]) -> None:
    """The program ends in the cases that are not left."""
    path = at.state.path
    for end in [path | guard for guard, single in value.alternatives if (guard, single) not in left]:
        for frame in at.frame.left_by_errors():
            at.run.rule_out(frame.id, end)
        if len(at.run.loops) > at.frame.outside().loops_around:
            continue
        at.state.raised.add(end)
        at.state.path |= without_opaque(opposite(settled(end) - path))


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
