"""``bcelint run``."""

from __future__ import annotations

from typing import Any

import click

from bcelint.cli.exit_codes import FINDINGS
from bcelint.cli.options import rule_options, settings_of

PROGRAM: dict[str, Any] = {"ignore_unknown_options": True, "allow_interspersed_args": False}
"""What stands behind the program's name is the program's own."""


@click.command(context_settings=PROGRAM)
@click.option("-m", "is_module", is_flag=True, help="PROGRAM is a module's name, as in `python -m`.")
@rule_options
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How findings are printed.")
@click.option("--output-file", type=click.Path(dir_okay=False, writable=True), help="Where findings go.  [default: stdout]")
@click.option("--max-steps", type=click.IntRange(min=1), metavar="N", help="Watch no more after N loss calls; the program goes on.")
@click.argument("program")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ARGS]...")
def run(
    is_module: bool,
    program: str,
    arguments: tuple[str, ...],
    output_format: str,
    output_file: str | None,
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
    code, report, _ = watched(is_module, program, arguments, max_steps)
    result = session.result_of(report.calls, settings)
    _write(result, report.times, output_format, output_file)
    return code or (FINDINGS if result.findings else 0)


def _write(result: Any, times: Any, output_format: str, output_file: str | None) -> None:
    from bcelint.cli.console import to_file
    from bcelint.cli.render_json import findings_as_json
    from bcelint.cli.render_text import print_findings

    if output_file is None:
        if output_format == "json":
            click.echo(findings_as_json(result.findings, times))
        else:
            print_findings(result, times=times)
        return
    with open(output_file, "w", encoding="utf-8") as file:
        if output_format == "json":
            file.write(findings_as_json(result.findings, times) + "\n")
        else:
            print_findings(result, times=times, console=to_file(file))
