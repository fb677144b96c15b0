"""Where a place of an old text is in a new one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import replace

from bcelint.finding import Position

_LINE_END = re.compile(r"\r\n|\r|\n")


class Moves:
    """Places after a change of texts, given by path as (old, new)."""

    def __init__(self, texts: Mapping[str, tuple[str, str]]) -> None:
        self._texts = texts
        self._blocks: dict[str, list[tuple[int, int, int]]] = {}

    def position(self, at: Position) -> Position:
        """The beginning of ``at`` in the new text."""
        if at.path not in self._texts:
            return at
        old, new = self._texts[at.path]
        starts = [0, *(match.end() for match in _LINE_END.finditer(old))]
        line = _moved_line(self._lines(at.path), at.line)
        before, after = _line(old, starts, at.line), _line(new, [0, *(match.end() for match in _LINE_END.finditer(new))], line)
        column = at.column
        if before != after:
            column = _moved_column(before, after, at.column)
        return replace(at, line=line, column=column)

    def _lines(self, path: str) -> list[tuple[int, int, int]]:
        if path not in self._blocks:
            old, new = (_LINE_END.split(text) for text in self._texts[path])
            self._blocks[path] = [tuple(block) for block in _blocks(old, new)]  # type: ignore[misc]
        return self._blocks[path]


def _blocks(old: list[str], new: list[str]) -> list[tuple[int, int, int]]:
    found = difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return [(block.a, block.b, block.size) for block in found]


def _moved_line(blocks: list[tuple[int, int, int]], line: int) -> int:
    """The new number of a line; one that was changed keeps its distance from the next that was not."""
    index = line - 1
    for a, b, size in blocks:
        if index < a:
            return b - (a - index) + 1
        if index < a + size:
            return b + index - a + 1
    return line


def _line(text: str, starts: list[int], number: int) -> str:
    if not 0 < number <= len(starts):
        return ""
    return _LINE_END.split(text[starts[number - 1] :], maxsplit=1)[0]


def _moved_column(before: str, after: str, column: int) -> int:
    index = column - 1
    blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    for block in blocks:
        if index < block.a:
            return block.b - (block.a - index) + 1
        if index < block.a + block.size:
            return block.b + index - block.a + 1
    return column
