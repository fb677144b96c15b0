"""``bcelint check``."""

from __future__ import annotations

from typing import Any

import click

from bcelint.cli.baselines import baseline_option, loaded, mention_gone, write_baseline, write_baseline_option
from bcelint.cli.exit_codes import exit_code
from bcelint.cli.options import STDIN, analysis_options, run
from bcelint.cli.report import put, report, report_options
from bcelint.cli.silencing import silence
from bcelint.cli.statistics import check_form, statistics


@click.command()
@analysis_options
@report_options
@click.option("--statistics", "counts", is_flag=True, help="Print how often each code was found, not the findings.")
@click.option("--unused-noqa/--no-unused-noqa", default=None, help="Also report `# noqa: BCE…` comments that silence nothing.")
@baseline_option
@write_baseline_option
@click.option("--add-noqa", is_flag=True, help="Put a `# noqa` comment on the line of every finding.")
@click.option("--quiet", "-q", is_flag=True, help="Print the findings and nothing else.")
def check(
    output_format: str,
    output_file: str | None,
    counts: bool,
    baseline: str | None,
    write_baseline_to: str | None,
    add_noqa: bool,
    quiet: bool,
    **options: Any,
) -> int:
    """Report every loss call that gets something its loss was not made for.

    PATH is a file, a folder, or - for the text on stdin; the default is the working directory. A finding is reported
    if its place or any step of its trace lies in a given path.

    Exit code: 0 nothing found, 1 findings, 2 it could not run, or nothing found and not all could be read.
    """
    from bcelint.fix.marks import mark

    _one_of({"--statistics": counts, "--write-baseline": write_baseline_to, "--add-noqa": add_noqa})
    _one_of({"--write-baseline": write_baseline_to, "--baseline": baseline})
    _one_of({"stdin (`-`)": STDIN in options["paths"], "--write-baseline": write_baseline_to})
    _one_of({"stdin (`-`)": STDIN in options["paths"], "--add-noqa": add_noqa})
    if counts:
        check_form(output_format)
    result = run(known=lambda settings: None if write_baseline_to else loaded(baseline, settings), **options)
    if add_noqa:
        return silence(result, quiet)
    if write_baseline_to is not None:
        write_baseline(write_baseline_to, result, quiet)
        return exit_code(result, found=False)
    repairs = mark(result)
    if counts:
        put(statistics(result, output_format, summary=not quiet), output_file)
    else:
        report(result, output_format, output_file, summary=not quiet, repairs=repairs)
    if result.baseline is not None and not quiet:
        mention_gone(result.baseline, result)
    return exit_code(result, bool(result.findings))


def _one_of(given: dict[str, Any]) -> None:
    """Raises ``click.UsageError`` where more than one option of these is given."""
    names = [name for name, value in given.items() if value]
    if len(names) > 1:
        raise click.UsageError(f"{' and '.join(names)} don't go together")
