"""BCE201 to BCE204: the target."""

from __future__ import annotations

import pytest

from bcelint.facts import DType, Facts, Shape
from tests.rules.build import INF, LABELS, LOGITS, NOTHING, SIGMOID, TANH, call, facts, said

ROW, COLUMN, LINEAR = Shape((32,)), Shape((32, 1)), Shape((None, 1), open=True)
SHAPES = [(4,), (4, 1), (1, 4), (4, 4), (1,), (), (4, 3), (3,), (4, 2, 3), (1, 3)]


class TestBCE201:
    @pytest.mark.parametrize("loss", ["BCELoss", "BCEWithLogitsLoss", "sigmoid_focal_loss"])
    @pytest.mark.parametrize("dtype", [DType.INT64, DType.INT32, DType.UINT8, DType.BOOL, DType.INTEGRAL])
    def test_speaks_of_integers_and_bools(self, loss: str, dtype: DType) -> None:
        assert said("BCE201", call(loss, NOTHING, facts(dtype=dtype)))

    @pytest.mark.parametrize("dtype", [DType.FLOAT32, DType.FLOAT64, DType.FLOATING, None])
    def test_is_silent_of_floats(self, dtype: DType | None) -> None:
        assert said("BCE201", call("BCEWithLogitsLoss", LOGITS, facts(dtype=dtype))) is None

    def test_float64_beside_float32_in_bceloss_only(self) -> None:
        assert said("BCE201", call("BCELoss", SIGMOID, facts(dtype=DType.FLOAT64)))
        assert said("BCE201", call("BCELoss", NOTHING, facts(dtype=DType.FLOAT64))) is None

    def test_multi_label_soft_margin_takes_integers_but_no_bools(self) -> None:
        assert said("BCE201", call("MultiLabelSoftMarginLoss", LOGITS, facts(dtype=DType.INT64))) is None
        assert said("BCE201", call("MultiLabelSoftMarginLoss", LOGITS, facts(dtype=DType.BOOL)))

    def test_cross_entropy_wants_integers(self) -> None:
        assert said("BCE201", call("CrossEntropyLoss", LOGITS, facts(dtype=DType.INT64))) is None


class TestBCE202:
    @pytest.mark.parametrize("target", [TANH, facts(range=(0, 255)), facts(range=(-INF, INF)), LOGITS])
    def test_speaks_of_targets_outside_of_zero_and_one(self, target: Facts) -> None:
        assert said("BCE202", call("BCEWithLogitsLoss", LOGITS, target))

    @pytest.mark.parametrize("target", [NOTHING, LABELS, SIGMOID, facts(range=(-INF, INF), tight=False), facts(range=(0.1, 0.9))])
    def test_is_silent_of_the_rest(self, target: Facts) -> None:
        assert said("BCE202", call("BCEWithLogitsLoss", LOGITS, target)) is None

    def test_signs_belong_into_soft_margin(self) -> None:
        assert said("BCE202", call("SoftMarginLoss", LOGITS, TANH)) is None


class TestBCE203:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (COLUMN, ROW),
            (LINEAR, ROW),
            (LINEAR, Shape((None,))),
            (Shape((4, 3)), Shape((4, 2))),
            (Shape((4, 1, None, None)), Shape((4, 8, 8))),
            (Shape((3,), open=True), Shape((2,), open=True)),
        ],
    )
    def test_speaks_of_shapes_that_differ(self, one: Shape, other: Shape) -> None:
        assert said("BCE203", call("BCEWithLogitsLoss", facts(shape=one), facts(shape=other)))
        assert said("BCE203", call("BCELoss", facts(shape=other), facts(shape=one)))

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (COLUMN, COLUMN),
            (LINEAR, COLUMN),
            (Shape(("batch", 1)), Shape(("n", 1))),
            (Shape((None, 1)), Shape((32, None))),
            (Shape((1,), open=True), Shape((None,))),
            (None, ROW),
        ],
    )
    def test_is_silent_where_they_may_be_equal(self, one: Shape | None, other: Shape) -> None:
        assert said("BCE203", call("BCEWithLogitsLoss", facts(shape=one), facts(shape=other))) is None

    def test_a_broadcasting_loss_only_where_a_square_comes_out(self) -> None:
        assert said("BCE203", call("MultiLabelSoftMarginLoss", facts(shape=COLUMN), facts(shape=ROW)))
        assert said("BCE203", call("MultiLabelSoftMarginLoss", facts(shape=Shape((4, 3))), facts(shape=Shape((3,))))) is None
        for column, row in [((1, 1), (1,)), ((4, 1), (1,)), ((1, 1), (4,)), ((None, 1), (None,))]:
            assert said("BCE203", call("MultiLabelSoftMarginLoss", facts(shape=Shape(column)), facts(shape=Shape(row)))) is None
        assert said("BCE203", call("MultiLabelSoftMarginLoss", facts(shape=Shape(("n", 1))), facts(shape=Shape(("n",)))))

    @pytest.mark.parametrize("prediction", SHAPES)
    @pytest.mark.parametrize("target", SHAPES)
    def test_soft_margin_expands_its_target_alone(self, prediction: tuple[int, ...], target: tuple[int, ...]) -> None:
        torch = pytest.importorskip("torch")
        try:
            torch.nn.functional.soft_margin_loss(torch.zeros(prediction), torch.ones(target))
            runs = True
        except RuntimeError:
            runs = False
        found = said("BCE203", call("SoftMarginLoss", facts(shape=Shape(prediction)), facts(shape=Shape(target))))
        assert (found is None) is runs
        for rest in range(len(prediction)):  # with less known of it nothing more is said
            known = Shape(prediction[rest:], open=True)
            assert not runs or said("BCE203", call("SoftMarginLoss", facts(shape=known), facts(shape=Shape(target)))) is None

    def test_says_which_side_to_reshape(self) -> None:
        message = said("BCE203", call("BCELoss", facts(shape=COLUMN, note="Linear"), facts(shape=ROW)))
        assert message == "prediction (32, 1) against target (32,) in BCELoss: Linear at model.py:5; use target.unsqueeze(1)"
        message = said("BCE203", call("BCELoss", facts(shape=ROW), facts(shape=COLUMN)))
        assert message is not None
        assert message.endswith("use target.squeeze(1)")
        for one, other, repair in [
            ((4, 1, 1, 1), (4,), "prediction.flatten()"),
            ((None, 1, 1), (None,), "prediction.flatten()"),
            ((4,), (4, 1, 1), "target.flatten()"),
        ]:
            message = said("BCE203", call("BCELoss", facts(shape=Shape(one)), facts(shape=Shape(other))))
            assert message is not None
            assert message.endswith(f"use {repair}")
        for one, other in [((4, 8), (4,)), ((4, 2, 1), (8,)), ((4, 1, 3, 3), (4, 3, 3)), ((4, 3), (4, 1)), ((4, 1), (4, 3))]:
            message = said("BCE203", call("BCELoss", facts(shape=Shape(one)), facts(shape=Shape(other))))
            assert message is not None
            assert message.endswith("give both one shape")


SCORES, INDICES = Shape((8, 4)), Shape((8,))


def target(dtype: DType | None, shape: Shape | None = INDICES, **more: object) -> Facts:
    return facts(dtype=dtype, shape=shape, **more)  # type: ignore[arg-type]


class TestBCE204:
    @pytest.mark.parametrize("dtype", [DType.BOOL, DType.INT32, DType.INT16, DType.INT8])
    @pytest.mark.parametrize("loss", ["CrossEntropyLoss", "NLLLoss"])
    def test_speaks_of_dtypes_that_no_class_loss_takes(self, loss: str, dtype: DType) -> None:
        assert said("BCE204", call(loss, NOTHING, target(dtype, None)))

    def test_bytes_are_taken_for_two_dimensions_only(self) -> None:
        assert said("BCE204", call("CrossEntropyLoss", facts(shape=SCORES), target(DType.UINT8))) is None
        assert said("BCE204", call("CrossEntropyLoss", facts(shape=Shape((2, 4, 3, 3))), target(DType.UINT8, Shape((2, 3, 3)))))

    def test_float_indices(self) -> None:
        assert said("BCE204", call("CrossEntropyLoss", facts(shape=SCORES), target(DType.FLOAT32)))
        assert said("BCE204", call("CrossEntropyLoss", facts(shape=Shape((None, 4), open=True)), target(DType.FLOATING)))
        assert said("BCE204", call("CrossEntropyLoss", NOTHING, target(DType.FLOAT32, None, range=(0, 3))))

    def test_floats_may_be_class_probabilities(self) -> None:
        assert said("BCE204", call("CrossEntropyLoss", facts(shape=SCORES), target(DType.FLOAT32, SCORES))) is None
        assert said("BCE204", call("CrossEntropyLoss", NOTHING, target(DType.FLOAT32))) is None
        assert said("BCE204", call("CrossEntropyLoss", facts(shape=SCORES), target(DType.FLOAT32, None))) is None
        assert said("BCE204", call("CrossEntropyLoss", facts(shape=INDICES), target(DType.FLOAT32, INDICES))) is None

    def test_nll_takes_no_floats(self) -> None:
        message = said("BCE204", call("NLLLoss", facts(shape=SCORES), target(DType.FLOAT32, SCORES)))
        assert message is not None
        assert "CrossEntropyLoss" in message

    def test_one_hot_longs(self) -> None:
        assert said("BCE204", call("CrossEntropyLoss", facts(shape=SCORES), target(DType.INT64, SCORES)))
        assert said("BCE204", call("CrossEntropyLoss", facts(shape=SCORES), target(DType.INT64, Shape((8, 1)))))
        ends = Shape((None, 4), open=True)
        assert said("BCE204", call("CrossEntropyLoss", facts(shape=ends), target(DType.INT64, ends)))

    @pytest.mark.parametrize("indices", [Shape((4, 256, 256)), Shape((256, 256), open=True)])
    def test_the_last_side_of_an_image_is_no_class_count(self, indices: Shape) -> None:
        scores = Shape((4, 21, 256, 256), open=True)
        assert said("BCE204", call("CrossEntropyLoss", facts(shape=scores), target(DType.INT64, indices))) is None

    def test_says_what_repairs_a_target_of_too_many_dimensions(self) -> None:
        column = said("BCE204", call("CrossEntropyLoss", facts(shape=SCORES), target(DType.INT64, Shape((8, 1)))))
        one_hot = said("BCE204", call("CrossEntropyLoss", facts(shape=SCORES), target(DType.INT64, SCORES)))
        into_nll = said("BCE204", call("NLLLoss", facts(shape=SCORES), target(DType.INT64, SCORES)))
        narrow = said("BCE204", call("CrossEntropyLoss", facts(shape=SCORES), target(DType.INT32, SCORES)))
        ends = [message and message.rpartition("; ")[2] for message in (column, one_hot, into_nll, narrow)]
        assert ends == ["squeeze it to class indices", "pass class indices, or add .float()", "pass class indices", "add .long()"]

    def test_one_class_is_no_one_hot(self) -> None:
        ends = Shape((None, 1), open=True)
        assert said("BCE204", call("CrossEntropyLoss", facts(shape=ends), target(DType.INT64, ends))) is None

    def test_indices_of_one_dimension_fewer_are_right(self) -> None:
        assert said("BCE204", call("CrossEntropyLoss", facts(shape=SCORES), target(DType.INT64))) is None
        assert said("BCE204", call("CrossEntropyLoss", facts(shape=Shape((2, 4, 3, 3))), target(DType.INT64, Shape((2, 3, 3))))) is None
        assert said("BCE204", call("CrossEntropyLoss", facts(shape=Shape((None, 4), open=True)), target(DType.INT64, SCORES))) is not None
        assert said("BCE204", call("CrossEntropyLoss", facts(shape=Shape((4,), open=True)), target(DType.INT64, SCORES))) is None
        assert said("BCE204", call("CrossEntropyLoss", NOTHING, target(DType.INT64, SCORES))) is None
