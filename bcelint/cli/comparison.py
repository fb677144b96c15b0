"""The two witnesses side by side: for each loss call that ran, what was inferred and what was observed."""

from __future__ import annotations

import enum
import os
from collections.abc import Sequence
from dataclasses import dataclass

from bcelint.finding import JudgedCall, Position, Verdict


class Agreement(enum.Enum):
    AGREE = "agree"
    STATIC_UNKNOWN = "static unknown"
    RUN_UNKNOWN = "run unknown"
    RUN_SEES_MORE = "run sees more"
    """What is inferred is confirmed, and there is more: in what is not known of a call that is partly known, or in values or sizes."""
    OTHER_CASE = "other case"
    """The misuse is inferred of a case (``when `args.loss == "bce"` ``) and the run took another."""
    DISAGREE = "disagree"


@dataclass(frozen=True)
class Row:
    """One loss call: the verdict (with the codes of a misuse) of each witness, and whether they agree."""

    position: Position
    loss: str
    inferred: str
    observed: str
    outcome: Agreement


def compared(inferred: Sequence[JudgedCall], observed: Sequence[JudgedCall]) -> list[Row]:
    """A row for every observed loss call, in the order of their places."""
    rows = []
    for call in sorted(observed, key=lambda call: (call.position, call.inner)):
        rows.append(_row(_twins(inferred, call), call))
    return rows


def _twins(inferred: Sequence[JudgedCall], call: JudgedCall) -> list[JudgedCall]:
    """The inferred calls of the same loss: at the same column where there is one, else on the same line."""
    on_line = [each for each in inferred if each.is_constructor == call.is_constructor and _at(each.inner) == _at(call.inner)]
    return [each for each in on_line if each.inner.column == call.inner.column] or on_line


def _at(position: Position) -> tuple[str, int]:
    return os.path.realpath(position.path), position.line


def _row(twins: Sequence[JudgedCall], call: JudgedCall) -> Row:
    here = [each for each in twins if _at(each.position) == _at(call.position)] or [each for each in twins if each.position == each.inner]
    inferred = _codes(here)
    observed = _codes([call])
    verdicts = {each.verdict for each in here}
    if call.verdict is Verdict.UNKNOWN:
        outcome = Agreement.AGREE if verdicts == {Verdict.UNKNOWN} else Agreement.RUN_UNKNOWN
    elif not here or verdicts == {Verdict.UNKNOWN}:
        outcome = Agreement.STATIC_UNKNOWN
    elif inferred == observed:
        outcome = Agreement.AGREE
    elif inferred < observed and (inferred or observed.issubset(code for each in here for code in each.open_rules)):
        outcome = Agreement.RUN_SEES_MORE
    elif observed < inferred and all(each.case for each in here if each.verdict is Verdict.MISUSE):
        outcome = Agreement.OTHER_CASE
    else:
        outcome = Agreement.DISAGREE
    return Row(call.position, call.loss, _said(here, inferred), _said([call], observed), outcome)


def _codes(calls: Sequence[JudgedCall]) -> frozenset[str]:
    return frozenset(finding.code for call in calls for finding in call.findings if not finding.advice)


def _said(calls: Sequence[JudgedCall], codes: frozenset[str]) -> str:
    if codes:
        return " ".join(sorted(codes))
    if not calls:
        return "not seen"
    order = (Verdict.MISUSE, Verdict.OK, Verdict.PARTLY, Verdict.UNKNOWN)
    return min((call.verdict for call in calls), key=order.index).value
