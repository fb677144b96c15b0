"""BCE901 and BCE902: advice."""

from __future__ import annotations

from bcelint.facts import Kind
from tests.rules.build import LOG_SIGMOID, LOG_SOFTMAX, LOGITS, NOTHING, SIGMOID, SOFTMAX, call, facts, said


def test_sigmoid_then_bceloss() -> None:
    message = said("BCE901", call("BCELoss", SIGMOID))
    assert message is not None
    assert message.startswith("sigmoid at model.py:5, then BCELoss")
    for prediction in (SOFTMAX, LOGITS, NOTHING, facts(Kind.PROBABILITIES, (0, 1), note="softmax")):
        assert said("BCE901", call("BCELoss", prediction)) is None
    assert said("BCE901", call("BCEWithLogitsLoss", SIGMOID)) is None


def test_log_softmax_then_cross_entropy() -> None:
    message = said("BCE902", call("CrossEntropyLoss", LOG_SOFTMAX, functional=True))
    assert message == "log_softmax at model.py:5, and again inside cross_entropy: harmless; drop it or use nll_loss"
    for prediction in (LOG_SIGMOID, SOFTMAX, LOGITS, NOTHING):
        assert said("BCE902", call("CrossEntropyLoss", prediction)) is None
    assert said("BCE902", call("NLLLoss", LOG_SOFTMAX)) is None
