"""The reference losses against torch's own: values and gradients, on random and extreme inputs, in every reduction; and their errors."""

from __future__ import annotations

import ast
import inspect
import math
import warnings
from pathlib import Path
from typing import Any, Callable

import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from bcelint.contracts.losses import ROWS  # noqa: E402
from bcelint.runtime import reference  # noqa: E402
from bcelint.runtime.reference import REFERENCE  # noqa: E402
from tests.runtime.drawing import REDUCTIONS, Call, Draw  # noqa: E402

SCALES = (0.1, 1.0, 30.0, 300.0)


def bce(draw: Draw) -> Call:
    shape = draw.shape()
    # torch's gradient divides by max(p (1 - p), 1e-12), so the ends of [0, 1] have a test of their own.
    p = draw.unit(shape).clamp(1e-9, 1 - 1e-9)
    return Call({"input": p, "target": draw.unit(shape), **options(draw, shape, "weight")}, ("input", "target"))


def bce_with_logits(draw: Draw) -> Call:
    shape = draw.shape()
    target = draw.unit(shape) if draw.coin() else draw.scores(shape)
    return Call({"input": draw.scores(shape), "target": target, **options(draw, shape, "weight", "pos_weight")}, ("input", "target"))


def options(draw: Draw, shape: tuple[int, ...], *names: str) -> dict[str, Any]:
    """Each of the weights now and then: of the full shape, of the last dimension or a scalar."""
    return {name: draw.weights(shape[draw.integer(0, len(shape)) :]) for name in names if draw.coin()}


def multilabel(draw: Draw) -> Call:
    shape = (*draw.shape(), draw.integer(1, 4))
    weight = {"weight": draw.weights(shape[-1:])} if draw.coin() else {}
    return Call({"input": draw.scores(shape), "target": draw.unit(shape), **weight})


def soft_margin(draw: Draw) -> Call:
    shape = draw.shape()
    scores = draw.scores(shape).clamp(-600, 600)  # torch's exponential overflows beyond 709, which has a test of its own
    return Call({"input": scores, "target": draw.signs(shape[draw.integer(0, len(shape)) :])})


def scores_and_classes(draw: Draw) -> tuple[Any, Any, dict[str, Any]]:
    """Scores (C,), (N, C) or (N, C, d1, …), the indices for them, and now and then class weights and an ignored class."""
    classes = draw.integer(1, 5)
    batch, *rest = draw.shape() or (None,)
    shape = (classes,) if batch is None else (batch, classes, *rest)
    indices = draw.integers(0, classes, shape[:0] if batch is None else (batch, *rest))
    more: dict[str, Any] = {}
    if draw.coin():
        more["weight"] = draw.weights((classes,))
    if draw.coin():
        more["ignore_index"] = draw.integer(-1, classes - 1)
    return draw.scores(shape), indices, more


def cross_entropy(draw: Draw) -> Call:
    scores, indices, more = scores_and_classes(draw)
    if draw.coin():
        more["label_smoothing"] = draw.integer(0, 10) / 10
    if draw.coin():
        more.pop("ignore_index", None)
        soft = draw.weights(scores.shape)
        return Call({"input": scores, "target": soft / soft.sum(), **more}, ("input", "target"))
    return Call({"input": scores, "target": indices, **more})


def nll(draw: Draw) -> Call:
    scores, indices, more = scores_and_classes(draw)
    return Call({"input": scores, "target": indices, **more})


def kl_div(draw: Draw) -> Call:
    shape = draw.shape()
    log_target = draw.coin()
    target = draw.scores(shape).clamp(-600, 5) if log_target else draw.unit(shape)
    # The gradient in a target of 0 is infinite on both sides.
    leaves = ("input", "target") if log_target or bool((target > 0).all()) else ("input",)
    return Call({"input": draw.scores(shape), "target": target, "log_target": log_target}, leaves)


def ctc(draw: Draw) -> Call:
    steps, batch, classes, longest = draw.integer(1, 7), draw.integer(1, 3), draw.integer(2, 4), draw.integer(1, 4)
    blank = draw.integer(0, classes - 1)
    sizes = draw.integers(0, longest + 1, (batch,))
    labels = draw.integers(0, classes - 1, (batch, longest))
    labels = labels + (labels >= blank)
    targets = labels if draw.coin() else torch.cat([labels[n, : sizes[n]] for n in range(batch)])
    lengths = draw.integers(1, steps + 1, (batch,))
    arguments = {"targets": targets, "input_lengths": lengths, "target_lengths": sizes, "blank": blank, "zero_infinity": True}
    # torch's gradient takes a log_softmax before the loss for granted.
    scores = draw.scores((steps, batch, classes)).clamp(-50, 50)
    return Call({"log_probs": scores, **arguments}, ("log_probs",), lambda x: x.log_softmax(-1))


def poisson(draw: Draw) -> Call:
    shape = draw.shape()
    log_input = draw.coin()
    x = draw.scores(shape).clamp(-500, 500) if log_input else draw.weights(shape)
    arguments = {"log_input": log_input, "full": draw.coin(), "eps": 10.0 ** -draw.integer(1, 9)}
    return Call({"input": x, "target": draw.integers(0, 9, shape).double(), **arguments})


def gaussian(draw: Draw) -> Call:
    shape = (*draw.shape(), draw.integer(1, 4))
    forms = [shape, shape[:-1], (*shape[:-1], 1), (1, *shape[1:])]
    var = draw.unit(forms[draw.integer(0, 3)]) * 2
    arguments = {"full": draw.coin(), "eps": 10.0 ** -draw.integer(1, 6)}
    return Call({"input": draw.scores(shape), "target": draw.scores(shape), "var": var, **arguments}, ("input", "target", "var"))


CASES: dict[str, tuple[Callable[[Draw], Call], Callable[..., Any]]] = {
    "BCELoss": (bce, F.binary_cross_entropy),
    "BCEWithLogitsLoss": (bce_with_logits, F.binary_cross_entropy_with_logits),
    "MultiLabelSoftMarginLoss": (multilabel, F.multilabel_soft_margin_loss),
    "SoftMarginLoss": (soft_margin, F.soft_margin_loss),
    "CrossEntropyLoss": (cross_entropy, F.cross_entropy),
    "NLLLoss": (nll, F.nll_loss),
    "KLDivLoss": (kl_div, F.kl_div),
    "CTCLoss": (ctc, F.ctc_loss),
    "PoissonNLLLoss": (poisson, F.poisson_nll_loss),
    "GaussianNLLLoss": (gaussian, F.gaussian_nll_loss),
}
REDUCTION_CASES = [(name, r) for name in CASES for r in (*REDUCTIONS, *(["batchmean"] if name == "KLDivLoss" else []))]


@pytest.mark.parametrize(("name", "reduction"), REDUCTION_CASES)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32), scale=st.sampled_from(SCALES))
def test_values_and_gradients_are_those_of_torch(name: str, reduction: str, seed: int, scale: float) -> None:
    make, of_torch = CASES[name]
    call = make(Draw(seed, scale))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected, expected_gradients = call(of_torch, reduction)
    value, gradients = call(REFERENCE[name], reduction)
    assert value.dtype is torch.float64
    torch.testing.assert_close(value, expected, equal_nan=True, rtol=1e-9, atol=1e-9)
    if bool(value.isnan().any()):
        return  # the mean of nothing: every target is the ignored class
    for gradient, right in zip(gradients, expected_gradients):
        torch.testing.assert_close(gradient, right, equal_nan=True, rtol=1e-6, atol=1e-8)


def test_every_loss_of_the_tables_is_written_down_and_tested() -> None:
    names = {row.name for row in ROWS}
    assert set(REFERENCE) == names
    assert set(CASES) == names - {"NLLLoss2d", "sigmoid_focal_loss"}  # an old name of NLLLoss, and none of torch's own


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS if row.func])
def test_parameters_are_those_of_the_tables(row: Any) -> None:
    ours = {name: p.default for name, p in inspect.signature(REFERENCE[row.name]).parameters.items()}
    theirs = {p.name: p.default for p in row.func if p.name not in ("size_average", "reduce")}
    assert list(ours) == list(theirs)
    assert {n: d for n, d in ours.items() if d is not inspect.Parameter.empty} == {n: d for n, d in theirs.items() if not hasattr(d, "name")}


def test_calls_no_loss_function_of_torch() -> None:
    allowed = {"torch." + name for name in ("double", "exp", "float64", "full_like", "inf", "log", "logaddexp", "logsumexp")}
    allowed |= {"torch." + name for name in ("ones", "ones_like", "stack", "tensor", "where", "xlogy", "zeros_like")}
    used = set()
    for path in Path(reference.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        used |= {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "torch"}
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "torch" for alias in node.names}
        assert imported <= {"Tensor"}
    assert used <= allowed


@pytest.mark.parametrize("name", [row.name for row in ROWS if row.name != "NLLLoss2d"])
def test_takes_no_other_reduction(name: str) -> None:
    make = CASES[name][0] if name in CASES else lambda draw: Call({"inputs": draw.scores((3,)), "targets": draw.unit((3,))}, ("inputs",))
    with pytest.raises(ValueError, match="avg"):
        make(Draw(1, 1.0))(REFERENCE[name], "avg")


# What has no counterpart in torch, or differs from it on purpose.


def test_bce_holds_its_logs_at_minus_100() -> None:
    p, y = torch.tensor([0.0, 1.0, 1e-60, 0.0]), torch.tensor([1.0, 0.0, 1.0, 0.0])
    value = reference.binary_cross_entropy(p, y, reduction="none")
    assert value.tolist() == pytest.approx([100.0, 100.0, 100.0, 0.0])
    assert value.tolist() == pytest.approx(F.binary_cross_entropy(p, y, reduction="none").tolist())


def test_bce_has_no_gradient_where_a_log_is_held() -> None:
    p = torch.tensor([0.0, 1.0], requires_grad=True)
    reference.binary_cross_entropy(p, torch.tensor([1.0, 0.0])).backward()
    assert p.grad is not None
    assert p.grad.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("logit", [20.0, 500.0, 1e30])
def test_bce_of_a_saturated_sigmoid_has_no_gradient_and_the_fused_loss_has(logit: float) -> None:
    x, zero = torch.tensor([logit], requires_grad=True), torch.tensor([0.0])
    (split,) = torch.autograd.grad(reference.binary_cross_entropy(torch.sigmoid(x), zero), x)
    (fused,) = torch.autograd.grad(reference.binary_cross_entropy_with_logits(x, zero), x)
    assert split.item() == 0.0
    assert fused.item() == pytest.approx(1.0)


def test_soft_margin_does_not_overflow() -> None:
    x = torch.tensor([-1e5], requires_grad=True)
    loss = reference.soft_margin_loss(x, torch.tensor([1.0]))
    assert loss.item() == 1e5
    assert torch.autograd.grad(loss, x)[0].item() == -1.0


@given(seed=st.integers(0, 2**32), scale=st.sampled_from(SCALES), gamma=st.floats(0, 5), alpha=st.floats(0, 1))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_focal_loss_is_the_weighted_cross_entropy_of_the_true_class(seed: int, scale: float, gamma: float, alpha: float) -> None:
    draw = Draw(seed, scale)
    x, y = draw.scores((6,)), draw.integers(0, 2, (6,))
    of_the_true_class = torch.sigmoid(torch.where(y == 1, x, -x))
    share = torch.where(y == 1, alpha, 1 - alpha)
    expected = share * (1 - of_the_true_class) ** gamma * -F.logsigmoid(torch.where(y == 1, x, -x))
    torch.testing.assert_close(reference.sigmoid_focal_loss(x, y, alpha, gamma), expected, rtol=1e-6, atol=1e-12)
    plain = F.binary_cross_entropy_with_logits(x, y.double())
    torch.testing.assert_close(reference.sigmoid_focal_loss(x, y, alpha=-1, gamma=0, reduction="mean"), plain)


def test_ctc_adds_up_all_alignments() -> None:
    # Two steps, one label: a-, -a and aa, of nine ways.
    log_p = torch.log(torch.tensor([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3]]))
    loss = reference.ctc_loss(log_p, torch.tensor([1]), [2], [1], reduction="none")
    assert loss.item() == pytest.approx(-math.log(0.3 * 0.1 + 0.5 * 0.6 + 0.3 * 0.6))


def test_ctc_without_alignment_is_infinite() -> None:
    log_p = torch.zeros(2, 1, 3).log_softmax(-1)
    impossible: tuple[Any, ...] = (log_p, torch.tensor([[1, 1]]), [2], [2])  # a repeat needs a blank in between
    assert reference.ctc_loss(*impossible).item() == math.inf == F.ctc_loss(*impossible).item()
    assert reference.ctc_loss(*impossible, zero_infinity=True).item() == 0.0


def ones(*shape: int) -> Any:
    return torch.ones(shape)


WRONG: list[tuple[str, str, tuple[Any, ...], type[Exception]]] = [
    ("BCELoss", "shape", (ones(4, 1), ones(4)), ValueError),
    ("BCELoss", "prediction above 1", (ones(2) * 1.5, ones(2)), RuntimeError),
    ("BCELoss", "prediction NaN", (ones(2) * math.nan, ones(2)), RuntimeError),
    ("BCELoss", "target of 2", (ones(2), ones(2) * 2), RuntimeError),
    ("BCELoss", "two weights for three", (ones(4, 3), ones(4, 3), ones(2)), RuntimeError),
    ("SoftMarginLoss", "a column of targets", (ones(4), ones(4, 1)), RuntimeError),
    ("SoftMarginLoss", "a row of targets", (ones(4, 1), ones(4)), RuntimeError),
    ("BCEWithLogitsLoss", "shape", (ones(4, 1), ones(4)), ValueError),
    ("CrossEntropyLoss", "no class 1", (ones(4, 1), torch.ones(4, dtype=torch.long)), IndexError),
    ("NLLLoss", "no class 3", (ones(4, 3), torch.full((4,), 3)), IndexError),
    ("CrossEntropyLoss", "batch", (ones(4, 3), torch.ones(5, dtype=torch.long)), ValueError),
    ("GaussianNLLLoss", "negative variance", (ones(2), ones(2), -ones(2)), ValueError),
    ("GaussianNLLLoss", "shape of the variance", (ones(4, 3), ones(4, 3), ones(2, 3)), ValueError),
]


@pytest.mark.parametrize(("name", "arguments", "error"), [pytest.param(n, a, e, id=f"{n}-{why}") for n, why, a, e in WRONG])
def test_raises_what_torch_raises(name: str, arguments: tuple[Any, ...], error: type[Exception]) -> None:
    for loss in (REFERENCE[name], CASES[name][1]):
        with pytest.raises(error):
            loss(*arguments)


@pytest.mark.parametrize("target", [ones(4), ones(4, 1).long(), torch.eye(3)[[0, 1, 2, 0]].long()])
def test_cross_entropy_takes_no_float_indices_and_no_one_hot(target: Any) -> None:
    with pytest.raises(ValueError, match="don't fit"):
        reference.cross_entropy(ones(4, 3), target)
    with pytest.raises(RuntimeError):
        F.cross_entropy(ones(4, 3), target)


def test_one_column_is_no_choice() -> None:
    scores = torch.tensor([[3.0], [-7.0]])
    assert reference.cross_entropy(scores, torch.tensor([0, 0])).item() == 0.0
    assert reference.cross_entropy(scores, torch.tensor([[1.0], [0.0]])).item() == 0.0
    assert reference.cross_entropy(scores[:, 0], torch.tensor([1.0, 0.0])).item() != 0.0  # the batch is taken for the classes


def test_ctc_lengths_that_do_not_fit() -> None:
    log_p = torch.zeros(2, 1, 3).log_softmax(-1)
    for lengths in ([3], [1]), ([2, 2], [1, 1]), ([2], [1, 1]):
        with pytest.raises(ValueError, match="length"):
            reference.ctc_loss(log_p, torch.tensor([[1]]), *lengths)
    with pytest.raises(ValueError, match="targets of shape"):
        reference.ctc_loss(log_p, torch.tensor([1]), [2], [2])
