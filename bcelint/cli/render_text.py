"""Findings as text: the place and the message, the source line with what is meant underlined, and the trace that led there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

from rich.cells import cell_len
from rich.console import Console

from bcelint.cli.console import place_text, printable, stdout, styled
from bcelint.cli.plural import plural
from bcelint.cli.render_trouble import as_line, counted
from bcelint.finding import Finding, Position

if TYPE_CHECKING:
    from bcelint.analysis.result import Result


def print_findings(result: Result, summary: bool = True, times: Callable[[Finding], int] | None = None, console: Console | None = None) -> None:
    """All findings of a run, with ``summary`` what could not be read and how many they are; with ``times``, how often each was seen."""
    console = console or stdout()
    for finding in result.findings:
        _print_finding(console, finding, result)
        if times is not None:
            console.print(styled(f"    seen {plural(times(finding), 'time')}"))
    if summary:
        for trouble in result.trouble:
            console.print(styled((as_line(trouble), "yellow")))
        doubtful = result.trouble or (times is not None and not result.calls)
        style = "bold" if result.findings else "bold yellow" if doubtful else "bold green"
        console.print(styled((summary_of(result, times), style)))


def summary_of(result: Result, times: Callable[[Finding], int] | None = None) -> str:
    """One line on how many findings there are, and what could not be read."""
    if result.findings or result.trouble:
        return f"Found {plural(len(result.findings), 'problem')}{counted(result.trouble)}."
    return "No loss call ran." if times is not None and not result.calls else "All checks passed!"


def _print_finding(console: Console, finding: Finding, result: Result) -> None:
    at = finding.position
    code = (finding.code, "bold yellow" if finding.advice else "bold red")
    console.print(styled((place_text(at), "bold"), ": ", code, " ", printable(finding.message)))
    source = result.line(at.path, at.line)
    if source is not None:
        gutter = f"{at.line_in_cell:>5} | "
        console.print(styled((gutter, "blue"), printable(source)))
        before, width = underline(source, at)
        console.print(styled((" " * (len(gutter) - 2) + "| ", "blue"), " " * before, ("^" * width, "red")))
    for step in finding.trace:
        console.print(styled("    ", (place_text(step), "cyan"), f": {printable(step.note)}"))
    if finding.fix is not None:
        option = "" if finding.fix.applicability == "safe" else " --unsafe"
        console.print(styled("    ", (f"bcelint fix{option}", "green"), f": {printable(finding.fix.title)}"))


def underline(source: str, at: Position) -> tuple[int, int]:
    """Where on the terminal the span starts below ``source`` as it is printed, and how wide it is; at least one cell."""
    start = min(at.column - 1, len(source))
    end = at.end_column - 1 if at.end_line == at.line else len(source.rstrip())
    before = cell_len(printable(source[:start]))
    return before, max(1, cell_len(printable(source[: min(end, len(source))])) - before)
