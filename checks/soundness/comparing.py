"""A run held against the evaluation, line by line."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bcelint.trace.tracer import INTERNAL_ERROR
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.unknowns import Unknown
from checks.soundness.fitting import Misfit, misfit
from checks.soundness.known import reason_listed
from checks.soundness.layout import Statement, layout, set_outside
from checks.soundness.observer import Observed, Place, Visit
from checks.soundness.recorded import AnyOf, Evaluated, Recording

EXAMPLES = 12
"""Of what is exempted for one reason."""
MAX_TRIED = 60
"""Evaluations of a line that a visit is held against."""
RECURSIONS = 2
FACTS = ("range", "kind", "dtype", "shape", "gradient")
ZERO_GRADIENT = ("round", "floor", "ceil", "sign", "sgn", "trunc", "round_", "floor_", "ceil_", "sign_", "fix", "heaviside")


@dataclass(frozen=True)
class Fault:
    """A contradiction. ``name`` is what is contradicted; of a branch, the test."""

    path: str
    line: int
    name: str
    kind: str
    claimed: str
    seen: str
    case: str = ""
    text: str = ""
    """The line."""
    function: str = ""
    """The qualified name of the function that it stands in."""

    def __str__(self) -> str:
        case = f" when {self.case}" if self.case else ""
        return f"{self.path}:{self.line}: {self.name}: {self.kind}: claimed {self.claimed}{case}, seen {self.seen}    | {self.text}"


@dataclass
class Report:
    programs: int = 0
    functions: int = 0
    evaluated: int = 0
    lines: set[Place] = field(default_factory=set)
    visits: int = 0
    values: int = 0
    known: int = 0
    branches: int = 0
    faults: dict[tuple[str, int, str, str], Fault] = field(default_factory=dict)
    listed: Counter[str] = field(default_factory=Counter)
    """Contradictions that are known, by what is missing."""
    exempt: Counter[str] = field(default_factory=Counter)
    exempted: dict[str, dict[Place, str]] = field(default_factory=dict)
    """Some of what was exempted, by the reason."""
    passed_over: Counter[str] = field(default_factory=Counter)
    """Functions that ran and were not evaluated, by the reason."""
    passed_over_files: Counter[str] = field(default_factory=Counter)
    not_followed: set[str] = field(default_factory=set)
    lost: Counter[str] = field(default_factory=Counter)
    """What is not known, by what lost it: each name at each line counts once."""

    def add(self, other: Report) -> None:
        for name in ("programs", "functions", "evaluated", "visits", "values", "known", "branches"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.lines |= other.lines
        self.faults.update(other.faults)
        self.not_followed |= other.not_followed
        for reason, shown in other.exempted.items():
            mine = self.exempted.setdefault(reason, {})
            mine.update(list(shown.items())[: max(0, EXAMPLES - len(mine))])
        for counter in ("listed", "exempt", "passed_over", "passed_over_files", "lost"):
            getattr(self, counter).update(getattr(other, counter))


def compare(observed: Observed, recording: Recording) -> Report:
    report = Report(programs=1)
    _Comparison(report, observed, recording).compare()
    return report


class _Comparison:
    def __init__(self, report: Report, observed: Observed, recording: Recording) -> None:
        self.report = report
        self.observed = observed
        self.recording = recording
        self.noted: set[tuple[Place, str]] = set()
        self.callers: dict[Place, set[Place | None]] = {}
        for evaluations in recording.statements.values():
            for evaluated in evaluations:
                self.callers.setdefault(evaluated.function, set()).add(evaluated.caller)
        self.open_loops = self._loops_of_unknown_length()
        self.set_aside = self._set_aside()

    def compare(self) -> None:
        for visit in self.observed.visits:
            self._line(visit)
        for path, reason in self.recording.warnings:
            if reason.startswith(INTERNAL_ERROR):
                self.report.faults[path, 0, reason, "error"] = Fault(path, 0, "bcelint", "error", "no error", reason)
            else:
                self.report.passed_over_files[reason_of_file(reason)] += 1
        for function, callers in self.observed.functions.items():
            self.report.functions += 1
            if function in self.recording.functions or not layout(function[0]).by_line:
                self.report.evaluated += 1
            else:
                self.report.passed_over[self._why_not(function, callers)] += 1

    def _loops_of_unknown_length(self) -> set[Place]:
        found = set()
        for (path, line), evaluations in self.recording.statements.items():
            statement = layout(path).statement(line)
            if statement is not None and statement.loops and any(evaluated.loop for evaluated in evaluations):
                found.update((path, loop.line) for loop in statement.loops)
        return found

    def _set_aside(self) -> frozenset[str]:
        """What functions set that ran and were not evaluated, which are counted by themselves: attributes, names of others, what they change."""
        found: set[str] = set()
        for path, line in self.observed.functions:
            if line and (path, line) not in self.recording.functions and line in layout(path).nodes:
                found.update(set_outside(layout(path).nodes[line]))
        return frozenset(found)

    def _line(self, visit: Visit) -> None:
        place = (visit.path, visit.statement.line)
        evaluations = [e for e in self.recording.statements.get(place, ()) if e.function == visit.function]
        if visit.function not in self.recording.functions:
            return
        if not evaluations:
            self._never_reached(visit)
            return
        self.report.lines.add(place)
        self.report.visits += 1
        best = self._best(visit, evaluations)
        self._count(visit, place, best[0])
        for name, found in best[1].items():
            self._fault(visit, best[0], name, found)

    def _best(self, visit: Visit, evaluations: Sequence[Evaluated]) -> tuple[Evaluated, Mapping[str, Misfit]]:
        """The evaluation that says least against the visit: of those from the same caller, if there are any."""
        same = [e for e in evaluations if e.caller is not None and e.caller == visit.caller]
        same = [e for e in same if e.is_recording is visit.is_recording] or same
        best: tuple[tuple[int, int], Evaluated, Mapping[str, Misfit]] | None = None
        for evaluated in (same or evaluations)[:MAX_TRIED]:
            against = self._misfits(visit, evaluated)
            weight = sum(self._exemption(visit, name, found, evaluated) is None for name, found in against.items()), len(against)
            if best is None or weight < best[0]:
                best = weight, evaluated, against
            if not against:
                break
        assert best is not None
        return best[1:]

    def _misfits(self, visit: Visit, evaluated: Evaluated) -> dict[str, Misfit]:
        found: dict[str, Misfit] = {}
        for name, seen in visit.names.items():
            if name in evaluated.names:
                against = misfit(evaluated.names[name], seen)
                if against is not None:
                    found[name] = against
        if visit.side is not None and evaluated.is_tested and not (evaluated.true if visit.side else evaluated.false):
            found["the test"] = Misfit("branch", f"{'false' if visit.side else 'true'}", f"{visit.side}".lower())
        return found

    def _fault(self, visit: Visit, evaluated: Evaluated, name: str, found: Misfit) -> None:
        exemption = self._exemption(visit, name, found, evaluated)
        if exemption is not None:
            self.report.exempt[exemption] += 1
            shown = self.report.exempted.setdefault(exemption, {})
            if len(shown) < EXAMPLES:
                place = visit.path, visit.statement.line
                shown[place] = f"{place[0]}:{place[1]}: {name}{found.where}: {found.claimed}, seen {found.seen}"
            return
        case = " and ".join(sorted(map(str, evaluated.path)))
        what = f"{name}{found.where}" if name != "the test" else f"the test `{test_of(visit.statement)}`"
        line = visit.statement.line
        self._add(Fault(visit.path, line, what, found.kind, found.claimed, found.seen, case, layout(visit.path).text(line), self._name_of(visit)))

    def _add(self, fault: Fault) -> None:
        reason = reason_listed(fault.path, fault.function)
        if reason is not None:
            self.report.listed[reason] += 1
            return
        self.report.faults.setdefault((fault.path, fault.line, fault.name, fault.kind), fault)

    @staticmethod
    def _name_of(visit: Visit) -> str:
        return layout(visit.path).names.get(visit.function[1], "")

    def _exemption(self, visit: Visit, name: str, found: Misfit, evaluated: Evaluated) -> str | None:
        """The documented assumption by which the tracer differs from what happened, or the bound that it met."""
        if found.kind == "gradient" and found.claimed.rpartition(" ")[2] in ZERO_GRADIENT:
            return "a gradient that is 0 everywhere counts as none"
        if visit.function in self.recording.broken_in:
            return "beyond the bound on statements"
        if visit.depth >= RECURSIONS:
            return "a function calls itself"
        if evaluated.caller != visit.caller and visit.function[1] and not visit.is_class:
            if evaluated.caller is not None:
                return "a call that is not followed" if visit.is_direct else "a call by a library"
            if name == "self":
                return "an object that nobody in the project makes"
        if visit.caught:
            return "an exception was caught"
        if found.kind == "key" and evaluated.caller is None:
            return "a function that nobody calls is tried without further keywords"
        if found.kind == "gradient" and visit.is_recording and not evaluated.is_recording:
            return "gradients are on in this call, and off in those that are evaluated"
        claimed, seen = evaluated.names.get("self"), visit.names.get("self")
        of_another = None if claimed is None or seen is None else misfit(claimed, seen)
        if evaluated.caller is None and of_another is not None and of_another.kind == "class":
            return "an inherited method, tried on an object of another class"
        names = names_of(test_of(visit.statement)) if name == "the test" else {name}
        if names & self.observed.handled:
            return "an exception was caught"
        if self.set_aside & {*names, *(part for part in re.findall(r"\w+", found.where))}:
            return "set by a function that ran and is not evaluated"
        for function, caller in visit.chain:
            known = self.callers.get(function, frozenset())
            if caller not in known and any(place is not None for place in known):
                return "a call that is not followed, further out"
            if None in known and caller not in known and self._is_method(function) and found.kind not in FACTS:
                return "a method that nobody in the project calls, which is tried on some objects"
        if visit.evaluating or (name == "the test" and re.search(r"\btraining\b", test_of(visit.statement))):
            return "evaluation mode"
        place = (visit.path, visit.statement.line)
        if place in self.recording.full or len(self.recording.statements.get(place, ())) > MAX_TRIED:
            return "more evaluations of a line than are kept"
        around = {loop.line for loop in visit.statement.loops}
        for line, rounds in visit.rounds.items():
            if (visit.path, line) in self.open_loops and rounds > 1:
                return "a later round of a loop of unknown length"
            if rounds == 0 and line not in around:
                return "a loop that ran no time"
        if any(place in self.open_loops for place in visit.outer):
            return "a call in a later round of a loop of unknown length"
        return None

    def _is_method(self, function: Place) -> bool:
        file = layout(function[0])
        return "." in file.names.get(function[1], "")

    def _never_reached(self, visit: Visit) -> None:
        before = None if visit.before is None else (visit.path, visit.before)
        if visit.statement.in_handler is not None or visit.caught:
            self.report.exempt["an exception was caught"] += 1
        elif self.recording.broken:
            self.report.exempt["beyond the bound on statements"] += 1
        elif visit.depth >= RECURSIONS:
            self.report.exempt["a function calls itself"] += 1
        elif before in self.recording.statements and not self._said_by_branch(before):
            text = ast.unparse(visit.statement.node).splitlines()[0]
            self._add(Fault(visit.path, visit.statement.line, f"the line `{text}`", "line", "never reached", "it ran", function=self._name_of(visit)))

    def _said_by_branch(self, before: Place) -> bool:
        evaluations = self.recording.statements[before]
        return all(e.is_tested for e in evaluations) and not (any(e.true for e in evaluations) and any(e.false for e in evaluations))

    def _count(self, visit: Visit, place: Place, evaluated: Evaluated) -> None:
        self.report.branches += visit.side is not None and evaluated.is_tested
        for name in visit.names:
            if name not in evaluated.names:
                continue
            self.report.values += 1
            reasons = list(reasons_in(evaluated.names[name]))
            self.report.known += not reasons
            if (place, name) not in self.noted:
                self.noted.add((place, name))
                self.report.lost.update(set(reasons))

    def _why_not(self, function: Place, callers: Mapping[tuple[Place | None, bool], int]) -> str:
        path, line = function
        if line == 0 or (path, 0) not in self.recording.functions:
            self.report.not_followed.add(f"module of {path}:{line}")
            return "its module is not evaluated"
        file = layout(path)
        name = file.names.get(line, "?")
        statement = file.statement(line)
        if statement is not None and statement.function and (path, statement.function) not in self.recording.functions:
            return "it is defined in a function that is not evaluated"
        if (path, line) not in self.recording.statements and self.recording.broken:
            return "beyond the bound on statements"
        last = name.rpartition(".")[2]
        if last.startswith("__") and last.endswith("__") and last not in ("__init__", "__call__"):
            return f"a special method: {last}"
        own = [caller for caller, direct in callers if caller is not None and direct]
        if not own:
            return "it is called by a library"
        if not any(self._is_evaluated(caller) for caller in own):
            return "it is called by a function that is not evaluated"
        places = ", ".join(f"{caller[0]}:{caller[1]}" for caller in own[:1])
        self.report.not_followed.add(f"{path}:{line} {name}, called at {places}")
        return "it is not followed at its call"

    def _is_evaluated(self, caller: Place) -> bool:
        return caller in self.recording.statements


def reason_of_file(reason: str) -> str:
    return re.sub(r" ?\(line \d+\)", "", reason)


def test_of(statement: Statement) -> str:
    test = getattr(statement.node, "test", None)
    return "" if test is None else ast.unparse(test)


def reasons_in(claim: Any) -> Iterator[str]:
    """Why a value, or a part of it, is not known."""
    if isinstance(claim, AnyOf):
        for option in claim.options:
            yield from reasons_in(option)
    elif isinstance(claim, Unknown) or (isinstance(claim, Tensor) and claim.reason and claim.facts.range is None):
        yield normalised(claim.reason)


def names_of(expression: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(expression)))
    return {node.id for node in nodes if isinstance(node, ast.Name)} | {node.attr for node in nodes if isinstance(node, ast.Attribute)}


def normalised(reason: str) -> str:
    """A reason without what is particular to one program."""
    reason = re.sub(r"^\S+: (parameter that no call|it may come out|it comes out)", r"…: \1", reason)
    reason = re.sub(r"^(\S+) (changes in a loop|has no attribute \S+)", r"… \2", reason)
    return re.sub(r"the key .* is not set", "the key … is not set", reason)
