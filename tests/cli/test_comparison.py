"""How two verdicts on one loss call are told to agree."""

from __future__ import annotations

import pytest

from bcelint.cli.comparison import Agreement, compared
from bcelint.finding import Finding, JudgedCall, Position, Verdict

AT = Position("/train.py", 9, 5, 9, 30)
INNER = Position("/train.py", 3, 12, 3, 40)


def call(said: str, case: tuple[str, ...] = (), position: Position = AT, inner: Position = AT) -> JudgedCall:
    """A call with the verdict ``ok`` or ``unknown``, or a misuse with the codes given; ``partly BCE201`` leaves a rule open."""
    codes = [word for word in said.split() if word.startswith("BCE")]
    if said.startswith("partly"):
        return JudgedCall("BCELoss", position, inner, Verdict.PARTLY, case=case, open_rules=tuple(codes))
    verdict = Verdict.MISUSE if codes else Verdict(said)
    findings = tuple(Finding(code, "name", "message", position) for code in codes)
    return JudgedCall("BCELoss", position, inner, verdict, case=case, findings=findings)


@pytest.mark.parametrize(
    ("inferred", "observed", "outcome"),
    [
        ("ok", "ok", Agreement.AGREE),
        ("BCE102", "BCE102", Agreement.AGREE),
        ("unknown", "unknown", Agreement.AGREE),
        ("unknown", "BCE102", Agreement.STATIC_UNKNOWN),
        ("unknown", "ok", Agreement.STATIC_UNKNOWN),
        ("BCE102", "unknown", Agreement.RUN_UNKNOWN),
        ("BCE102", "BCE102 BCE202", Agreement.RUN_SEES_MORE),
        ("ok", "partly BCE202", Agreement.AGREE),
        ("partly BCE201", "ok", Agreement.AGREE),
        ("partly BCE201", "BCE201", Agreement.RUN_SEES_MORE),
        ("partly BCE201", "BCE102", Agreement.DISAGREE),
        ("partly BCE201", "BCE102 BCE201", Agreement.DISAGREE),
        ("partly BCE201", "unknown", Agreement.RUN_UNKNOWN),
        ("unknown", "partly BCE202", Agreement.STATIC_UNKNOWN),
        ("BCE102", "partly BCE202", Agreement.DISAGREE),
        ("ok", "BCE102", Agreement.DISAGREE),
        ("BCE102", "ok", Agreement.DISAGREE),
        ("BCE102", "BCE101", Agreement.DISAGREE),
        ("BCE102 BCE202", "BCE102", Agreement.DISAGREE),
    ],
)
def test_agreement(inferred: str, observed: str, outcome: Agreement) -> None:
    (row,) = compared([call(inferred)], [call(observed)])
    assert row.outcome is outcome


def test_a_case_that_the_run_did_not_take() -> None:
    (row,) = compared([call("BCE102", case=("args.loss == 'bce'",))], [call("ok")])
    assert row.outcome is Agreement.OTHER_CASE


def test_a_call_that_was_not_inferred() -> None:
    (row,) = compared([], [call("BCE102")])
    assert (row.inferred, row.outcome) == ("not seen", Agreement.STATIC_UNKNOWN)


def test_calls_of_a_wrapper_are_told_apart() -> None:
    """Two calls of one wrapper share the inner call; a verdict that was given at the inner one holds where there is no other."""
    other = Position("/train.py", 12, 5, 12, 30)
    wrapped = [call("BCE102", inner=INNER), call("ok", position=other, inner=INNER)]
    rows = compared(wrapped, [call("BCE102", inner=INNER), call("ok", position=other, inner=INNER)])
    assert [row.outcome for row in rows] == [Agreement.AGREE, Agreement.AGREE]
    (row,) = compared([call("unknown", position=INNER, inner=INNER), wrapped[1]], [call("BCE102", inner=INNER)])
    assert row.outcome is Agreement.STATIC_UNKNOWN
