"""Loss calls as text: what is known of their arguments, the verdict, what is not known, and where it was lost."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from bcelint.cli.console import place_text, printable, stdout, styled
from bcelint.cli.plural import plural
from bcelint.cli.render_trouble import as_line, counted
from bcelint.cli.summary import Summary
from bcelint.finding import JudgedCall, Trouble, Verdict

_STYLES = {Verdict.OK: "green", Verdict.PARTLY: "cyan", Verdict.MISUSE: "bold red", Verdict.UNKNOWN: "yellow"}


def print_calls(calls: Sequence[JudgedCall], troubles: Sequence[Trouble] = ()) -> None:
    """All loss calls, what could not be read, and the share of the calls that is judged."""
    console = stdout()
    for call in calls:
        _print_call(console, call)
    for trouble in troubles:
        console.print(styled((as_line(trouble), "yellow")))
    summary = Summary(calls)
    if not calls:
        console.print(styled(f"No loss calls found{counted(troubles)}."))
        return
    console.print(styled((f"{plural(len(calls), 'loss call')}: {summary.text}{counted(troubles)}", "bold")))
    _print_counts(console, "What is not known of those that are partly known:", summary.not_known)
    _print_counts(console, "Why the others are unknown:", summary.reasons)


def _print_counts(console: Console, title: str, counts: Sequence[tuple[str, int]]) -> None:
    if counts:
        console.print(styled(title))
    for text, count in counts:
        console.print(styled(f"{count:>6}  {printable(text)}"))


def _print_call(console: Console, call: JudgedCall) -> None:
    where = f" in {call.function}" if call.function else ""
    verdict = (call.verdict.value, _STYLES[call.verdict])
    console.print(styled((place_text(call.position), "bold"), f": {printable(call.loss + where)}: ", verdict))
    if call.inner != call.position:
        console.print(styled(f"    reaches the loss at {place_text(call.inner)}"))
    if call.case:
        console.print(styled(f"    when {printable(' and '.join(call.case))}"))
    for name, facts in call.facts.items():
        console.print(styled(f"    {name}: {printable(facts)}"))
    for finding in call.findings:
        console.print(styled("    ", (finding.code, "bold yellow" if finding.advice else "bold red"), f" {printable(finding.message)}"))
    if call.reason:
        lost = "" if call.reason_position is None else f", at {place_text(call.reason_position)}"
        label = "partly known" if call.verdict is Verdict.PARTLY else "lost"
        console.print(styled(f"    {label}: {printable(call.reason)}{lost}"))
