"""``check --statistics``: how often each code was found, instead of the findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from bcelint.finding import Finding

if TYPE_CHECKING:
    from bcelint.analysis.result import Result

FORMATS = ("text", "concise", "json")
"""The forms that statistics have; annotations and SARIF are about places."""


@dataclass
class Count:
    """How often one code was found, and how many of those `fix` would repair: safely, and with --unsafe besides."""

    code: str
    name: str
    count: int = 0
    fixable: int = 0
    fixable_unsafe: int = 0


def counted(findings: Iterable[Finding]) -> list[Count]:
    """A count for each code, the most frequent first."""
    counts: dict[str, Count] = {}
    for finding in findings:
        row = counts.setdefault(finding.code, Count(finding.code, finding.name))
        row.count += 1
        if finding.fix is not None:
            row.fixable += finding.fix.applicability == "safe"
            row.fixable_unsafe += finding.fix.applicability == "unsafe"
    return sorted(counts.values(), key=lambda row: (-row.count, row.code))


def check_form(output_format: str) -> None:
    """Raises ``click.UsageError`` where statistics have no such form."""
    if output_format not in FORMATS:
        raise click.UsageError(f"--statistics has no {output_format} form; use {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")


def statistics(result: Result, output_format: str, summary: bool = True) -> str:
    """The counts as text: a line a code, its columns apart by tabs; or as JSON. ``summary`` adds how many findings there are to a text."""
    rows = counted(result.findings)
    if output_format == "json":
        from bcelint.cli.render_json import dump

        return dump([vars(row) for row in rows]) + "\n"
    width = max((len(str(row.count)) for row in rows), default=0)
    lines = [f"{row.count:>{width}}\t{row.code}\t{row.name}{_fixable(row)}" for row in rows]
    if summary:
        from bcelint.cli.render_text import summary_of

        lines.append(summary_of(result))
    return "".join(f"{line}\n" for line in lines)


def _fixable(row: Count) -> str:
    parts = [f"{row.fixable} fixable"] if row.fixable else []
    if row.fixable_unsafe:
        parts.append(f"{row.fixable_unsafe} {'more ' if parts else 'fixable '}with --unsafe")
    return f"\t({', '.join(parts)})" if parts else ""
