"""A rich console that prints text as it is: nothing wrapped, no markup read out of source code, colours on a terminal only."""

from __future__ import annotations

from typing import IO

from rich.console import Console
from rich.text import Text

TAB = 4
"""Columns a tab is shown as."""


def stdout() -> Console:
    return Console(soft_wrap=True, markup=False, highlight=False, emoji=False)


def to_file(file: IO[str]) -> Console:
    return Console(file=file, soft_wrap=True, markup=False, highlight=False, emoji=False)


def printable(text: str) -> str:
    """Source text without characters that would move the cursor or colour the terminal; tabs become spaces."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text.expandtabs(TAB))


def styled(*parts: str | tuple[str, str]) -> Text:
    return Text.assemble(*parts)
