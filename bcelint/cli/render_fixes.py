"""What ``fix`` says: a unified diff, and a summary of what was repaired, what is left and why."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Collection
from typing import TYPE_CHECKING

import click

from bcelint.cli.console import place_text, printable, stdout, styled, to_file
from bcelint.cli.render_trouble import counted
from bcelint.finding import Finding
from bcelint.places import shown

if TYPE_CHECKING:
    from bcelint.fix.engine import Fixes


def print_diff(found: Fixes) -> None:
    """The change of every file, as ``diff -u`` and ``git apply`` know it."""
    for path in sorted(found.before):
        old, new = (_lines(texts[path]) for texts in (found.before, found.after))
        name = shown(path)
        for line in difflib.unified_diff(old, new, name, name):
            click.echo(line, nl=False)
            if not line.endswith("\n"):
                click.echo("\n\\ No newline at end of file")


def _lines(text: str) -> list[str]:
    """The lines with their ends, split at line feeds alone, as diff does."""
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def print_summary(found: Fixes, done: bool, failed: Collection[str] = (), err: bool = False) -> None:
    """One line for each finding, and the counts."""
    console = to_file(sys.stderr) if err else stdout()
    fixed = [each for each in found.fixed if not each.repair.paths & set(failed)]
    for each in fixed:
        console.print(styled(("fixed " if done else "would fix ", "green"), _named(each.finding), ": ", printable(each.repair.title)))
    for left in found.left:
        console.print(styled(("left  ", "yellow"), _named(left.finding), ": ", printable(left.why)))
    parts = [f"{'Fixed' if done else 'Would fix'} {len(fixed)}", f"left {len(found.left)}"]
    if len(fixed) < len(found.fixed):
        parts.append(f"could not write {len(found.fixed) - len(fixed)}")
    if not found.fixed and not found.left:
        unread = counted(found.trouble)
        console.print(styled((f"Nothing to fix{unread}.", "bold yellow") if unread else ("Nothing to fix!", "bold green")))
    else:
        console.print(styled((f"{', '.join(parts)}{counted(found.trouble)}.", "bold")))


def _named(finding: Finding) -> str:
    return f"{place_text(finding.position)}: {finding.code}"
