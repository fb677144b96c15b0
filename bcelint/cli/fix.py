"""``bcelint fix``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from bcelint.cli.baselines import baseline_option, loaded
from bcelint.cli.exit_codes import COULD_NOT_RUN, exit_code
from bcelint.cli.options import path_options, settings_of, warn
from bcelint.places import shown

if TYPE_CHECKING:
    from bcelint.fix.engine import Fixes


@click.command()
@path_options
@baseline_option
@click.option("--unused-noqa/--no-unused-noqa", default=None, help="Also drop the codes of `# noqa: BCE…` comments that silence nothing.")
@click.option("--unsafe", is_flag=True, help="Also make repairs that are a judgement.")
@click.option("--diff", is_flag=True, help="Print what would change as a unified diff and write nothing.")
@click.option("--allow-dirty", is_flag=True, help="Change files also where git has uncommitted changes in them.")
@click.option("--quiet", "-q", is_flag=True, help="Print no summary.")
def fix(
    paths: tuple[str, ...],
    baseline: str | None,
    unsafe: bool,
    diff: bool,
    allow_dirty: bool,
    jobs: int | None,
    no_cache: bool,
    quiet: bool,
    **rules: Any,
) -> int:
    """Repair what `check` finds.

    Safe repairs make the training loss what the code plainly meant and change nothing else; --unsafe adds those that are a
    judgement. Findings that `# noqa` silences or a baseline holds are left alone, and so are notebooks.

    Exit code: 0 nothing is left, 1 findings are left (with --diff: something would change), 2 it could not run or not write, or not all could
    be read.
    """
    from bcelint.analysis.cache import default_cache
    from bcelint.cli.progress import progress
    from bcelint.cli.render_fixes import print_diff, print_summary
    from bcelint.fix.engine import fixes
    from bcelint.fix.write import write

    settings = settings_of(**rules)
    known = loaded(baseline, settings)
    with _saying_what_was_written():
        with progress(sys.stderr) as report:
            found = fixes(paths or (os.curdir,), settings, unsafe, jobs, report, None if no_cache else default_cache(), baseline=known)
        warn(found.trouble, found.checked)
        if diff:
            print_diff(found)
            if not quiet:
                print_summary(found, done=False, err=True)
            return exit_code(found, bool(found.before))
        if found.before and not allow_dirty:
            _ask_for_a_clean_tree(found)
        written = write(found.before, found.after, found.groups)
        for path, reason in written.failed.items():
            click.echo(f"error: {shown(path)}: {reason}", err=True)
        if not quiet:
            print_summary(found, done=True, failed=written.failed)
        return COULD_NOT_RUN if written.failed else exit_code(found, bool(found.left))


@contextmanager
def _saying_what_was_written() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt as stopped:
        click.echo(str(stopped) or "interrupted; nothing was written", err=True)
        raise


def _ask_for_a_clean_tree(found: Fixes) -> None:
    from bcelint.fix.git import uncommitted

    dirty = uncommitted(found.before)
    if dirty:
        listed = "\n".join(f"  {shown(path)}" for path in dirty)
        raise click.ClickException(f"git has uncommitted changes in files that would be changed:\n{listed}\ncommit them first, or pass --allow-dirty")
