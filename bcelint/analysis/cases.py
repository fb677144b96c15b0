"""The case that a finding names: those conditions without which the call would be right, and no others.

A call is judged in each of its cases by itself, and what is wrong with it may be so in several of them. Only what tells these from the others,
in which the call is right or is not known, has to do with it: where all of them together leave nothing, the finding names no case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bcelint.analysis.judge import MAX_CONDITION, Judged
from bcelint.finding import Verdict
from bcelint.places import shown_spot
from bcelint.rules.base import Problem
from bcelint.trace.conditions.atoms import Guard
from bcelint.trace.conditions.joining import joined
from bcelint.trace.conditions.mixing import mixes
from bcelint.trace.conditions.satisfiable import entails
from bcelint.trace.conditions.satisfiable import least as least_of
from bcelint.trace.conditions.telling import told

MIXED = "it hangs on two conditions that hang together in a way that is not seen"
MAX_TRIED = 4
"""The cases of a call that are shortened, to name the shortest."""


@dataclass(frozen=True)
class _Shared:
    """A problem that a call has in several cases: the shortest of these, and the problem as it is in that one."""

    guard: Guard
    case: tuple[str, ...] | None = None
    problem: Problem | None = None


def with_cases(judged: Sequence[Judged]) -> list[Judged]:
    """The same with the shortest case that holds for each of their problems, and without those that only hold in a case which mixes settings."""
    groups: dict[tuple[object, str], list[Judged]] = {}
    for each in judged:
        for rule, _ in each.problems:
            groups.setdefault((_where(each), rule.code), []).append(each)
    never: dict[object, list[Guard]] = {}
    for each in judged:
        if each.call.never:
            never.setdefault(_where(each), []).append(each.call.guard)
    shortest = {(where, code): _together(group, code, never.get(where, ())) for (where, code), group in groups.items()}
    return [_with_case(each, {rule.code: shortest[_where(each), rule.code] for rule, _ in each.problems}) for each in judged]


def _with_case(judged: Judged, shortest: Mapping[str, _Shared]) -> Judged:
    cases = {code: shared.case for code, shared in shortest.items()}
    left = tuple((rule, shortest[rule.code].problem or problem) for rule, problem in judged.problems if not mixes(shortest[rule.code].guard))
    if len(left) == len(judged.problems):
        return replace(judged, cases=cases, problems=left)
    wrong = any(not rule.advice for rule, _ in left)
    return replace(judged, cases=cases, problems=left, verdict=judged.verdict if wrong else Verdict.UNKNOWN, reason="" if wrong else MIXED)


def _where(judged: Judged) -> tuple[object, ...]:
    call = judged.call
    return (call.place, call.inner, call.loss.name, call.is_constructor)


def _together(group: Sequence[Judged], code: str, never: Iterable[Guard]) -> _Shared:
    """The case of a problem that several calls have, and what is wrong in that case; none where each of them names its own.

    ``never`` are the cases that do not come to be.
    """
    guards = dict.fromkeys(each.call.guard for each in group)
    excused = dict.fromkeys([*(guard for each in group for guard in sorted(each.call.excused, key=_as_text)), *sorted(never, key=_as_text)])
    if len(guards) + len(excused) < 2 and len(group[0].call.case) < 2:
        return _Shared(group[0].call.guard)
    every = [*guards, *excused]
    whole = [guard for guard, exact in map(joined, (guards, every)) if exact]
    begun = [*sorted(guards, key=lambda guard: (len(told(guard)), _as_text(guard)))[:MAX_TRIED], *whole]
    problems = [problem for each in group for rule, problem in each.problems if rule.code == code]
    alike = len(set(map(_without_places, problems))) == 1

    def measure(guard: Guard, case: tuple[str, ...]) -> tuple[int, int, int, int, int]:
        """How many of its conditions a message would cut short, how many there are to read, of how many of the alike problems they tell, how many
        alternatives they name (one in which the program raises may be among them), and how many are put in the negative.
        """
        cut = sum(len(text) > MAX_CONDITION for text in case)
        read = len(case) + sum(text.count(" and ") for text in case)
        covered = sum(entails(one, guard) for one in guards) if alike else 0
        alternatives = sum(text.count(" or ") for text in case)
        return cut, read, -covered, alternatives, sum(text.startswith("not ") for text in case)

    least = [least_of(guard, every) for guard in begun]
    measured, kept, case = min(((measure(guard, told(guard)), guard, told(guard)) for guard in least), key=lambda found: found[0])
    if measured >= min(measure(each.call.guard, each.call.case) for each in group):
        return _Shared(kept)
    first = next((each for each in group if entails(each.call.guard, kept)), group[0])
    return _Shared(kept, case, next(problem for rule, problem in first.problems if rule.code == code))


def _as_text(guard: Guard) -> list[str]:
    """What guards are ordered by: a set of them has another order in each run."""
    return sorted(map(str, guard))


def _without_places(problem: Problem) -> str:
    """What is wrong, wherever it stands."""
    message = problem.message
    for step in problem.steps:
        message = message.replace(f" at {shown_spot(step.place)}", "")
    return message
