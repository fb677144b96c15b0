"""Where a bound keeps cases from being looked at, the loss call is unknown, however right the others are."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

import bcelint
from bcelint.finding import Verdict
from bcelint.trace import tracer
from bcelint.trace.code import functions, loops
from bcelint.trace.state import modules, run, state
from bcelint.trace.torch import recording
from tests.fixture_lines import FIXTURES
from tests.trace.tracing import trace

LEFT_OUT = "unknown: not all of its cases were looked at: "
LAYER, TARGET = "nn.Linear(3, 3)(x)", "torch.rand(4, 3)"
NETS = """
def loss(scale):
    F.binary_cross_entropy_with_logits(net(x) * scale, y)
net = nn.Linear(3, 3)
loss(1.0)
net = nn.Sequential(nn.Linear(3, 3), nn.Sigmoid())
"""


def cases(name: str, count: int, others: str, last: str) -> str:
    """``name``, of which there are so many cases, the last another one than the others."""
    tests = [f"{'if' if at == 0 else 'elif'} anything.{name} == {at}:\n    {name} = {others}" for at in range(count - 1)]
    return "\n".join([*tests, f"else:\n    {name} = {last}", ""])


def verdict(text: str) -> str:
    """That on the last loss call."""
    verdicts = trace(text).verdicts
    return verdicts[max(verdicts)]


@pytest.mark.parametrize("wrong", ["p", "x"])
def test_more_cases_of_a_prediction_than_are_told_apart(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = cases("out", 6, LAYER, wrong) + "F.binary_cross_entropy_with_logits(out, y)\n"
    assert verdict(text) == ("misuse" if wrong == "p" else "ok")
    monkeypatch.setattr(state, "MAX_ALTERNATIVES", 3)
    assert verdict(text) == "unknown: too many cases"


def test_more_cases_of_a_target_than_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    text = cases("out", 6, TARGET, "torch.randint(0, 2, (4, 3))") + "F.binary_cross_entropy_with_logits(z, out)\n"
    assert verdict(text) == "misuse"
    monkeypatch.setattr(state, "MAX_ALTERNATIVES", 3)
    assert verdict(text) == "unknown: too many cases"


def test_more_combinations_than_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    text = cases("out", 5, LAYER, LAYER) + cases("label", 4, TARGET, TARGET) + "F.binary_cross_entropy_with_logits(out, label)\n"
    assert verdict(text) == f"{LEFT_OUT}too many cases"
    monkeypatch.setattr(state, "MAX_COMBINATIONS", 20)
    assert verdict(text) == "ok"


def test_more_criteria_than_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    text = cases("criterion", 6, "nn.BCEWithLogitsLoss()", "nn.BCELoss()") + "criterion(z, y)\n"
    assert verdict(text) == "misuse"
    monkeypatch.setattr(state, "MAX_ALTERNATIVES", 3)
    assert verdict(text) == f"{LEFT_OUT}too many cases"


def test_an_entry_point_that_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    text = NETS + "pass\n" * 20 + "loss(1.0)\n"
    assert verdict(text) == "misuse"
    monkeypatch.setattr(run, "MAX_STEPS", 40)
    assert verdict(text) == f"{LEFT_OUT}the steps of the entry point were used up"


def test_more_loss_calls_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdict(NETS + "loss(1.0)\n") == "misuse"
    monkeypatch.setattr(recording, "MAX_EVENTS", 1)
    assert verdict(NETS + "loss(1.0)\n") == f"{LEFT_OUT}too many loss calls"


def test_calls_that_are_nested_too_deeply(monkeypatch: pytest.MonkeyPatch) -> None:
    text = NETS + "def deeper():\n    loss(1.0)\ndeeper()\n"
    assert verdict(text) == "misuse"
    monkeypatch.setattr(functions, "MAX_DEPTH", 1)
    assert verdict(text) == f"{LEFT_OUT}calls are nested too deeply"


def test_a_function_that_calls_itself_more_often_than_is_followed() -> None:
    text = """
    def loss(net, times):
        F.binary_cross_entropy_with_logits(net(x), y)
        loss(nn.Sequential(net, nn.Identity()), times - 1)
    loss(nn.Linear(3, 3), 4)
    """
    assert verdict(text) == f"{LEFT_OUT}loss calls itself"


def test_more_objects_of_a_class_than_are_tried() -> None:
    text = """
    class Step:
        def __init__(self, net):
            self.net = net
        def loss(self):
            F.binary_cross_entropy_with_logits(self.net(x), y)
    a, b, c = Step(nn.Linear(3, 3)), Step(nn.Linear(3, 3)), Step(nn.Linear(3, 3))
    """
    assert verdict(text) == "ok"
    assert verdict(f"{text}d = Step(nn.Sequential(nn.Linear(3, 3), nn.Sigmoid()))\n    ") == f"{LEFT_OUT}too many objects of its class"


FILES = {
    "losses.py": "import torch\nimport torch.nn.functional as F\nx, y = torch.rand(4, 3), torch.rand(4, 3)\n"
    "def loss(net):\n    F.binary_cross_entropy_with_logits(net(x), y)\n",
    "a.py": "from torch import nn\nfrom losses import loss\nloss(nn.Linear(3, 3))\n",
    "b.py": "from torch import nn\nfrom losses import loss\nloss(nn.Sequential(nn.Linear(3, 3), nn.Sigmoid()))\n",
}


def test_callers_that_there_is_no_room_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setenv("BCELINT_CACHE_DIR", "")
    assert [call.verdict.value for call in bcelint.loss_calls([tmp_path], jobs=1)] == ["misuse"]
    monkeypatch.setattr(tracer, "MAX_BYTES", len(FILES["a.py"]))
    assert [call.reason for call in bcelint.loss_calls([tmp_path], jobs=1)] == [f"{LEFT_OUT}too much source to read all of it".partition(": ")[2]]
    monkeypatch.undo()
    monkeypatch.setenv("BCELINT_CACHE_DIR", "")
    monkeypatch.setattr(modules, "MAX_SOURCE", len(FILES["losses.py"]) + len(FILES["a.py"]))
    assert [call.reason for call in bcelint.loss_calls([tmp_path], jobs=1)] == [f"{LEFT_OUT}too much source to read all of it".partition(": ")[2]]


def test_callers_that_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    text = NETS + "def other():\n    loss(1.0)\n"
    assert verdict(text) == "misuse"
    monkeypatch.setattr(run, "BARREN_STEPS", -1)
    assert verdict(text) == f"{LEFT_OUT}not all that may call it was tried"


@pytest.mark.parametrize(
    ("module", "bound", "low"),
    [
        (state, "MAX_ALTERNATIVES", 2),
        (run, "MAX_STEPS", 15),
        (run, "MAX_STEPS", 40),
        (functions, "MAX_DEPTH", 1),
        (recording, "MAX_EVENTS", 5),
        (loops, "MAX_UNROLLED", 1),
        (modules, "MAX_SOURCE", 1_500),
        (tracer, "MAX_BYTES", 10),
        (run, "BARREN_STEPS", -1),
    ],
)
def test_no_bound_makes_a_misuse_ok(monkeypatch: pytest.MonkeyPatch, module: ModuleType, bound: str, low: int) -> None:
    monkeypatch.setenv("BCELINT_CACHE_DIR", "")
    folders = [FIXTURES / "bce102-double-sigmoid"]
    wrong = {(call.position, call.loss) for call in bcelint.loss_calls(folders, jobs=1) if call.verdict is Verdict.MISUSE}
    monkeypatch.setattr(module, bound, low)
    found = {(call.position, call.loss): call.verdict for call in bcelint.loss_calls(folders, jobs=1)}
    assert len(wrong) > 20
    assert [key for key in wrong if found.get(key) is Verdict.OK] == []
