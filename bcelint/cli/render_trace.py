"""Loss calls as text: what is known of their arguments, the verdict, and where an unknown was lost."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from bcelint.cli.console import place_text, printable, stdout, styled
from bcelint.cli.plural import plural
from bcelint.cli.render_trouble import as_line, counted
from bcelint.cli.summary import Summary
from bcelint.finding import JudgedCall, Trouble, Verdict

_STYLES = {Verdict.OK: "green", Verdict.MISUSE: "bold red", Verdict.UNKNOWN: "yellow"}


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
    counts = ", ".join(f"{summary.counts[verdict]} {verdict.value}" for verdict in Verdict)
    console.print(styled((f"{plural(len(calls), 'loss call')}: {counts}; {summary.judged_share:.0%} judged{counted(troubles)}", "bold")))
    if summary.reasons:
        console.print(styled("Why the others are unknown:"))
        for reason, count in summary.reasons:
            console.print(styled(f"{count:>6}  {printable(reason)}"))


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
        console.print(styled(f"    lost: {printable(call.reason)}{lost}"))
