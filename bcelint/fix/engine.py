"""Rounds of analysis and repair, in memory, until nothing changes. Nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bcelint.analysis import session
from bcelint.finding import Finding, Position, Trouble
from bcelint.fix.edits import Outcome, Refusal, Repair
from bcelint.fix.moves import Moves
from bcelint.fix.plan import chosen, edited_paths, outcomes
from bcelint.fix.rewrite import fitting

if TYPE_CHECKING:
    from bcelint.analysis.cache import Cache
    from bcelint.analysis.result import Result
    from bcelint.analysis.workers import Progress
    from bcelint.config import Settings
    from bcelint.silence.baselines import Baseline

MAX_ROUNDS = 12

_Start = tuple[str, int, int]


@dataclass(frozen=True)
class Fixed:
    """A finding that was repaired, as it was when its repair was made."""

    finding: Finding
    repair: Repair


@dataclass(frozen=True)
class Left:
    """A finding that stays, and why."""

    finding: Finding
    why: str


@dataclass
class Fixes:
    """What repairing would do: texts before and after by path, what was repaired, what is left and why."""

    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    fixed: list[Fixed] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    trouble: list[Trouble] = field(default_factory=list)
    checked: int = 0
    crashed: bool = False
    groups: list[frozenset[str]] = field(default_factory=list)
    """The files of each repair, which are written together or not at all."""


@dataclass
class _Run:
    """A repair run; ``overlay`` holds the texts so far."""

    unsafe: bool
    analyse: Callable[[Mapping[str, str], Collection[str]], Result]
    only: Callable[[str], bool] = lambda path: True
    overlay: dict[str, str] = field(default_factory=dict)
    also: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    """The files of which not every use is seen: what is safe elsewhere is a judgement there."""
    refused: dict[tuple[str, Position, str], str] = field(default_factory=dict)
    """Repairs (code, place, title) that were tried and did no good, and why."""

    def look(self) -> tuple[Result, dict[Finding, Outcome]]:
        """Analyse, with the files that repairs would change among those whose every user is seen."""
        while True:
            result = self.analyse(self.overlay, self.also)
            self.doubtful = result.doubtful
            found = outcomes(result.findings, result.sites, result.text_of, result.known)
            missing = edited_paths(found.values()) - self.also
            self.also |= missing
            if missing <= set(result.files):
                return result, found

    def allowed(self, finding: Finding, repair: Repair) -> bool:
        if not self.unsafe and (not repair.is_safe or repair.paths & self.doubtful):
            return False
        return self._key(finding, repair) not in self.refused and all(map(self.only, repair.paths))

    @staticmethod
    def _key(finding: Finding, repair: Repair) -> tuple[str, Position, str]:
        return finding.code, finding.position, repair.title

    def refuse(self, finding: Finding, repair: Repair, why: str) -> None:
        self.refused[self._key(finding, repair)] = why

    def why(self, finding: Finding, outcome: Outcome) -> str:
        """Why a finding is left."""
        if isinstance(outcome, Refusal):
            return outcome.reason
        tried = self.refused.get(self._key(finding, outcome))
        if tried is not None:
            return tried
        if not outcome.is_safe and not self.unsafe:
            return f"--unsafe would: {outcome.title}"
        if outcome.paths & self.doubtful and not self.unsafe:
            return f"a file that may use it too can't be read; --unsafe would: {outcome.title}"
        if not all(map(self.only, outcome.paths)):
            return f"the repair lies in another file: {outcome.title}"
        return f"its repair does not go together with the others: {outcome.title}"


def fixes(
    paths: Sequence[str],
    codes: Collection[str] | Settings,
    unsafe: bool = False,
    jobs: int | None = None,
    progress: Progress | None = None,
    cache: Cache | None = None,
    overlay: Mapping[str, str] | None = None,
    only: Callable[[str], bool] = lambda path: True,
    baseline: Baseline | None = None,
) -> Fixes:
    """What repairing the findings of ``paths`` would do. ``only`` says which files may be changed; what ``baseline`` holds is left alone."""

    def analyse(texts: Mapping[str, str], also: Collection[str]) -> Result:
        return session.analyse(paths, codes, jobs, progress, cache, baseline, texts, also, everyone=True)

    run = _Run(unsafe, analyse, only, dict(overlay or {}))
    fixes = Fixes()
    result, found = run.look()
    fixes.trouble, fixes.checked, fixes.crashed = result.trouble, result.checked, result.crashed
    for _ in range(MAX_ROUNDS):
        step = _round(run, result, found, fixes)
        if step is None:
            break
        result, found = step
    fixes.left = [Left(finding, run.why(finding, outcome)) for finding, outcome in found.items()]
    fixes.after = {path: run.overlay[path] for path in fixes.before}
    return fixes


def _round(run: _Run, result: Result, found: dict[Finding, Outcome], fixes: Fixes) -> tuple[Result, dict[Finding, Outcome]] | None:
    """Repair what goes together, and look again. A repair that leaves its finding, or brings a new one elsewhere, is taken back."""
    while True:
        taken = chosen(found, run.allowed)
        texts, bad = fitting(list(dict.fromkeys(taken.values())), result.text_of)
        for finding, repair in list(taken.items()):
            if repair in bad:
                run.refuse(finding, repair, "the file would no longer parse")
                del taken[finding]
        if not texts:
            return None
        moves = Moves({path: (result.text_of(path), text) for path, text in texts.items()})
        before = dict(run.overlay)
        run.overlay.update(texts)
        then, now = run.look()
        blamed = _blamed(taken, result, then, moves)
        if not blamed:
            break
        run.overlay = before
        for finding, why in blamed.items():
            run.refuse(finding, taken[finding], why)
    for path in texts:
        fixes.before.setdefault(path, result.text_of(path))
    fixes.fixed += [Fixed(finding, repair) for finding, repair in taken.items()]
    fixes.groups += [repair.paths for repair in taken.values()]
    run.refused = {(code, moves.position(position), title): why for (code, position, title), why in run.refused.items()}
    return then, now


def _blamed(taken: Mapping[Finding, Repair], before: Result, after: Result, moves: Moves) -> dict[Finding, str]:
    """The findings whose repair did no good, and why."""
    moved = {finding: _start(moves.position(finding.position)) for finding in before.findings}
    still = {(finding.code, _start(finding.position)) for finding in after.findings}
    blamed = {finding: "the repair would not have removed it" for finding in taken if (finding.code, moved[finding]) in still}
    if blamed:
        return blamed
    known = {(finding.code, at) for finding, at in moved.items()}
    # Where something was repaired, something else may show; but not another mistake of the same kind, of which the first would come again.
    repaired: dict[_Start, set[str]] = {}
    for finding in taken:
        repaired.setdefault(moved[finding], set()).add(_about(finding))
    for new in after.findings:
        at, about = _start(new.position), _about(new)
        if new.advice or (new.code, at) in known or about not in repaired.get(at, {about}):
            continue
        touched = {new.position.path, *(step.path for step in new.trace)}
        for finding, repair in taken.items():
            if repair.paths & touched:
                blamed[finding] = f"the repair would have brought {new.code} in another case or at another place"
    return blamed


def _start(at: Position) -> _Start:
    """Where a finding begins: what tells it from others of its code also when its end has moved."""
    return at.path, at.line, at.column


def _about(finding: Finding) -> str:
    """Whether a finding is about the prediction, the target or the call: the first digit of its code."""
    return finding.code[:4]
