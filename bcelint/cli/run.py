"""``bcelint run``."""

from __future__ import annotations

import os
from typing import Any

import click

from bcelint.cli.baselines import baseline_option, loaded
from bcelint.cli.exit_codes import FINDINGS
from bcelint.cli.options import rule_options, settings_of
from bcelint.cli.report import report, report_options

PROGRAM: dict[str, Any] = {"ignore_unknown_options": True, "allow_interspersed_args": False}
"""What stands behind the program's name is the program's own."""


@click.command(context_settings=PROGRAM)
@click.option("-m", "is_module", is_flag=True, help="PROGRAM is a module's name, as in `python -m`.")
@rule_options
@report_options
@baseline_option
@click.option("--max-steps", type=click.IntRange(min=1), metavar="N", help="Watch no more after N loss calls; the program goes on.")
@click.argument("program")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ARGS]...")
def run(
    is_module: bool,
    program: str,
    arguments: tuple[str, ...],
    output_format: str,
    output_file: str | None,
    baseline: str | None,
    max_steps: int | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    advice: bool | None,
    config: str | None,
    isolated: bool,
) -> int:
    """Run a program under torch and report every loss call that got something its loss was not made for.

    PROGRAM runs with its ARGS as if by python. What is found is reported when it has ended, whatever ended it. This is the one
    command that runs the code it looks at; it needs torch.

    Exit code: the program's own; where that is 0, 1 if something was found; 2 if there is nothing to run.
    """
    from bcelint import session
    from bcelint.cli.watching import watched

    settings = settings_of(select, ignore, advice, config, isolated)
    known = loaded(baseline, settings)
    output_file = output_file and os.path.abspath(output_file)  # the program may go to another folder
    code, seen, _ = watched(is_module, program, arguments, max_steps)
    result = session.without_known(session.result_of(seen.calls, settings), known)
    report(result, output_format, output_file, times=seen.times)
    return code or (FINDINGS if result.findings else 0)
