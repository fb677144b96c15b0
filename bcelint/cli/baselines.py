"""``--baseline`` and ``--write-baseline``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from bcelint.cli.plural import plural
from bcelint.cli.report import NotWritten, has_a_folder

if TYPE_CHECKING:
    from bcelint.analysis.result import Result
    from bcelint.config import Settings
    from bcelint.silence.baselines import Baseline

baseline_option = click.option(
    "--baseline", type=click.Path(dir_okay=False), metavar="FILE", help="Leave alone what this file holds, which --write-baseline made."
)
write_baseline_option = click.option(
    "--write-baseline",
    "write_baseline_to",
    type=click.Path(dir_okay=False, writable=True),
    metavar="FILE",
    callback=has_a_folder,
    help="Report nothing; put the findings into this file, for --baseline.",
)


def loaded(path: str | None, settings: Settings) -> Baseline | None:
    """The baseline that the option, or else the working directory's configuration, names. Raises ``click.ClickException`` where it is unreadable."""
    from bcelint.silence.baselines import BadBaseline, chosen

    try:
        return chosen(path, settings)
    except BadBaseline as error:
        raise click.ClickException(str(error)) from None


def mention_gone(baseline: Baseline, result: Result) -> None:
    """A line on stderr if the baseline holds more than it has to."""
    from bcelint.analysis.known import gone

    count = gone(baseline, result)
    if count:
        said = "occurs; --write-baseline drops it" if count == 1 else "occur; --write-baseline drops them"
        click.echo(f"note: {plural(count, 'finding')} of the baseline no longer {said}", err=True)


def write_baseline(path: str, result: Result, quiet: bool) -> None:
    """Put all findings of a run into the file. What is there of files that the run was not about stays. Raises ``NotWritten``."""
    from bcelint.analysis.known import updated
    from bcelint.cli.render_trouble import counted
    from bcelint.config import Settings
    from bcelint.silence.baselines import Baseline

    before = loaded(path, Settings(isolated=True)) if os.path.exists(path) else None
    after = updated(before or Baseline(os.path.abspath(path), {}), result)
    try:
        after.save()
    except OSError as error:
        raise NotWritten(path, error) from None
    if not quiet:
        click.echo(f"Wrote a baseline of {plural(sum(after.entries.values()), 'finding')}{counted(result.trouble)}.")
