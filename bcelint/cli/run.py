"""``bcelint run``."""

from __future__ import annotations

import os
from typing import Any

import click

from bcelint.cli.baselines import baseline_option, loaded
from bcelint.cli.exit_codes import FINDINGS
from bcelint.cli.options import rule_options, settings_of
from bcelint.cli.report import report, report_options
from bcelint.cli.watching import PROGRAM, program_options, watched


@click.command(context_settings=PROGRAM)
@rule_options
@report_options
@baseline_option
@program_options
def run(
    is_module: bool,
    program: str,
    arguments: tuple[str, ...],
    output_format: str,
    output_file: str | None,
    baseline: str | None,
    max_steps: int | None,
    **rules: Any,
) -> int:
    """Run a program under torch and report every loss call that got something its loss was not made for.

    PROGRAM runs with its ARGS as if by python. What is found is reported when it has ended, whatever ended it. This is the one
    command that runs the code it looks at; it needs torch.

    Exit code: the program's own; where that is 0, 1 if something was found; 2 if there is nothing to run.
    """
    from bcelint.analysis import session
    from bcelint.analysis.known import without_known

    settings = settings_of(**rules)
    known = loaded(baseline, settings)
    output_file = output_file and os.path.abspath(output_file)  # the program may go to another folder
    code, seen, _ = watched(is_module, program, arguments, max_steps)
    result = without_known(session.result_of(seen.calls, settings), known)
    report(result, output_format, output_file, times=seen.times)
    return code or (FINDINGS if result.findings else 0)
