"""Options that several commands share, and what is done with them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Callable, TypeVar

import click

if TYPE_CHECKING:
    from bcelint.analysis.result import Result
    from bcelint.config import Settings
    from bcelint.finding import Trouble
    from bcelint.silence.baselines import Baseline

F = TypeVar("F", bound=Callable[..., Any])

STDIN = "-"


def rule_options(command: F) -> F:
    """``--select``, ``--ignore`` and ``--advice``, and where the configuration comes from."""
    decorators: list[Callable[[F], F]] = [
        click.option("--isolated", is_flag=True, help="Read no configuration file."),
        click.option("--config", metavar="FILE", help="The configuration file to use, whatever lies beside the code."),
        click.option("--advice/--no-advice", default=None, help="Also report code that is right but could be better."),
        click.option("--ignore", multiple=True, metavar="CODES", help="Not these rules: codes or prefixes, separated by commas."),
        click.option("--select", multiple=True, metavar="CODES", help="Only these rules: codes or prefixes, separated by commas."),
    ]
    for decorate in decorators:
        command = decorate(command)
    return command


def path_options(command: F) -> F:
    """PATH, the rule selection, ``--jobs``, ``--no-cache`` and ``--force-exclude``."""
    decorators: list[Callable[[F], F]] = [
        rule_options,
        click.argument("paths", nargs=-1, metavar="[PATH]..."),
        click.option("--force-exclude", is_flag=True, help="Leave out what is excluded also where it is named itself."),
        click.option("--no-cache", is_flag=True, help="Neither use what earlier runs found out nor keep anything for later ones."),
        click.option("--jobs", "-j", type=click.IntRange(min=1), metavar="N", help="Processes to use.  [default: one per CPU]"),
    ]
    for decorate in decorators:
        command = decorate(command)
    return command


def analysis_options(command: F) -> F:
    """``path_options``, and ``--stdin-filename``."""
    return click.option("--stdin-filename", metavar="PATH", help="The file that the text on stdin (PATH `-`) belongs to.")(path_options(command))


def codes(values: Sequence[str]) -> list[str] | None:
    """The codes of a repeatable comma list; None where the option was not given."""
    found = [part.strip() for value in values for part in value.split(",") if part.strip()]
    return found if values else None


def settings_of(
    select: Sequence[str],
    ignore: Sequence[str],
    advice: bool | None,
    config: str | None,
    isolated: bool,
    unused_noqa: bool | None = None,
    force_exclude: bool = False,
) -> Settings:
    """What the options say. Raises ``click.UsageError`` for a code that no rule has, and ``ConfigError``."""
    from bcelint.analysis import session
    from bcelint.config import Settings

    if config is not None and isolated:
        raise click.UsageError("--config and --isolated exclude each other")
    try:
        session.choose_rules(codes(select), codes(ignore))
    except session.UnknownCode as error:
        raise click.UsageError(str(error)) from None
    return Settings(codes(select), codes(ignore), advice, config, isolated, unused_noqa=unused_noqa, force_exclude=force_exclude)


def run(
    paths: Sequence[str],
    jobs: int | None,
    no_cache: bool,
    stdin_filename: str | None,
    every_call: bool = False,
    known: Callable[[Settings], Baseline | None] = lambda settings: None,
    **rules: Any,
) -> Result:
    """Analyse what the options name (``rules`` are those of ``settings_of``), with warnings on stderr and a progress bar if stderr is a terminal.

    Raises ``click.ClickException`` where nothing could be analysed.
    """
    from bcelint.analysis import session
    from bcelint.analysis.cache import default_cache
    from bcelint.cli.progress import progress
    from bcelint.project.reading import decoded

    settings = settings_of(**rules)
    baseline = known(settings)
    cache = None if no_cache else default_cache()
    if STDIN in paths:
        if len(paths) > 1:
            raise click.UsageError("stdin (`-`) can't be checked together with other paths")
        text = decoded(sys.stdin.buffer.read())
        result = session.analyse_text(text, stdin_filename or "stdin.py", settings, cache, baseline, every_call)
    else:
        with progress(sys.stderr) as report:
            result = session.analyse(
                paths or (os.curdir,), settings, jobs=jobs, progress=report, cache=cache, baseline=baseline, every_call=every_call
            )
    warn(result.trouble, result.checked)
    return result


def warn(troubles: Sequence[Trouble], checked: int) -> None:
    """Each trouble in a line on stderr. Raises ``click.ClickException`` where they say why none of the files could be checked."""
    for trouble in troubles:
        click.echo(f"warning: {trouble}", err=True)
    if troubles and not checked:
        raise click.ClickException("nothing could be checked")
