"""What a run and a baseline say of each other."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bcelint.analysis.result import Result
from bcelint.finding import Finding
from bcelint.silence.noqa import Noqa, lines_of

if TYPE_CHECKING:
    from bcelint.silence.baselines import Baseline, Entry


def without_known(result: Result, baseline: Baseline | None) -> Result:
    """The same with what ``baseline`` holds among the ``known``, not among the ``findings``."""
    if baseline is not None:
        result.baseline = baseline
        result.findings, result.known = baseline.split(result.findings, result.line)
    return result


def new_findings(findings: Sequence[Finding], text: str, baseline: Baseline) -> list[Finding]:
    """The findings of one file, without those that ``baseline`` holds. Those that ``# noqa`` silences use up none of its entries."""
    noqa, lines = Noqa(text), lines_of(text)
    spoken = [finding for finding in findings if not noqa.silences(finding.code, finding.position.line)]
    _, known = baseline.split(spoken, lambda path, line: lines[line - 1] if line <= len(lines) else None)
    return [finding for finding in findings if finding not in known]


def gone(baseline: Baseline, result: Result) -> int:
    """How many findings the baseline knows that no longer occur: in files that the run judged, and in those that are gone."""
    now = _counted(baseline, result)
    return sum(max(0, baseline.entries[entry] - now[entry]) for entry in _settled(baseline, result))


def updated(baseline: Baseline, result: Result) -> Baseline:
    """The baseline after a run: what it found, and of what it was not about whatever was there before."""
    settled = _settled(baseline, result)
    kept = Counter({entry: count for entry, count in baseline.entries.items() if entry not in settled})
    return replace(baseline, entries=kept | _counted(baseline, result))


def _counted(baseline: Baseline, result: Result) -> Counter[Entry]:
    """All that a run found."""
    return baseline.counted([*result.findings, *result.known], result.line)


def _settled(baseline: Baseline, result: Result) -> set[Entry]:
    """The entries on which a run has the last word."""
    folder = os.path.dirname(os.path.realpath(baseline.path))
    judged = {os.path.realpath(path) for path in result.judged}
    files = {entry[0]: os.path.realpath(os.path.join(folder, entry[0])) for entry in baseline.entries}
    settled = {path for path, real in files.items() if real in judged or not os.path.exists(real)}
    return {entry for entry in baseline.entries if entry[0] in settled and entry[1] in result.codes_of(files[entry[0]])}
