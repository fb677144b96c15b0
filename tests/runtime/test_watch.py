"""The watcher: what it knows of tensors, where it sees a loss call, and what it leaves alone."""

from __future__ import annotations

import gc
import pickle
import sys
import weakref
from pathlib import Path

import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F

from bcelint.losscall import Verdict
from bcelint.runtime import watch
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


def test_the_place_is_the_outermost_call_that_has_the_facts(tmp_path: Path) -> None:
    watched = run_text(
        tmp_path,
        """
        def loss_of(p, y):
            p = p.view(-1)
            return sum(F.binary_cross_entropy_with_logits(each, y[i]) for i, each in enumerate(p))

        class Wrapper(nn.Module):
            def forward(self, batch):
                return loss_of(batch["p"], batch["y"])

        def step(x):
            p = torch.sigmoid(x)
            return Wrapper()({"p": p, "y": torch.ones(3)})

        step(torch.randn(3))
        """,
    )
    assert watched.codes == {11: {"BCE102"}}
    at = watched.call.position
    assert watched.call.inner.line == 3 + 4
    if sys.version_info >= (3, 11):
        assert (at.column, at.end_column) == (12, 51)


@pytest.mark.parametrize("power", ["y = y**2", "y **= 2", "y = 2**y - 1", "y = y.pow(2)", "y = torch.pow(y, 2)"])
def test_powers_are_seen_however_they_are_written(tmp_path: Path, power: str) -> None:
    watched = run_text(tmp_path, f"y = torch.rand(4, 3)\n{power}\nF.binary_cross_entropy(y, torch.rand(4, 3))")
    assert watched.call.verdict is Verdict.OK


def test_the_place_is_where_the_output_is_made_when_it_is_passed_as_target(tmp_path: Path) -> None:
    watched = run_text(
        tmp_path,
        """
        def step(net, x, y):
            loss = nn.BCEWithLogitsLoss()(y, net(x))
            loss.backward()

        step(nn.Linear(3, 1), torch.randn(4, 3), torch.randint(0, 2, (4, 1)).float())
        """,
    )
    assert list(watched.codes) == [2]
    assert "BCE302" in watched.codes[2]


def test_a_parameter_that_is_bound_anew_inside_does_not_come_in(tmp_path: Path) -> None:
    watched = run_text(
        tmp_path,
        """
        def squash(x):
            return x.sigmoid()

        def loss_of(p, y):
            p = squash(p)
            return F.binary_cross_entropy_with_logits(p, y)

        loss_of(torch.randn(3), torch.ones(3))
        """,
    )
    assert watched.codes == {6: {"BCE102"}}


def test_the_criterion_and_where_it_was_built(tmp_path: Path) -> None:
    watched = run_text(tmp_path, "criterion = nn.BCEWithLogitsLoss(pos_weight=torch.ones(3))\ncriterion(torch.rand(3).sigmoid(), torch.ones(3))")
    _, (call, count) = watched.watcher.loss_calls()
    assert (call.loss.name, count) == ("BCEWithLogitsLoss", 1)
    assert call.constructed_at is not None
    assert call.constructed_at.line == 1 + 4
    assert set(call.options) == {"pos_weight"}


def test_occurrences_are_counted(tmp_path: Path) -> None:
    watched = run_text(tmp_path, "for _ in range(5):\n    F.binary_cross_entropy_with_logits(torch.sigmoid(torch.randn(2)), torch.ones(2))")
    (finding,) = [f for f in watched.report.findings if not f.advice]
    assert watched.report.times(finding) == 5


def test_no_tensor_is_kept_alive() -> None:
    with watch() as watcher:
        net = nn.Sequential(nn.Linear(4, 4), nn.Sigmoid())

        def step(pred: torch.Tensor, y: torch.Tensor) -> bool:
            F.binary_cross_entropy_with_logits(pred, y).backward()
            reference = weakref.ref(pred)
            del pred
            gc.collect()
            return reference() is None

        count = torch.tensor(1)
        kept = weakref.ref(count)
        torch.ones(3)[:count]
        del count
        gc.collect()
        assert kept() is None
        gone = step(net(torch.randn(2, 4)), torch.ones(2, 4))  # noqa: BCE102
        assert gone
        assert len(watcher._memory) == len(list(net.parameters()))


def test_tensors_are_left_as_they_are() -> None:
    with watch():
        p = torch.sigmoid(torch.randn(3))
    assert p.__dict__ == {}
    assert b"bcelint" not in pickle.dumps(p)


STRANGE = {
    "sparse": "F.binary_cross_entropy_with_logits(torch.eye(3).to_sparse().to_dense(), torch.eye(3)); s = torch.eye(3).to_sparse(); s + s",
    "quantised": "q = torch.quantize_per_tensor(torch.rand(3), 0.1, 0, torch.quint8); q.dequantize(); torch.sigmoid(q)",
    "meta": "F.binary_cross_entropy_with_logits(torch.empty(3, device='meta'), torch.empty(3, device='meta'))",
    "empty": "F.binary_cross_entropy_with_logits(torch.empty(0, 3), torch.empty(0, 3))",
    "NaN": "F.mse_loss(torch.tensor([float('nan')]), torch.ones(1)); F.kl_div(torch.tensor([float('nan')]), torch.ones(1))",
    "nested": "n = torch.nested.nested_tensor([torch.rand(2), torch.rand(3)]); torch.relu(n)",
    "complex": "torch.fft.fft(torch.rand(4)) * 2",
    "inference": "with torch.inference_mode():\n    F.binary_cross_entropy_with_logits(torch.rand(3).relu_(), torch.ones(3))",
    "vmap": "torch.vmap(lambda p, y: F.binary_cross_entropy_with_logits(p, y))(torch.rand(4, 3), torch.ones(4, 3))",
    "func": "torch.func.grad(lambda p: F.binary_cross_entropy_with_logits(p, torch.ones(3)))(torch.rand(3))",
    "subclass": "class T(torch.Tensor): pass\nF.binary_cross_entropy_with_logits(torch.rand(3).as_subclass(T).sigmoid(), torch.ones(3))",
    "checkpoint": "from torch.utils.checkpoint import checkpoint\nx = torch.rand(3, requires_grad=True)\n"
    "F.binary_cross_entropy(checkpoint(torch.sigmoid, x, use_reentrant=False), torch.ones(3)).backward()",
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
@pytest.mark.filterwarnings("ignore")
def test_strange_tensors_break_nothing(tmp_path: Path, text: str) -> None:
    assert run_text(tmp_path, text).error is None


def test_data_parallel_and_loader_workers(tmp_path: Path) -> None:
    watched = run_text(
        tmp_path,
        """
        from torch.utils.data import DataLoader, TensorDataset

        net = nn.DataParallel(nn.Sequential(nn.Linear(3, 1), nn.Sigmoid()))
        data = TensorDataset(torch.randn(8, 3), torch.ones(8, 1))
        criterion = nn.BCEWithLogitsLoss()
        for x, y in DataLoader(data, batch_size=4, num_workers=2):
            criterion(net(x), y).backward()
        """,
    )
    assert watched.error is None
    assert watched.codes == {7: {"BCE102"}}


def test_autocast(tmp_path: Path) -> None:
    watched = run_text(
        tmp_path,
        """
        net = nn.Sequential(nn.Linear(3, 1), nn.Sigmoid())
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = F.binary_cross_entropy_with_logits(net(torch.randn(4, 3)), torch.ones(4, 1))
        loss.backward()
        """,
    )
    assert watched.error is None
    assert watched.codes == {3: {"BCE102"}}
    assert "bfloat16" in watched.call.facts["input"]


def test_compiled_models_run_eagerly_with_a_note() -> None:
    if not hasattr(torch.compiler, "set_stance"):
        pytest.skip("before torch 2.6 compiled functions are not seen into")
    net = torch.compile(nn.Sequential(nn.Linear(3, 1), nn.Sigmoid()))
    with watch() as watcher:
        F.binary_cross_entropy_with_logits(net(torch.randn(4, 3)), torch.ones(4, 1))  # noqa: BCE102
    report = watcher.report()
    assert [f.code for f in report.findings] == ["BCE102"]
    assert len(report.notes) == 1
    assert "torch.compile" in report.notes[0]


def test_recurrent_and_attention_layers(tmp_path: Path) -> None:
    watched = run_text(
        tmp_path,
        """
        out, _ = nn.LSTM(4, 3)(torch.rand(5, 2, 4))
        try:
            F.binary_cross_entropy(out, torch.ones(5, 2, 3))
        except RuntimeError:
            pass
        attended, _ = nn.MultiheadAttention(4, 2)(*[torch.rand(5, 2, 4)] * 3)
        F.binary_cross_entropy(attended.clamp(0, 1), torch.ones(5, 2, 4))
        """,
    )
    assert watched.codes == {3: {"BCE101"}}
    assert watched.report.calls[0].facts["input"].startswith("[-1, 1]")
    assert watched.report.calls[1].facts["input"].startswith("[0, 1]")


def test_constructors_and_keywords(tmp_path: Path) -> None:
    watched = run_text(
        tmp_path,
        """
        p, y = torch.sigmoid(nn.Linear(2, 1)(torch.randn(1, 2))), torch.ones(1, 1)
        nn.BCELoss(p, y)
        try:
            nn.BCELoss(p.expand(3, 1), y.expand(3, 1))
        except RuntimeError:
            pass
        nn.BCELoss(reduction="avg")
        crooked = nn.KLDivLoss(reduction="avg")
        try:
            crooked(F.log_softmax(torch.rand(2, 2), 1), torch.rand(2, 2))
        except ValueError:
            pass
        F.binary_cross_entropy(p, y, pos_weight=y)
        """,
    )
    assert isinstance(watched.error, TypeError)
    assert watched.codes == {2: {"BCE305"}, 4: {"BCE305"}, 7: {"BCE307"}, 10: {"BCE307"}, 13: {"BCE307"}}


def test_errors_of_its_own_stay_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    with watch() as watcher:
        monkeypatch.setattr(watcher, "_transfer", None)
        assert torch.ones(2).sum() == 2
    assert "an error of bcelint's own" in watcher.report().notes[0]


def test_after_max_calls_nothing_is_looked_at(tmp_path: Path) -> None:
    with watch(max_calls=2) as watcher:
        for _ in range(5):
            F.binary_cross_entropy_with_logits(torch.rand(2, requires_grad=True), torch.ones(2)).backward()
    assert sum(count for _, count in watcher.loss_calls()) == 2


def test_nothing_is_left_behind() -> None:
    hooks = torch.nn.modules.module._global_buffer_registration_hooks
    before = len(hooks)
    with watch():
        assert len(hooks) == before + 1
    assert len(hooks) == before
    assert not torch.overrides._get_current_function_mode_stack()


def test_ever_other_lengths_do_not_fill_the_memory() -> None:
    with watch() as watcher:
        for n in range(1, 400):
            F.binary_cross_entropy_with_logits(torch.sigmoid(torch.randn(n, 1)), torch.ones(n, 1))  # noqa: BCE102
    calls = watcher.loss_calls()
    assert len(calls) == 100
    assert sum(count for _, count in calls) == 399
    (finding,) = [f for f in watcher.report().findings if f.code == "BCE102"]
    assert watcher.report().times(finding) == 399


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
