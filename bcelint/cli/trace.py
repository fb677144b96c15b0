"""``bcelint trace``."""

from __future__ import annotations

from typing import Any

import click

from bcelint.cli.exit_codes import exit_code
from bcelint.cli.options import analysis_options, run


@click.command()
@analysis_options
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How loss calls are printed.")
def trace(output_format: str, **options: Any) -> int:
    """List every loss call with the facts of its arguments and its verdict.

    It says of each that is not wholly known what is not, and where the trace was lost and why; also of those that stand in the code and were not
    reached. At the end, which share of the loss calls was judged.

    Exit code: 0, or 2 where it could not run, or not all could be read.
    """
    result = run(every_call=True, **options)
    if output_format == "json":
        from bcelint.cli.render_json import calls_as_json

        click.echo(calls_as_json(result.calls, result.trouble))
    else:
        from bcelint.cli.render_trace import print_calls

        print_calls(result.calls, result.trouble)
    return exit_code(result, found=False)
