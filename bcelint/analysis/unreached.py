"""The loss calls that stand in the text and were not evaluated: unknown, each with the reason."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bcelint.finding import JudgedCall, Position, Verdict
from bcelint.project.reached import MODULE, Reached
from bcelint.project.written import Reader, Written

if TYPE_CHECKING:
    from bcelint.analysis.workspace import Workspace
    from bcelint.project.source import Source

UNCALLED = "it is built here, and no call of it was met"
REPLACED = "another one of its name, further down, takes the place of its function or class"
RULED_OUT = "it stands in code that a test rules out"
NOT_ENTERED = "its function was not called in what was evaluated"
NOT_REACHED = "it was not reached"
"""Where it is not known why."""

Spot = tuple[str, int, int]


def unreached(
    workspace: Workspace, files: Iterable[str], calls: Sequence[JudgedCall], reached: Sequence[Reached], trouble: Mapping[str, str]
) -> Iterator[JudgedCall]:
    """The calls of losses in ``files`` that are none of ``calls``, all that were judged.

    ``reached`` is what the evaluations came to; ``trouble`` says of files why they could not be evaluated.
    """
    known = {_spot(position) for call in calls for position in (call.inner, *call.built)}
    by_path: dict[str, list[Reached]] = {}
    for each in reached:
        by_path.setdefault(os.path.realpath(each.path), []).append(each)
    readers: dict[int, Reader] = {}
    for path in files:
        project = workspace.project_of(path)
        reader = readers.setdefault(id(project), Reader(project))
        real = os.path.realpath(path)
        for written in reader.calls(path):
            if (real, written.line, written.column) not in known:
                yield _unknown(
                    written, _position(path, written, workspace.source(path)), _reason(written, by_path.get(real, []), trouble.get(path, ""))
                )


def _unknown(written: Written, at: Position, reason: str) -> JudgedCall:
    built = (at,) if written.is_constructor else ()
    return JudgedCall(written.loss, at, at, Verdict.UNKNOWN, reason, is_constructor=written.is_constructor, function=written.function, built=built)


def _reason(written: Written, reached: Sequence[Reached], trouble: str) -> str:
    if written.is_constructor and any((written.line, written.column) in each.uncalled for each in reached):
        return UNCALLED
    if written.unread:
        return f"not reached: {written.unread}{f' ({trouble})' if trouble else ''}"
    reasons = [reason for each in reached for reason in [_why(written, each)] if reason] or [trouble]
    return f"not reached: {reasons[0]}" if reasons[0] else NOT_REACHED


def _why(written: Written, reached: Reached) -> str:
    """Why an evaluation of the file did not come to the call; "" where it is not known."""
    if reached.left_out:
        return reached.left_out
    if any(span[:2] <= (written.line, written.column) <= span[2:] for span in reached.ruled_out):
        return RULED_OUT
    for line, column, reason in reached.dropped:
        if (line, column) == (written.line, written.column):
            return reason
    if written.replaced:
        return REPLACED
    for name in written.outer:
        if name in reached.broken_off:
            return reached.broken_off[name]
        if name in reached.entered:
            return NOT_ENTERED if name != written.outer[0] else ""
        if name in reached.passed_over:
            return reached.passed_over[name]
    return reached.broken_off.get(MODULE) or (NOT_ENTERED if written.outer else "")


def _spot(position: Position) -> Spot:
    return os.path.realpath(position.path), position.line, position.column


def _position(path: str, written: Written, source: Source | None) -> Position:
    cell = None if source is None else source.cell_at(written.line)
    number, above = (None, 0) if cell is None else (cell.number, cell.first - 1)
    return Position(path, written.line, written.column, written.end_line, written.end_column, number, above)
