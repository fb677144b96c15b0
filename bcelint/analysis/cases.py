"""The case that a finding names: those conditions without which the call would be right, and no others.

A call is judged in each of its cases by itself, and what is wrong with it may be so in several of them. Only what tells these from the others,
in which the call is right or is not known, has to do with it: where all of them together leave nothing, the finding names no case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bcelint.analysis.judge import Judged
from bcelint.finding import Verdict
from bcelint.trace.conditions.asking import mixes
from bcelint.trace.conditions.atoms import Guard
from bcelint.trace.conditions.joining import joined
from bcelint.trace.conditions.satisfiable import least as least_of
from bcelint.trace.conditions.telling import told

MIXED = "it hangs on two settings out of one record, which come together"
MAX_TRIED = 4
"""The cases of a call that are shortened, to name the shortest."""


def with_cases(judged: Sequence[Judged]) -> list[Judged]:
    """The same with the shortest case that holds for each of their problems, and without those that only hold in a case which mixes settings."""
    groups: dict[tuple[object, str], list[Judged]] = {}
    for each in judged:
        for rule, _ in each.problems:
            groups.setdefault((_where(each), rule.code), []).append(each)
    shortest = {key: _together(group) for key, group in groups.items()}
    return [_with_case(each, {rule.code: shortest[_where(each), rule.code] for rule, _ in each.problems}) for each in judged]


def _with_case(judged: Judged, shortest: Mapping[str, tuple[Guard, tuple[str, ...] | None]]) -> Judged:
    cases = {code: case for code, (_, case) in shortest.items()}
    left = tuple((rule, problem) for rule, problem in judged.problems if not mixes(shortest[rule.code][0]))
    if len(left) == len(judged.problems):
        return replace(judged, cases=cases)
    wrong = any(not rule.advice for rule, _ in left)
    return replace(judged, cases=cases, problems=left, verdict=judged.verdict if wrong else Verdict.UNKNOWN, reason="" if wrong else MIXED)


def _where(judged: Judged) -> tuple[object, ...]:
    call = judged.call
    return (call.place, call.inner, call.loss.name, call.is_constructor)


def _together(group: Sequence[Judged]) -> tuple[Guard, tuple[str, ...] | None]:
    """The case of a problem that several calls have, and how it is told; None where each of them names its own."""
    guards = {each.call.guard for each in group}
    excused = frozenset().union(*(each.call.excused for each in group))
    if len(guards) + len(excused) < 2 and len(group[0].call.case) < 2:
        return group[0].call.guard, None
    guard, exact = joined([*guards, *excused])
    begun = [*sorted(guards, key=lambda guard: len(told(guard)))[:MAX_TRIED], *([guard] if exact else [])]
    least = [least_of(guard, [*guards, *excused]) for guard in begun]
    kept, case = min(zip(least, map(told, least)), key=lambda found: _length(found[1]))
    return kept, case if _length(case) < min(_length(each.call.case) for each in group) else None


def _length(case: tuple[str, ...]) -> tuple[int, int]:
    """How many conditions there are to read, and how many of them are put in the negative."""
    return len(case), sum(text.startswith("not ") for text in case)
