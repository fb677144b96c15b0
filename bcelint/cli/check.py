"""``bcelint check``."""

from __future__ import annotations

from typing import Any

import click

from bcelint.cli.exit_codes import COULD_NOT_RUN, FINDINGS, NOTHING_FOUND
from bcelint.cli.options import analysis_options, run
from bcelint.cli.report import report, report_options


@click.command()
@analysis_options
@report_options
@click.option("--quiet", "-q", is_flag=True, help="Print the findings and nothing else.")
def check(output_format: str, output_file: str | None, quiet: bool, **options: Any) -> int:
    """Report every loss call that gets something its loss was not made for.

    PATH is a file, a folder, or - for the text on stdin; the default is the working directory. A finding is reported
    if its place or any step of its trace lies in a given path.

    Exit code: 0 nothing found, 1 findings, 2 it could not run, or not all of it.
    """
    result = run(**options)
    report(result, output_format, output_file, summary=not quiet)
    if result.crashed:
        return COULD_NOT_RUN
    return FINDINGS if result.findings else NOTHING_FOUND
