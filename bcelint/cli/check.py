"""``bcelint check``."""

from __future__ import annotations

from typing import Any

import click

from bcelint.cli.exit_codes import COULD_NOT_RUN, FINDINGS, NOTHING_FOUND
from bcelint.cli.options import analysis_options, run


@click.command()
@analysis_options
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How findings are printed.")
@click.option("--quiet", "-q", is_flag=True, help="Print the findings and nothing else.")
def check(output_format: str, quiet: bool, **options: Any) -> int:
    """Report every loss call that gets something its loss was not made for.

    PATH is a file, a folder, or - for the text on stdin; the default is the working directory. A finding is reported
    if its place or any step of its trace lies in a given path.

    Exit code: 0 nothing found, 1 findings, 2 it could not run, or not all of it.
    """
    result = run(**options)
    if output_format == "json":
        from bcelint.cli.render_json import findings_as_json

        click.echo(findings_as_json(result.findings))
    else:
        from bcelint.cli.render_text import print_findings

        print_findings(result, summary=not quiet)
    if result.crashed:
        return COULD_NOT_RUN
    return FINDINGS if result.findings else NOTHING_FOUND
