"""``check --add-noqa``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bcelint.cli.exit_codes import COULD_NOT_RUN, exit_code
from bcelint.cli.plural import plural
from bcelint.places import shown

if TYPE_CHECKING:
    from bcelint.analysis.result import Result
    from bcelint.finding import Finding

UNUSED = "drop the comment instead"


def silence(result: Result, quiet: bool) -> int:
    """Write a comment for every finding, and say what can't be silenced. Returns the exit code."""
    from bcelint.cli.render_concise import as_line
    from bcelint.cli.render_trouble import counted
    from bcelint.fix.write import NOTEBOOK, write
    from bcelint.project.source import is_notebook
    from bcelint.silence.add_noqa import with_noqa
    from bcelint.silence.unused_noqa import UnusedCodes

    before: dict[str, str] = {}
    after: dict[str, str] = {}
    left: list[tuple[Finding, str]] = []
    by_path: dict[str, list[Finding]] = {}
    for finding in result.findings:
        if isinstance(finding, UnusedCodes):
            left.append((finding, UNUSED))
        elif is_notebook(finding.position.path):
            left.append((finding, NOTEBOOK))
        else:
            by_path.setdefault(finding.position.path, []).append(finding)
    for path, findings in by_path.items():
        wanted: dict[int, set[str]] = {}
        for finding in findings:
            wanted.setdefault(finding.position.line, set()).add(finding.code)
        before[path] = result.text_of(path)
        after[path], refused = with_noqa(before[path], wanted)
        left += [(finding, refused[finding.position.line]) for finding in findings if finding.position.line in refused]
    written = write({path: text for path, text in before.items() if after[path] != text}, after, ())
    for path, reason in written.failed.items():
        click.echo(f"error: {shown(path)}: {reason}", err=True)
    for finding, reason in sorted(left, key=lambda each: each[0].position):
        click.echo(f"warning: not silenced, because {reason}: {as_line(finding)}", err=True)
    failed = sum(len(by_path[path]) for path in written.failed)
    done = len(result.findings) - len(left) - failed
    if not quiet:
        click.echo(f"Silenced {plural(done, 'finding')}{counted(result.trouble)}.")
    return COULD_NOT_RUN if written.failed else exit_code(result, bool(left))
