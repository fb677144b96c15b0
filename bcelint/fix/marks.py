"""What ``check`` says of repairs: each finding marked with the one it has."""

from __future__ import annotations

from dataclasses import replace

from bcelint.analysis.result import Result
from bcelint.finding import Finding, Fix
from bcelint.fix.edits import Repair


def mark(result: Result) -> dict[Finding, Repair]:
    """Put a ``fix`` at every finding of a run that can be repaired; the repairs of these findings.

    One is repaired where that does not touch what a baseline holds.
    """
    if not result.findings:
        return {}
    from bcelint.fix.plan import outcomes  # only now: mostly there is nothing to repair

    marked, repairs = [], {}
    for finding, outcome in outcomes(result.findings, result.sites, result.text_of, result.known).items():
        if isinstance(outcome, Repair):
            finding = replace(finding, fix=Fix(outcome.applicability, outcome.title))
            repairs[finding] = outcome
        marked.append(finding)
    result.findings = marked
    return repairs
