"""A rich console that prints text as it is: nothing wrapped, no markup read out of source code, colours on a terminal only."""

from __future__ import annotations

from typing import IO

from rich.console import Console
from rich.text import Text

from bcelint.finding import Position, TraceStep
from bcelint.places import shown_spot

TAB = 4
"""Columns a tab is shown as."""


def stdout() -> Console:
    return Console(soft_wrap=True, markup=False, highlight=False, emoji=False)


def to_file(file: IO[str]) -> Console:
    return Console(file=file, soft_wrap=True, markup=False, highlight=False, emoji=False)


def printable(text: str) -> str:
    """Source text without characters that would move the cursor or colour the terminal; tabs become spaces."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text.expandtabs(TAB))


def place_text(at: Position | TraceStep) -> str:
    """A place as every text output names it: ``models/unet.py:88:16``, ``train.ipynb:cell 3:12:8``."""
    return f"{printable(shown_spot(at))}:{at.column}"


def styled(*parts: str | tuple[str, str]) -> Text:
    return Text.assemble(*parts)
