"""What a run found, in the form that every front end takes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable

from bcelint.finding import Finding, JudgedCall, Trouble
from bcelint.project.reached import Reached
from bcelint.silence.noqa import lines_of

if TYPE_CHECKING:
    from bcelint.analysis.callsite import CallSite
    from bcelint.silence.baselines import Baseline


@dataclass
class Result:
    """What a run found: ``findings`` sorted by place, the judged ``calls`` of the run, and its ``trouble``, sorted by place."""

    findings: list[Finding] = field(default_factory=list)
    calls: list[JudgedCall] = field(default_factory=list)
    trouble: list[Trouble] = field(default_factory=list)
    """What the run should have looked at and could not. What reaches no loss is not parsed, and nothing is said of it."""
    checked: int = 0
    """How many files the run was about."""
    text_of: Callable[[str], str] = field(default=lambda path: "")
    written_of: Callable[[str], Mapping[int, str]] = field(default=lambda path: {})
    """The lines of a notebook that stand otherwise in its text (``Source.written``)."""
    files: list[str] = field(default_factory=list)
    """The files that the run was about."""
    sites: list[CallSite] = field(default_factory=list)
    """What repairs must know of the calls that have a problem, and of those that share a criterion with one."""
    judged: list[str] = field(default_factory=list)
    """The files of the run of which every loss call in reach was seen: nothing that they hang together with was unreadable or failed."""
    doubtful: set[str] = field(default_factory=set)
    """The other files of which this can't be said, whether the run was about them or not."""
    reached: list[Reached] = field(default_factory=list)
    """What the evaluations came to in each file that names a loss."""
    known: list[Finding] = field(default_factory=list)
    """The findings that a baseline holds, sorted by place."""
    baseline: Baseline | None = None
    codes_of: Callable[[str], Collection[str]] = field(default=lambda path: frozenset())
    """What the run selected in a file."""
    _lines: dict[str, list[str]] = field(default_factory=dict)

    @property
    def crashed(self) -> bool:
        """Some of the analysis ended in an error of bcelint's own."""
        return any(trouble.is_own for trouble in self.trouble)

    def line(self, path: str, number: int) -> str | None:
        """A line (from 1) of a file as its author sees it, without its end; None where there is none."""
        written = self.written_of(path).get(number)
        if written is not None:
            return written
        if path not in self._lines:
            self._lines[path] = lines_of(self.text_of(path))
        lines = self._lines[path]
        return lines[number - 1] if 0 < number <= len(lines) else None
