"""``bcelint compare``."""

from __future__ import annotations

import click

from bcelint.cli.exit_codes import COULD_NOT_RUN, FINDINGS, NOTHING_FOUND
from bcelint.cli.watching import PROGRAM, program_options, watched


@click.command(context_settings=PROGRAM)
@program_options
def compare(is_module: bool, program: str, arguments: tuple[str, ...], max_steps: int | None) -> int:
    """Run a program, and show for every loss call that ran what was inferred from the text beside what was observed.

    Exit code: 0 no disagreement, 1 a disagreement, 2 there is nothing to run, or no loss call ran.
    """
    from bcelint.analysis import session
    from bcelint.cli.comparison import Agreement, compared
    from bcelint.cli.render_compare import print_comparison
    from bcelint.config import Settings

    _, report, path = watched(is_module, program, arguments, max_steps)
    files = {path} | {call.position.path for call in report.calls if not call.position.path.startswith("<")}
    inferred = session.analyse(sorted(files), Settings(), jobs=1, every_call=True)
    for trouble in inferred.trouble:
        click.echo(f"warning: {trouble}", err=True)
    rows = compared(inferred.calls, report.calls)
    print_comparison(rows)
    if not rows:
        return COULD_NOT_RUN
    return FINDINGS if any(row.outcome is Agreement.DISAGREE for row in rows) else NOTHING_FOUND
