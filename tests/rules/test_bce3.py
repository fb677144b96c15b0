"""BCE301 to BCE307: the call itself."""

from __future__ import annotations

import math

import pytest

from bcelint.facts import Claim, DType, Facts, Kind, Shape
from bcelint.losscall import Argument
from tests.rules.build import LABELS, LOG_SOFTMAX, LOGITS, NOTHING, SIGMOID, SOFTMAX, call, claim, facts, said

INDICES = facts(range=(0, 9), dtype=DType.INT64, grad=False, note="randint")


class TestBCE301:
    @pytest.mark.parametrize("shape", [Shape((8, 1)), Shape((2, 1, None, None)), Shape((1,))])
    def test_speaks_of_one_class(self, shape: Shape) -> None:
        assert said("BCE301", call("CrossEntropyLoss", facts(shape=shape)))

    @pytest.mark.parametrize("shape", [Shape((8, 4)), Shape((1, 4)), Shape((2, 5, 1)), Shape((1,), open=True), Shape((8, None)), Shape(())])
    def test_is_silent_of_more_and_of_unknown_many(self, shape: Shape) -> None:
        assert said("BCE301", call("CrossEntropyLoss", facts(shape=shape))) is None

    def test_is_about_cross_entropy_only(self) -> None:
        assert said("BCE301", call("BCEWithLogitsLoss", facts(shape=Shape((8, 1))))) is None
        assert said("BCE301", call("NLLLoss", facts(shape=Shape((8, 1))))) is None

    @pytest.mark.parametrize(
        ("target", "expected"),
        [
            (NOTHING, "is 0 whatever it says; use BCEWithLogitsLoss or two outputs"),
            (LABELS, "is 0 whatever it says; use BCEWithLogitsLoss or two outputs"),
            (facts(dtype=DType.INT64), "is 0 for target 0 and raises for any other; use BCEWithLogitsLoss or two outputs"),
            (facts(range=(0, 1), dtype=DType.INT64), "is 0 for target 0 and raises for any other; use BCEWithLogitsLoss or two outputs"),
            (INDICES, "and the targets go up to 9: CrossEntropyLoss raises; give the model 10 outputs"),
            (facts(range=(0, math.inf), dtype=DType.INT64), "is 0 for target 0 and raises for any other; use BCEWithLogitsLoss or two outputs"),
        ],
    )
    def test_says_what_the_targets_make_of_it(self, target: Facts, expected: str) -> None:
        message = said("BCE301", call("CrossEntropyLoss", facts(shape=Shape((8, 1))), target))
        assert message is not None
        assert message.endswith(expected)

    def test_labels_that_are_left_out(self) -> None:
        message = said("BCE301", call("CrossEntropyLoss", facts(shape=Shape((8, 1))), INDICES, options={"ignore_index": 9}))
        assert message is not None
        assert "is 0 whatever it says" in message

    def test_several_indices_for_each_sample(self) -> None:
        """(N, C, d) beside (N, d): the last dimension is not that of the classes."""
        scores = facts(shape=Shape((None, 1), open=True))
        indices = Facts(dtype=Claim(DType.INT64), shape=Claim(Shape((8, 5))))
        assert said("BCE301", call("CrossEntropyLoss", scores, indices)) is None
        assert said("BCE301", call("CrossEntropyLoss", scores)) is None
        assert said("BCE301", call("CrossEntropyLoss", scores, Facts(dtype=Claim(DType.INT64), shape=Claim(Shape((8,))))))
        assert said("BCE301", call("CrossEntropyLoss", scores, Facts(dtype=Claim(DType.FLOAT32), shape=Claim(Shape((8, 1))))))


class TestBCE302:
    @pytest.mark.parametrize("prediction", [LABELS, INDICES, NOTHING, facts(dtype=DType.BOOL)])
    def test_logits_as_target(self, prediction: Facts) -> None:
        assert said("BCE302", call("BCEWithLogitsLoss", prediction, LOGITS))
        assert said("BCE302", call("CrossEntropyLoss", prediction, LOGITS))

    @pytest.mark.parametrize("prediction", [LABELS, INDICES])
    def test_probabilities_as_target_and_labels_as_prediction(self, prediction: Facts) -> None:
        assert said("BCE302", call("BCELoss", prediction, SIGMOID))
        assert said("BCE302", call("NLLLoss", prediction, LOG_SOFTMAX))

    @pytest.mark.parametrize(
        ("prediction", "target"),
        [
            (SIGMOID, LABELS),
            (SIGMOID, SIGMOID),
            (NOTHING, SIGMOID),
            (facts(range=(0, 1)), SIGMOID),
            (LABELS, facts(Kind.PROBABILITIES, (0, 1), grad=False)),
            (NOTHING, facts(Kind.LOGITS, grad=False)),
            (facts(grad=True), LOGITS),
            (LOGITS, LOGITS),
        ],
    )
    def test_is_silent_where_it_may_be_meant(self, prediction: Facts, target: Facts) -> None:
        assert said("BCE302", call("BCELoss", prediction, target)) is None

    def test_kl_div(self) -> None:
        assert said("BCE302", call("KLDivLoss", LABELS, LOG_SOFTMAX))
        assert said("BCE302", call("KLDivLoss", SOFTMAX, LOG_SOFTMAX))
        assert said("BCE302", call("KLDivLoss", SOFTMAX, LOG_SOFTMAX, options={"log_target": True})) is None
        assert said("BCE302", call("KLDivLoss", LOG_SOFTMAX, SOFTMAX)) is None
        assert said("BCE302", call("KLDivLoss", LOG_SOFTMAX, LOG_SOFTMAX)) is None
        assert said("BCE302", call("KLDivLoss", NOTHING, LOG_SOFTMAX)) is None
        assert said("BCE302", call("KLDivLoss", facts(grad=False), LOG_SOFTMAX)) is None
        assert said("BCE302", call("KLDivLoss", facts(range=(0, 1), grad=True), LOG_SOFTMAX)) is None
        assert said("BCE302", call("KLDivLoss", LABELS, facts(Kind.LOG_PROBABILITIES, grad=False))) is None

    def test_symmetric_losses_and_sequences_have_no_order(self) -> None:
        assert said("BCE302", call("PoissonNLLLoss", LABELS, LOGITS)) is None
        assert said("BCE302", call("CTCLoss", LABELS, LOGITS)) is None

    def test_names_the_order(self) -> None:
        message = said("BCE302", call("BCELoss", LABELS, SIGMOID))
        assert message == "probabilities (sigmoid at model.py:5) reach BCELoss as target; exchange the arguments to (input, target)"


class TestBCE303:
    def test_speaks_of_a_cut_gradient_in_a_trained_loss(self) -> None:
        cut = facts(grad=False, note="argmax")
        message = said("BCE303", call("CrossEntropyLoss", cut, trained=True))
        assert message is not None
        assert "(argmax at model.py:5)" in message

    def test_is_silent_of_evaluation_and_of_gradients(self) -> None:
        assert said("BCE303", call("CrossEntropyLoss", facts(grad=False))) is None
        assert said("BCE303", call("CrossEntropyLoss", LOGITS, trained=True)) is None
        assert said("BCE303", call("CrossEntropyLoss", NOTHING, trained=True)) is None
        assert said("BCE303", call("CrossEntropyLoss", LOGITS, facts(grad=False), trained=True)) is None

    def test_is_silent_where_the_target_may_be_what_is_trained(self) -> None:
        cut = facts(grad=False)
        assert said("BCE303", call("KLDivLoss", cut, facts(grad=True), trained=True)) is None
        assert said("BCE303", call("KLDivLoss", cut, NOTHING, trained=True)) is None
        assert said("BCE303", call("KLDivLoss", cut, facts(grad=False), trained=True))
        assert said("BCE303", call("BCELoss", cut, SIGMOID, trained=True)) is None
        assert said("BCE303", call("BCELoss", cut, NOTHING, trained=True))


class TestBCE304:
    WEIGHTS = Argument(facts(shape=Shape((2,)), note="tensor"))

    @pytest.mark.parametrize("shape", [Shape((8, 1)), Shape((8,)), Shape(("batch",)), Shape((8, 3)), Shape((1,), open=True)])
    @pytest.mark.parametrize("name", ["weight", "pos_weight"])
    def test_two_weights_where_there_are_no_two_columns(self, shape: Shape, name: str) -> None:
        assert said("BCE304", call("BCEWithLogitsLoss", facts(shape=shape), options={name: self.WEIGHTS}))

    @pytest.mark.parametrize("shape", [Shape((8, 2)), Shape((8, 3, 2)), Shape((None,), open=True), Shape((8, None)), Shape((2,))])
    def test_weights_that_may_fit(self, shape: Shape) -> None:
        assert said("BCE304", call("BCEWithLogitsLoss", facts(shape=shape), options={"weight": self.WEIGHTS})) is None

    @pytest.mark.parametrize("weight", [Shape(()), Shape((1,)), Shape((8, 1)), Shape((None,))])
    def test_one_weight_and_weights_of_elements(self, weight: Shape) -> None:
        options = {"weight": Argument(facts(shape=weight))}
        assert said("BCE304", call("BCELoss", facts(shape=Shape((8, 1))), options=options)) is None

    def test_as_many_weights_as_an_unknown_batch_may_have(self) -> None:
        options = {"weight": Argument(facts(shape=Shape((32,))))}
        assert said("BCE304", call("BCELoss", facts(shape=Shape(("batch",))), options=options)) is None

    def test_is_about_bce_only_and_names_the_loss_that_has_pos_weight(self) -> None:
        column = facts(shape=Shape((8, 1)))
        assert said("BCE304", call("CrossEntropyLoss", column, options={"weight": self.WEIGHTS})) is None
        message = said("BCE304", call("BCELoss", column, options={"weight": self.WEIGHTS}))
        assert message is not None
        assert message == (
            "weight of (2,) (tensor at model.py:5) for a prediction of (8, 1) in BCELoss, which weighs elements, not classes; "
            "use pos_weight of BCEWithLogitsLoss with one number for each column"
        )


class TestBCE306:
    def test_a_loss_that_autocast_refuses(self) -> None:
        message = said("BCE306", call("BCELoss", SIGMOID, autocast=claim(True, "autocast")))
        assert message == (
            "BCELoss under CUDA autocast (autocast at model.py:5), where torch raises; "
            "use BCEWithLogitsLoss on logits, or switch autocast off around it"
        )

    def test_others_and_outside(self) -> None:
        assert said("BCE306", call("BCEWithLogitsLoss", LOGITS, autocast=claim(True, "autocast"))) is None
        assert said("BCE306", call("BCELoss", SIGMOID, autocast=claim(False, "autocast"))) is None
        assert said("BCE306", call("BCELoss", SIGMOID)) is None
        assert said("BCE306", call("BCELoss", is_constructor=True, autocast=claim(True, "autocast"))) is None


class TestBCE305:
    def test_tensors_in_place_of_flags(self) -> None:
        options = {"weight": Argument(NOTHING), "size_average": Argument(LABELS)}
        message = said("BCE305", call("BCELoss", options=options, is_constructor=True))
        assert message is not None
        assert message == "a tensor (float at model.py:5) is passed to the constructor of BCELoss; write BCELoss()(…)"

    def test_a_model_output_as_weight(self) -> None:
        second = {"weight": Argument(SIGMOID), "size_average": Argument(NOTHING)}
        assert said("BCE305", call("BCELoss", options=second, is_constructor=True))
        assert said("BCE305", call("CrossEntropyLoss", options={"weight": Argument(LOGITS)}, is_constructor=True))

    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"weight": Argument(LABELS)},
            {"weight": Argument(facts(Kind.PROBABILITIES, (0, 1)))},
            {"weight": Argument(NOTHING), "size_average": Argument(NOTHING)},
            {"weight": Argument(SIGMOID), "size_average": True},
            {"weight": Argument(SIGMOID), "size_average": Argument(is_tensor=False)},
            {"weight": Argument(facts(grad=True))},
            {"pos_weight": Argument(LABELS), "reduction": "sum"},
        ],
    )
    def test_rightful_options(self, options: dict[str, object]) -> None:
        assert said("BCE305", call("BCEWithLogitsLoss", options=options, is_constructor=True)) is None

    def test_only_in_constructors(self) -> None:
        assert said("BCE305", call("BCELoss", SIGMOID, LABELS, options={"size_average": Argument(LABELS)})) is None


class TestBCE307:
    def test_unknown_reduction(self) -> None:
        message = said("BCE307", call("BCELoss", options={"reduction": "Sum"}, is_constructor=True))
        assert message == 'reduction="Sum" of BCELoss is not one of "none", "mean", "sum"; use "sum"'
        assert said("BCE307", call("CrossEntropyLoss", functional=True, options={"reduction": "batchmean"}))

    @pytest.mark.parametrize("reduction", ["none", "mean", "sum", "elementwise_mean", None])
    def test_known_reductions(self, reduction: str | None) -> None:
        assert said("BCE307", call("BCELoss", options={"reduction": reduction}, is_constructor=True)) is None

    def test_batchmean_of_kl_div(self) -> None:
        assert said("BCE307", call("KLDivLoss", options={"reduction": "batchmean"}, is_constructor=True)) is None

    def test_unknown_keyword(self) -> None:
        message = said("BCE307", call("BCELoss", is_constructor=True, unknown_keywords=("pos_weight",)))
        assert message == "BCELoss has no argument `pos_weight`; it raises a TypeError"

    def test_is_said_where_the_criterion_is_built_and_not_again_at_its_calls(self) -> None:
        assert said("BCE307", call("BCELoss", SIGMOID, LABELS, options={"reduction": "avg"})) is None
