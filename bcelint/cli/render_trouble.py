"""What could not be read, in the forms that people read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from bcelint.cli.console import printable
from bcelint.cli.plural import plural
from bcelint.finding import Trouble
from bcelint.places import shown


def spot(trouble: Trouble) -> str:
    """The place, as exactly as it is known: ``broken.py:3``, ``train.ipynb:cell 4:2``."""
    cell = "" if trouble.cell is None else f":cell {trouble.cell}"
    line = "" if trouble.line is None else f":{trouble.line}"
    return f"{shown(trouble.path)}{cell}{line}"


def as_line(trouble: Trouble) -> str:
    """In one line, as compilers say it."""
    return f"{printable(spot(trouble))}: warning: {printable(' '.join(trouble.what.split()))}"


def trouble_as_lines(troubles: Iterable[Trouble]) -> str:
    return "".join(f"{as_line(trouble)}\n" for trouble in troubles)


def counted(troubles: Sequence[Trouble]) -> str:
    """Behind the other counts of a run: ``; 2 files and 1 cell could not be read``; nothing where there was no trouble."""
    unread = {noun: {trouble.path if noun != "cell" else trouble for trouble in troubles if _noun(trouble) == noun} for noun in _NOUNS}
    parts = [plural(len(those), noun) for noun, those in unread.items() if those]
    listed = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    failed = len({trouble.path for trouble in troubles if trouble.is_own})
    return (f"; {listed} could not be read" if listed else "") + (f"; {plural(failed, 'file')} could not be judged" if failed else "")


_NOUNS = ("file", "cell", "folder")


def _noun(trouble: Trouble) -> str:
    if trouble.is_own:
        return ""
    if trouble.cell is not None:
        return "cell"
    return "folder" if os.path.isdir(trouble.path) else "file"
