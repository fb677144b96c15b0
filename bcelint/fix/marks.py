"""What ``check`` says of repairs: each finding marked with the one it has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from bcelint.callsite import CallSite
from bcelint.finding import Finding, Fix
from bcelint.fix.edits import Repair
from bcelint.fix.plan import outcomes


def with_fixes(
    findings: Sequence[Finding], sites: Sequence[CallSite], text_of: Callable[[str], str], left_alone: Collection[Finding] = ()
) -> tuple[list[Finding], dict[Finding, Repair]]:
    """The findings, each with its repair's applicability and title where there is one that does not touch those ``left_alone``; and these repairs."""
    marked, repairs = [], {}
    for finding, outcome in outcomes(findings, sites, text_of, left_alone).items():
        if isinstance(outcome, Repair):
            finding = replace(finding, fix=Fix(outcome.applicability, outcome.title))
            repairs[finding] = outcome
        marked.append(finding)
    return marked, repairs
