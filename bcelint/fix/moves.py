"""Where a place of an old text is in a new one."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bcelint.finding import Position
from bcelint.silence.noqa import lines_of


class Moves:
    """Places after a change of texts, given by path as (old, new)."""

    def __init__(self, texts: Mapping[str, tuple[str, str]]) -> None:
        self._lines = {path: (lines_of(old), lines_of(new)) for path, (old, new) in texts.items()}
        self._blocks = {path: _blocks(old, new) for path, (old, new) in self._lines.items()}

    def position(self, at: Position) -> Position:
        """The beginning of ``at`` in the new text."""
        if at.path not in self._lines:
            return at
        old, new = self._lines[at.path]
        line = _moved(self._blocks[at.path], at.line)
        before, after = _line(old, at.line), _line(new, line)
        column = at.column if before == after else _moved(_blocks(before, after), at.column)
        return replace(at, line=line, column=column)


def _blocks(old: Sequence[str], new: Sequence[str]) -> list[difflib.Match]:
    """What two lists of lines, or two lines, have in common."""
    return difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()


def _moved(blocks: list[difflib.Match], number: int) -> int:
    """The new number (from 1) of a line or a column; one that was changed keeps its distance from the next that was not."""
    for old, new, size in blocks:
        if number <= old + size:
            return new + number - old
    return number


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1] if 0 < number <= len(lines) else ""
