"""What the watcher sees of the values: their kind, range, size and gradient."""

from __future__ import annotations

from pathlib import Path

import pytest

from bcelint.finding import Verdict
from tests.runtime.watching import run_text

KINDS = {
    "sigmoid": ("torch.sigmoid(x)", "probabilities"),
    "layer": ("nn.Sigmoid()(x)", "probabilities"),
    "method": ("x.sigmoid()", "probabilities"),
    "softmax": ("F.softmax(x, dim=1)", "probabilities"),
    "view": ("torch.sigmoid(x).view(-1).reshape(4, 3)", "probabilities"),
    "index": ("torch.sigmoid(x)[:, :3]", "probabilities"),
    "mask": ("torch.sigmoid(x)[torch.ones(4, 3, dtype=torch.bool)].view(4, 3)", "probabilities"),
    "cat": ("torch.cat([torch.sigmoid(x[:2]), torch.sigmoid(x[2:])])", "probabilities"),
    "complement": ("1 - torch.sigmoid(x)", "probabilities"),
    "exp of log": ("F.log_softmax(x, dim=1).exp()", "probabilities"),
    "loop": ("torch.stack([row for row in torch.sigmoid(x)])", "probabilities"),
    "to": ("torch.sigmoid(x).to('cpu').double().float()", "probabilities"),
    "linear": ("nn.Linear(3, 3)(x)", "logits"),
    "functional linear": ("F.linear(torch.sigmoid(x), nn.Parameter(torch.rand(3, 3)))", "logits"),
    "conv": ("nn.Conv1d(4, 4, 1)(torch.sigmoid(x).unsqueeze(0)).squeeze(0)", "logits"),
    "log": ("F.log_softmax(x, dim=1)", "log-probabilities"),
}


@pytest.mark.parametrize(("prediction", "kind"), KINDS.values(), ids=KINDS)
def test_kind_comes_of_the_operation(tmp_path: Path, prediction: str, kind: str) -> None:
    watched = run_text(tmp_path, f"x = torch.randn(4, 3, requires_grad=True)\nF.binary_cross_entropy_with_logits({prediction}, torch.ones(4, 3))")
    assert watched.error is None
    assert watched.call.facts["input"].startswith(kind + ",")


def test_values_that_happen_to_be_probabilities_are_none(tmp_path: Path) -> None:
    watched = run_text(
        tmp_path,
        """
        import numpy
        p = torch.from_numpy(numpy.full((4, 3), 0.5, dtype="float32"))
        F.binary_cross_entropy_with_logits(p, torch.ones(4, 3))
        F.binary_cross_entropy(p, torch.ones(4, 3))
        """,
    )
    assert [call.verdict for call in watched.report.calls] == [Verdict.UNKNOWN, Verdict.UNKNOWN]
    assert not watched.codes


def test_values_seen_outside_are_evidence(tmp_path: Path) -> None:
    watched = run_text(
        tmp_path,
        """
        import numpy
        y = torch.from_numpy(numpy.array([0.0, 255.0], dtype="float32"))
        F.binary_cross_entropy_with_logits(torch.randn(2), y)
        F.binary_cross_entropy(y / 2, torch.ones(2))
        """,
    )
    assert watched.codes == {3: {"BCE202"}, 4: {"BCE101"}}
    assert isinstance(watched.error, RuntimeError)


def test_another_network_ends_the_claim(tmp_path: Path) -> None:
    watched = run_text(
        tmp_path,
        """
        critic = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))
        F.binary_cross_entropy_with_logits(critic(torch.softmax(torch.randn(4, 3), 1)), torch.ones(4, 1))
        """,
    )
    assert watched.call.verdict is Verdict.OK


@pytest.mark.parametrize(
    "change", ["p.mul_(9)", "p[0] = 7", "p.view(-1).add_(3)", "torch.nn.init.normal_(p)", "p += 1", "p.data = torch.randn(4, 3)"]
)
def test_a_change_in_place_ends_the_claim(tmp_path: Path, change: str) -> None:
    watched = run_text(tmp_path, f"p = torch.sigmoid(torch.randn(4, 3))\n{change}\nF.binary_cross_entropy_with_logits(p, torch.ones(4, 3))")
    assert not watched.codes
    assert "probabilities" not in watched.call.facts["input"]


def test_an_activation_in_place_makes_the_claim(tmp_path: Path) -> None:
    watched = run_text(tmp_path, "p = torch.randn(4, 3)\np.sigmoid_()\nF.binary_cross_entropy_with_logits(p, torch.ones(4, 3))")
    assert watched.codes == {3: {"BCE102"}}


def test_a_trained_leaf_is_no_probability(tmp_path: Path) -> None:
    watched = run_text(
        tmp_path, "mask = torch.rand(4)\nmask.requires_grad = True\nF.binary_cross_entropy_with_logits(mask, torch.ones(4)).backward()"
    )
    assert not watched.codes
    assert watched.call.facts["input"] == "float32, (4,), gradient"


def test_gradient_is_seen_and_its_cut_is_found(tmp_path: Path) -> None:
    watched = run_text(
        tmp_path,
        """
        net = nn.Linear(3, 2)
        logits = net(torch.randn(4, 3))
        hard = logits.argmax(1).float()
        loss = F.cross_entropy(logits, torch.zeros(4).long()) + F.mse_loss(hard, hard)
        loss = loss + F.binary_cross_entropy(hard, torch.ones(4))
        loss.backward()
        """,
    )
    assert watched.codes == {5: {"BCE303"}}
    (finding,) = [f for f in watched.report.findings if f.code == "BCE303"]
    assert "argmax" in finding.message
    assert finding.trace[0].line == 3 + 4


def test_a_loss_that_is_only_shown_is_not_trained_on(tmp_path: Path) -> None:
    watched = run_text(
        tmp_path,
        """
        logits = nn.Linear(3, 2)(torch.randn(4, 3))
        shown = F.cross_entropy(logits.detach(), torch.zeros(4).long())
        F.cross_entropy(logits, torch.zeros(4).long()).backward()
        """,
    )
    assert not watched.codes


@pytest.mark.parametrize("power", ["y = y**2", "y **= 2", "y = 2**y - 1", "y = y.pow(2)", "y = torch.pow(y, 2)"])
def test_powers_are_seen_however_they_are_written(tmp_path: Path, power: str) -> None:
    watched = run_text(tmp_path, f"y = torch.rand(4, 3)\n{power}\nF.binary_cross_entropy(y, torch.rand(4, 3))")
    assert watched.call.verdict is Verdict.OK


def test_marks_that_are_masked_out_are_no_evidence(tmp_path: Path) -> None:
    watched = run_text(
        tmp_path,
        """
        import numpy
        y = torch.from_numpy(numpy.array([0.0, -1.0], dtype="float32"))
        logits = torch.randn(2)
        F.binary_cross_entropy_with_logits(logits, y, reduction="none")[y >= 0].mean()
        F.binary_cross_entropy_with_logits(logits, y, weight=(y >= 0).float())
        F.binary_cross_entropy_with_logits(logits, y)
        F.binary_cross_entropy(logits.sigmoid(), y, reduction="none")
        """,
    )
    assert watched.codes == {6: {"BCE202"}, 7: {"BCE202"}}


def test_a_size_that_varies_is_no_fact(tmp_path: Path) -> None:
    """A choice between ever other numbers of candidates may have a single one now and then."""
    watched = run_text(
        tmp_path,
        """
        score = nn.Linear(4, 1)

        def step(candidates):
            scores = score(candidates).squeeze(-1).unsqueeze(0)
            F.cross_entropy(scores, torch.tensor([0]))
            F.nll_loss(F.log_softmax(scores, dim=1), torch.tensor([0]))

        for n in (3, 1, 5):
            step(torch.randn(n, 4))
        """,
    )
    assert not watched.codes
    only_one = run_text(tmp_path, "F.cross_entropy(nn.Linear(4, 1)(torch.randn(3, 4)), torch.zeros(3).long())")
    assert only_one.codes == {1: {"BCE301"}}


def test_a_derivative_of_zero_is_a_cut_too(tmp_path: Path) -> None:
    """``round`` leaves ``requires_grad`` as it is, and lets nothing through."""
    watched = run_text(
        tmp_path,
        """
        logits = nn.Linear(3, 1)(torch.randn(4, 3))
        hard = torch.sigmoid(logits).round().view(-1)
        F.binary_cross_entropy(hard, torch.ones(4)).backward()
        """,
    )
    assert watched.codes == {3: {"BCE303"}}
    assert watched.error is None


def test_literals_are_told_apart(tmp_path: Path) -> None:
    """Calls at one place with other literals; what is remembered of one is not said of the next."""
    watched = run_text(
        tmp_path,
        """
        seen = []
        for data in ([0.0, 1.0], [-1.0, 1.0], [[0.5, 0.5]], [[-3.0, 9.0]]):
            y = torch.tensor(data)
            F.binary_cross_entropy_with_logits(torch.zeros_like(y), y)
        """,
    )
    assert [call.facts["target"].partition(", float")[0] for call in sorted(watched.report.calls, key=str)] == ["[-1, 1]"]
    ranges = [str(call.target.facts.interval) for call, _ in watched.watcher.loss_calls()]
    assert ranges == ["[0, 1]", "[-1, 1]", "[0.5, 0.5]", "[-3, 9]"]
    deep = run_text(tmp_path, "torch.tensor([[[[[[0.0] * 60] * 60] * 60] * 3] * 3] * 3)")
    assert deep.error is None
