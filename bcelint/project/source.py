"""What a source file is once it is read: its text, and of a notebook its cells."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field


class BadInput(Exception):
    """A file that can't be read or parsed. ``reason`` is one line for a person, without the path."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


NOTEBOOK = ".ipynb"
"""What the names of notebooks end in."""


@dataclass(frozen=True)
class Cell:
    """A code cell of a notebook: its number as people count them, and the line of the text at which it begins, both from 1."""

    number: int
    first: int


@dataclass
class Source:
    """The text of one file, without its byte order mark, line ends and form feeds as they are on disk.

    Of a notebook it is the code in its ``cells``, one after another.
    """

    path: str
    text: str
    digest: str
    cells: tuple[Cell, ...] = ()
    trouble: tuple[str, ...] = ()
    """A line for each cell that can't be parsed."""
    written: Mapping[int, str] = field(default_factory=dict)
    """By their numbers, the lines of cells for which something else stands in the text, since IPython reads them itself."""

    def cell_at(self, line: int) -> Cell | None:
        """The cell that a line of the text (from 1) belongs to."""
        index = bisect.bisect_right([cell.first for cell in self.cells], line)
        return self.cells[index - 1] if index else None


def is_notebook(path: str) -> bool:
    return path.endswith(NOTEBOOK)


def is_code(path: str, text: str) -> bool:
    """Whether the buffer ``text`` is the code of the file ``path``: also of a notebook, if an editor has put its cells together, and not its JSON."""
    return not is_notebook(path) or not text.lstrip().startswith("{")
