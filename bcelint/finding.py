"""What is said to a person: findings, the verdict on each loss call, and what could not be looked at."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bcelint.places import shown

INTERNAL_ERROR = "internal error"
"""What the reason of a trouble begins with where it is an error of bcelint's own."""
_REASON = re.compile(r"(?:cell (?P<cell>\d+): )?(?P<what>.*?)(?: \(line (?P<line>\d+)\))?", re.DOTALL)


class _Spot:
    """What a position and a step have in common."""

    path: str
    line: int
    column: int
    cell: int | None
    above: int

    @property
    def line_in_cell(self) -> int:
        """The line as it is shown, which in a notebook counts from the beginning of the cell."""
        return self.line - self.above

    def _spot_as_json(self) -> dict[str, Any]:
        """The line is that in the cell, which is named in notebooks only."""
        cell = {} if self.cell is None else {"cell": self.cell}
        return {"path": self.path, **cell, "line": self.line_in_cell, "column": self.column}


@dataclass(frozen=True, order=True)
class Position(_Spot):
    """A span in a file; lines and columns count from 1, columns in characters.

    A notebook is read as its code cells one after another, and lines count through. ``cell`` is the cell's number, text cells counted too, and
    ``above`` how many lines stand before it; None and 0 in other files.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    cell: int | None = field(default=None, compare=False)
    above: int = field(default=0, compare=False)

    def as_json(self) -> dict[str, Any]:
        return {**self._spot_as_json(), "end_line": self.end_line - self.above, "end_column": self.end_column}


@dataclass(frozen=True)
class TraceStep(_Spot):
    """One step of the way from where a value was born to the loss call."""

    path: str
    line: int
    column: int
    note: str
    cell: int | None = None
    above: int = 0

    def as_json(self) -> dict[str, Any]:
        return {**self._spot_as_json(), "note": self.note}


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
            **at.as_json(),
            "advice": self.advice,
            "trace": [step.as_json() for step in self.trace],
            "fix": None if self.fix is None else {"applicability": self.fix.applicability, "title": self.fix.title},
        }


class Verdict(enum.Enum):
    OK = "ok"
    """All that the rules ask of the loss and its options is known, and right."""
    PARTLY = "partly"
    """The prediction is known, and right; something else that the rules ask is not known."""
    MISUSE = "misuse"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class JudgedCall:
    """What is to be said of one loss call; plain data that a worker process can send home.

    ``facts`` holds a short text for each argument; ``reason`` and ``reason_position`` say why and where the trace was lost, for an unknown,
    and what is not known of a partly known one.
    """

    loss: str
    position: Position
    inner: Position
    verdict: Verdict
    reason: str = ""
    reason_position: Position | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    case: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    is_constructor: bool = False
    function: str = ""
    not_known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of a partly known one, which facts are missing of which argument: ``{"target": ("dtype", "shape")}``."""
    open_rules: tuple[str, ...] = ()
    """The rules that can't be answered: the codes of those that ask for what is not known. All of them for an unknown."""
    dropped: bool = False
    """A bound kept some of its cases from being looked at."""
    built: tuple[Position, ...] = ()
    """Where the criterion is built, or each of several; nothing for a functional call."""

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> JudgedCall:
        """The call of which ``data`` is what ``dataclasses.asdict`` and a JSON file made."""
        lost = data["reason_position"]
        nested = {
            "position": Position(**data["position"]),
            "inner": Position(**data["inner"]),
            "verdict": Verdict(data["verdict"]),
            "reason_position": None if lost is None else Position(**lost),
            "case": tuple(data["case"]),
            "findings": tuple(map(Finding.from_plain, data["findings"])),
            "not_known": {name: tuple(facts) for name, facts in data["not_known"].items()},
            "open_rules": tuple(data["open_rules"]),
            "built": tuple(Position(**each) for each in data["built"]),
        }
        return cls(**{**data, **nested})


@dataclass(frozen=True)
class Trouble:
    """A file, a folder, or a cell of a notebook that could not be read, or that an error of bcelint's own kept from being judged.

    ``reason`` is one line without the path; it begins with the cell and ends with the line where there are such.
    """

    path: str
    reason: str

    def __str__(self) -> str:
        return " ".join(f"{shown(self.path)}: {self.reason}".split())

    @property
    def is_own(self) -> bool:
        return self.reason.startswith(INTERNAL_ERROR)

    @property
    def what(self) -> str:
        """The reason without cell and line."""
        return self._parts["what"] or ""

    @property
    def cell(self) -> int | None:
        return None if self._parts["cell"] is None else int(self._parts["cell"])

    @property
    def line(self) -> int | None:
        """From 1, in a cell from its beginning."""
        return None if self._parts["line"] is None else int(self._parts["line"])

    @property
    def order(self) -> tuple[str, int, int]:
        return self.path, self.cell or 0, self.line or 0

    @property
    def _parts(self) -> Mapping[str, str | None]:
        match = _REASON.fullmatch(self.reason)
        assert match is not None
        return match.groupdict()
