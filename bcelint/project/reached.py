"""What an evaluation came to in one file, and why not to the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MODULE = "<module>"
"""Stands for what is in no function."""


@dataclass(frozen=True)
class Reached:
    """Plain data that crosses processes and lies in the cache. Functions go by their names, methods with that of their class in front."""

    path: str
    entered: tuple[str, ...] = ()
    passed_over: Mapping[str, str] = field(default_factory=dict)
    """Why functions were not entered that nobody calls."""
    broken_off: Mapping[str, str] = field(default_factory=dict)
    """Why functions, or the module, were not evaluated to their end."""
    ruled_out: tuple[tuple[int, int, int, int], ...] = ()
    """Lines and columns, first and last, of what only runs where a test comes out as it never does."""
    uncalled: tuple[tuple[int, int], ...] = ()
    """Line and column of each criterion that is built, and of which no call was met."""
    dropped: tuple[tuple[int, int, str], ...] = ()
    """Line and column of loss calls that were left out, and why."""
    left_out: str = ""
    """Why the file was not evaluated at all."""

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> Reached:
        """That of which ``data`` is what ``dataclasses.asdict`` and a JSON file made."""
        places = {name: tuple(map(tuple, data[name])) for name in ("ruled_out", "uncalled", "dropped")}
        return cls(**{**data, **places, "entered": tuple(data["entered"])})
