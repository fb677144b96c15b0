"""Where the findings of a run go, and in which form."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Callable, TypeVar

import click

from bcelint.finding import Finding

if TYPE_CHECKING:
    from bcelint.analysis.result import Result
    from bcelint.fix.edits import Repair

F = TypeVar("F", bound=Callable[..., Any])
Times = Callable[[Finding], int]

FORMATS = ("text", "concise", "json", "github", "sarif")


def report_options(command: F) -> F:
    """``--output-format`` and ``--output-file``."""
    form = click.option("--output-format", type=click.Choice(FORMATS), default="text", show_default=True, help="How findings are printed.")
    file = click.option(
        "--output-file", "-o", type=click.Path(dir_okay=False, writable=True), callback=has_a_folder, help="Where they go.  [default: stdout]"
    )
    return form(file(command))


def report(
    result: Result,
    output_format: str,
    output_file: str | None,
    summary: bool = True,
    times: Times | None = None,
    repairs: Mapping[Finding, Repair] | None = None,
) -> None:
    """The findings on stdout, or in a file that is there whole or not at all; with ``times``, how often each was seen.

    ``summary`` adds what could not be read, and a line of counts, in the formats that people read. ``repairs`` are those that ``mark`` has found
    for the forms that hold them. Raises ``NotWritten``.
    """
    if output_format == "text":
        from bcelint.cli.console import to_file
        from bcelint.cli.render_text import print_findings

        if output_file is None:
            print_findings(result, summary, times)
            return
        text = io.StringIO()
        print_findings(result, summary, times, to_file(text))
        put(text.getvalue(), output_file)
    else:
        put(_rendered(result, output_format, summary, times, repairs), output_file)


def put(text: str, output_file: str | None) -> None:
    """A text with its line end on stdout, or in a file. Raises ``NotWritten``."""
    if output_file is None:
        click.echo(text, nl=False)
        return
    from bcelint.project.atomic import write_text

    try:
        write_text(output_file, text)
    except OSError as error:
        raise NotWritten(output_file, error) from None


def _rendered(result: Result, output_format: str, summary: bool, times: Times | None, repairs: Mapping[Finding, Repair] | None) -> str:
    if output_format == "sarif":
        from bcelint.cli.render_sarif import result_as_sarif

        return result_as_sarif(result, times, repairs or {}) + "\n"
    if output_format == "github":
        from bcelint.cli.render_github import findings_as_commands, trouble_as_commands

        return findings_as_commands(result.findings) + trouble_as_commands(result.trouble)
    if output_format == "json":
        from bcelint.cli.render_json import findings_as_json

        return findings_as_json(result.findings, times) + "\n"
    from bcelint.cli.render_concise import findings_as_lines
    from bcelint.cli.render_text import summary_of
    from bcelint.cli.render_trouble import trouble_as_lines

    lines = findings_as_lines(result.findings)
    return f"{lines}{trouble_as_lines(result.trouble)}{summary_of(result, times)}\n" if summary else lines


def has_a_folder(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Said before the analysis, not after it."""
    if value is not None and not os.path.isdir(os.path.dirname(os.path.abspath(value))):
        raise click.BadParameter(f"the folder of {value!r} does not exist", context, parameter)
    return value


class NotWritten(click.ClickException):
    """A file could not be written."""

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(f"{path}: can't be written: {error.strerror or error}")
