"""BCE101 to BCE107: the prediction is not of the kind that the loss was made for."""

from __future__ import annotations

import pytest

from bcelint.facts import Claim, Facts, Kind
from bcelint.places import FixedPlace, Step
from tests.rules.build import INF, LABELS, LOG_SIGMOID, LOG_SOFTMAX, LOGITS, NOTHING, SIGMOID, SOFTMAX, TANH, call, facts, said


class TestBCE101:
    @pytest.mark.parametrize("prediction", [LOGITS, TANH, LOG_SIGMOID, facts(range=(0, INF)), facts(range=(0, 1.01))])
    def test_speaks_of_values_outside_of_zero_and_one(self, prediction: Facts) -> None:
        assert said("BCE101", call("BCELoss", prediction, LABELS))

    @pytest.mark.parametrize(
        "prediction",
        [
            NOTHING,
            SIGMOID,
            SOFTMAX,
            facts(range=(0, 1.0001)),
            facts(range=(-INF, INF), tight=False),
            facts(Kind.LOGITS, (0, 1)),
            facts(range=(0.2, 0.3)),
        ],
    )
    def test_is_silent_where_nothing_is_wrong_or_known(self, prediction: Facts) -> None:
        assert said("BCE101", call("BCELoss", prediction, LABELS)) is None

    def test_is_silent_of_other_losses(self) -> None:
        assert said("BCE101", call("BCEWithLogitsLoss", LOGITS, LABELS)) is None

    def test_names_both_ends_and_the_repair(self) -> None:
        assert said("BCE101", call("BCELoss", LOGITS)) == (
            "logits (Linear at model.py:5) reach BCELoss, which wants probabilities; use BCEWithLogitsLoss or add a sigmoid"
        )
        functional = said("BCE101", call("BCELoss", TANH, functional=True))
        assert functional == (
            "values in [-1, 1] (tanh at model.py:5) reach binary_cross_entropy, which wants probabilities; "
            "use binary_cross_entropy_with_logits on the logits or a sigmoid instead"
        )


class TestBCE102:
    @pytest.mark.parametrize("loss", ["BCEWithLogitsLoss", "MultiLabelSoftMarginLoss", "SoftMarginLoss", "sigmoid_focal_loss"])
    @pytest.mark.parametrize("prediction", [SIGMOID, SOFTMAX, LOG_SIGMOID, LOG_SOFTMAX])
    def test_speaks_of_probabilities(self, loss: str, prediction: Facts) -> None:
        assert said("BCE102", call(loss, prediction, LABELS))

    @pytest.mark.parametrize("prediction", [NOTHING, LOGITS, TANH, LABELS])
    def test_is_silent_of_what_no_sigmoid_made(self, prediction: Facts) -> None:
        assert said("BCE102", call("BCEWithLogitsLoss", prediction)) is None

    def test_is_silent_of_losses_without_a_sigmoid(self) -> None:
        assert said("BCE102", call("BCELoss", SIGMOID)) is None
        assert said("BCE102", call("CrossEntropyLoss", SIGMOID)) is None

    def test_names_both_ends_and_the_repair(self) -> None:
        assert said("BCE102", call("BCEWithLogitsLoss", SIGMOID)) == (
            "probabilities reach BCEWithLogitsLoss: sigmoid at model.py:5, and again inside the loss; use BCELoss or drop the sigmoid"
        )
        assert said("BCE102", call("BCEWithLogitsLoss", SOFTMAX, functional=True)) == (
            "probabilities reach binary_cross_entropy_with_logits: softmax at model.py:5, and a sigmoid inside the loss; drop the softmax"
        )

    def test_the_focal_loss_has_no_other_half(self) -> None:
        message = said("BCE102", call("sigmoid_focal_loss", SIGMOID, functional=True))
        assert message is not None
        assert message.endswith("and again inside the loss; drop the sigmoid")

    def test_moved_to_the_unit_interval_there_is_no_sigmoid_to_drop(self) -> None:
        assert said("BCE102", call("BCEWithLogitsLoss", facts(Kind.PROBABILITIES, note="add"))) == (
            "probabilities reach BCEWithLogitsLoss: add at model.py:5, and a sigmoid inside the loss; use BCELoss or drop the activation"
        )


class TestBCE103:
    @pytest.mark.parametrize("prediction", [SIGMOID, SOFTMAX])
    def test_speaks_of_probabilities(self, prediction: Facts) -> None:
        assert said("BCE103", call("CrossEntropyLoss", prediction))

    @pytest.mark.parametrize("prediction", [NOTHING, LOGITS, LOG_SOFTMAX, LOG_SIGMOID, TANH])
    def test_is_silent_of_anything_else(self, prediction: Facts) -> None:
        assert said("BCE103", call("CrossEntropyLoss", prediction)) is None

    def test_names_both_ends_and_the_repair(self) -> None:
        assert said("BCE103", call("CrossEntropyLoss", SOFTMAX)) == (
            "probabilities reach CrossEntropyLoss: softmax at model.py:5, and again inside the loss; drop the softmax"
        )


WRONG_LOGS = [LOGITS, SIGMOID, SOFTMAX, TANH, facts(range=(0, 1)), facts(range=(-INF, 1))]
RIGHT_LOGS = [NOTHING, LOG_SOFTMAX, LOG_SIGMOID, facts(range=(-INF, 0)), facts(range=(-INF, 1e-6)), facts(range=(-INF, INF), tight=False)]


@pytest.mark.parametrize(("code", "loss"), [("BCE104", "NLLLoss"), ("BCE105", "KLDivLoss"), ("BCE106", "CTCLoss")])
class TestLogProbabilitiesWanted:
    @pytest.mark.parametrize("prediction", WRONG_LOGS)
    def test_speaks_of_what_is_no_log_probability(self, code: str, loss: str, prediction: Facts) -> None:
        message = said(code, call(loss, prediction))
        assert message is not None
        assert "which wants log-probabilities" in message

    @pytest.mark.parametrize("prediction", RIGHT_LOGS)
    def test_is_silent_of_log_probabilities_and_the_unknown(self, code: str, loss: str, prediction: Facts) -> None:
        assert said(code, call(loss, prediction)) is None

    def test_leaves_the_other_losses_to_the_other_rules(self, code: str, loss: str) -> None:
        for other in {"NLLLoss", "KLDivLoss", "CTCLoss", "CrossEntropyLoss"} - {loss}:
            assert said(code, call(other, LOGITS)) is None


@pytest.mark.parametrize(
    ("code", "loss", "first", "last"),
    [("BCE102", "BCEWithLogitsLoss", "sigmoid", "sigmoid"), ("BCE103", "CrossEntropyLoss", "softmax", "sigmoid")],
)
def test_of_two_activations_both_are_to_go(code: str, loss: str, first: str, last: str) -> None:
    steps = (Step(FixedPlace("train.py", 9), last), Step(FixedPlace("model.py", 5), f"{first} before it"))
    message = said(code, call(loss, Facts(kind=Claim(Kind.PROBABILITIES, steps)), LABELS)) or ""
    assert message.endswith(f"; drop both it and the {first} before it at model.py:5")


def test_the_log_of_a_sigmoid_is_no_log_softmax() -> None:
    assert "use log_softmax" in str(said("BCE105", call("KLDivLoss", SOFTMAX)))
    sigmoid = Facts(kind=Claim(Kind.PROBABILITIES, (Step(FixedPlace("a.py", 1, 1), "sigmoid"),)))
    assert "take their log" in str(said("BCE105", call("KLDivLoss", sigmoid)))


class TestNumbersThatNothingLearnsBy:
    @pytest.mark.parametrize("maker", ["tensor", "Tensor", "as_tensor", "rand", "randn"])
    def test_what_the_loss_makes_of_them_is_asked(self, maker: str) -> None:
        assert said("BCE104", call("NLLLoss", facts(range=(-INF, INF), grad=False, note=maker))) is None

    @pytest.mark.parametrize(
        "prediction",
        [
            facts(range=(-INF, INF), grad=True, note="randn"),
            facts(range=(-INF, INF), note="randn"),
            facts(range=(-INF, INF), grad=False, note="made"),
            facts(Kind.LOGITS, (-INF, INF), grad=False, note="randn"),
        ],
    )
    def test_something_may_learn_or_has_learned(self, prediction: Facts) -> None:
        assert said("BCE104", call("NLLLoss", prediction))


class TestBCE105Target:
    @pytest.mark.parametrize("target", [LOG_SOFTMAX, LOGITS, TANH])
    def test_speaks_of_a_target_that_is_no_probability(self, target: Facts) -> None:
        assert said("BCE105", call("KLDivLoss", LOG_SOFTMAX, target))
        assert said("BCE105", call("KLDivLoss", LOG_SOFTMAX, target, options={"log_target": False}))

    def test_speaks_of_probabilities_with_log_target(self) -> None:
        message = said("BCE105", call("KLDivLoss", LOG_SOFTMAX, SOFTMAX, options={"log_target": True}))
        assert message is not None
        assert message.endswith("drop log_target=True or use log_softmax")

    @pytest.mark.parametrize("target", [NOTHING, SOFTMAX, LABELS, facts(range=(-INF, INF), tight=False)])
    def test_is_silent_of_probabilities(self, target: Facts) -> None:
        assert said("BCE105", call("KLDivLoss", LOG_SOFTMAX, target)) is None

    def test_is_silent_of_logs_with_log_target_and_of_an_unknown_log_target(self) -> None:
        assert said("BCE105", call("KLDivLoss", LOG_SOFTMAX, LOG_SOFTMAX, options={"log_target": True})) is None
        assert said("BCE105", call("KLDivLoss", LOG_SOFTMAX, LOG_SOFTMAX, options={"log_target": None})) is None


class TestBCE107:
    @pytest.mark.parametrize("loss", ["BCELoss", "BCEWithLogitsLoss", "NLLLoss"])
    def test_speaks_of_the_one_value_of_a_softmax_over_one(self, loss: str) -> None:
        assert said("BCE107", call(loss, facts(Kind.PROBABILITIES, (1, 1), note="softmax", axis=1)))
        assert said("BCE107", call(loss, facts(Kind.LOG_PROBABILITIES, (0, 0), note="log_softmax", axis=1)))

    @pytest.mark.parametrize("prediction", [NOTHING, SOFTMAX, LOG_SOFTMAX, facts(range=(1, 1)), facts(Kind.PROBABILITIES, (0, 0))])
    def test_is_silent_of_anything_else(self, prediction: Facts) -> None:
        assert said("BCE107", call("BCELoss", prediction)) is None
