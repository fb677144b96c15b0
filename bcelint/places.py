"""Where things are: places in files, and the steps that made a fact true."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Place(Protocol):
    """A span of source code; lines and columns count from 1, columns in characters. See ``Position`` in finding.py for ``cell`` and ``above``.

    The static tracer's places look their position up only when it is asked for, since most places are never shown.
    """

    @property
    def path(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...
    @property
    def end_line(self) -> int: ...
    @property
    def end_column(self) -> int: ...
    @property
    def cell(self) -> int | None: ...
    @property
    def above(self) -> int: ...


GRADIENTS_OFF = "computed under"
"""How the note of a step begins that is a ``torch.no_grad()`` or its like."""


@dataclass(frozen=True)
class FixedPlace:
    """A place whose position is known from the start."""

    path: str
    line: int
    column: int = 1
    end_line: int = 0
    end_column: int = 0
    cell: int | None = None
    above: int = 0


DECLARED = " (as declared)"
"""Behind the note of a step whose fact is not computed but declared."""

BEFORE = " before it"
"""Behind the note of an activation that the one of the step before this was applied to."""


@dataclass(frozen=True)
class Step:
    """One place that made a fact true, with a note on what happened there (``sigmoid``, ``returned by UNet.forward``)."""

    place: Place
    note: str


def activation_before(steps: Sequence[Step]) -> Step | None:
    """The activation that the first of these steps, itself one, was applied to."""
    return next((step for step in steps[1:2] if step.note.endswith(BEFORE)), None)


def shown(path: str) -> str:
    """``path`` as a person reads it: relative to the working directory where it lies below it, else as it is."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # on Windows, another drive
        return path
    return path if relative.startswith(os.pardir) else relative


class Spot(Protocol):
    """What ``shown_spot`` needs of a place, a position or a step."""

    @property
    def path(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def cell(self) -> int | None: ...
    @property
    def above(self) -> int: ...


def shown_spot(at: Spot) -> str:
    """File and line as a person reads them: ``models/unet.py:88``, ``train.ipynb:cell 3:12``."""
    cell = "" if at.cell is None else f"cell {at.cell}:"
    return f"{shown(at.path)}:{cell}{at.line - at.above}"
