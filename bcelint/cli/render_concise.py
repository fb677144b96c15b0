"""One line for each finding: ``path:line:column: CODE message``, in a notebook ``path:cell N:line:column: CODE message``."""

from __future__ import annotations

from collections.abc import Iterable

from bcelint.cli.console import place_text, printable
from bcelint.finding import Finding


def findings_as_lines(findings: Iterable[Finding]) -> str:
    """What ``check --output-format concise`` prints, each line with its end."""
    return "".join(f"{as_line(finding)}\n" for finding in findings)


def as_line(finding: Finding) -> str:
    """The finding in one line."""
    return f"{place_text(finding.position)}: {finding.code} {printable(finding.message)}"
