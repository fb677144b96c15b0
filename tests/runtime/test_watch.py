"""The watcher leaves the program as it is, and survives whatever it meets there."""

from __future__ import annotations

import gc
import pickle
import weakref
from pathlib import Path

import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F

from bcelint.runtime import watch
from tests.runtime.watching import run_text


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


def test_a_sign_that_is_changed_by_keyword_is_no_fault_of_the_watcher() -> None:
    scores, labels = torch.nn.Linear(4, 3)(torch.randn(5, 4)), torch.zeros(5, dtype=torch.long)
    with watch() as watcher:
        torch.neg(input=F.nll_loss(scores.log_softmax(1), labels, reduction="none"))
    assert not watcher.report().notes
    assert len(watcher.report().calls) == 1
