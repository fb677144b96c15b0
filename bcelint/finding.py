"""A finding: a misuse as it is shown to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class Position:
    """A span in a file; lines and columns count from 1, columns in characters."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class TraceStep:
    """One step of the way from where a value was born to the loss call."""

    path: str
    line: int
    column: int
    note: str


@dataclass(frozen=True)
class Fix:
    """What a repair would do, and whether it is ``safe`` or ``unsafe``."""

    applicability: str
    title: str


@dataclass(frozen=True)
class Finding:
    """One misuse. ``path`` and the paths of ``trace`` are absolute until a front end makes them relative."""

    code: str
    name: str
    message: str
    position: Position
    trace: tuple[TraceStep, ...] = ()
    advice: bool = False
    fix: Fix | None = None

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> Finding:
        """The finding of which ``data`` is what ``dataclasses.asdict`` and a JSON file made."""
        nested = {
            "position": Position(**data["position"]),
            "trace": tuple(TraceStep(**step) for step in data["trace"]),
            "fix": None if data["fix"] is None else Fix(**data["fix"]),
        }
        return cls(**{**data, **nested})

    def as_json(self) -> dict[str, Any]:
        """The finding in the form of ``--output-format json``."""
        at = self.position
        return {
            "code": self.code,
            "name": self.name,
            "message": self.message,
            "path": at.path,
            "line": at.line,
            "column": at.column,
            "end_line": at.end_line,
            "end_column": at.end_column,
            "advice": self.advice,
            "trace": [{"path": s.path, "line": s.line, "column": s.column, "note": s.note} for s in self.trace],
            "fix": None if self.fix is None else {"applicability": self.fix.applicability, "title": self.fix.title},
        }
