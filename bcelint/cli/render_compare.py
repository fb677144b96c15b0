"""The comparison as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.table import Table

from bcelint.cli.comparison import Agreement, Row
from bcelint.cli.console import place_text, stdout, styled
from bcelint.cli.plural import plural

_STYLES = {Agreement.AGREE: "green", Agreement.DISAGREE: "bold red", Agreement.OTHER_CASE: "cyan"}
_UNBOUNDED = 10_000


def print_comparison(rows: Sequence[Row]) -> None:
    """A row for each loss call, and how many agree."""
    console = stdout()
    if not rows:
        console.print(styled("No loss call ran."))
        return
    table = Table(box=None, pad_edge=False)
    for title in ("place", "loss", "inferred", "observed", ""):
        table.add_column(title, overflow="fold")
    for row in rows:
        outcome = styled((row.outcome.value, _STYLES.get(row.outcome, "yellow")))
        table.add_row(styled((place_text(row.position), "bold")), styled(row.loss), styled(row.inferred), styled(row.observed), outcome)
    if console.is_terminal:
        console.print(table, soft_wrap=False)
    else:  # a file or a pipe has no width to keep to, and needs no filling up
        console.width = _UNBOUNDED
        with console.capture() as printed:
            console.print(table, soft_wrap=False)
        for line in printed.get().splitlines():
            console.print(styled(line.rstrip()))
    counts = Counter(row.outcome for row in rows)
    said = ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Agreement if counts[outcome])
    console.print(styled((f"{plural(len(rows), 'loss call')} ran: {said}", "bold")))
