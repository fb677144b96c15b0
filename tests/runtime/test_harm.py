"""One witnessed harm a rule: the wrong program, what torch makes of it, and the right program beside it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from bcelint.rules.registry import ALL_RULES
from tests.runtime.harm import OF_CONSTRUCTORS, harm
from tests.runtime.watching import run_text

MODEL = "x = torch.randn(6, 4)\nlogits = nn.Linear(4, 3)(x)\n"
COLUMN = "x = torch.randn(6, 4)\nlogits = nn.Linear(4, 1)(x)\ny = torch.rand(6, 1).round()\n"
CLASSES = MODEL + "y = torch.tensor([0, 1, 2, 2, 1, 0])\n"

PROGRAMS = {
    "BCE101": (COLUMN, "F.binary_cross_entropy(torch.tanh(logits), y)", "F.binary_cross_entropy(torch.sigmoid(logits), y)"),
    "BCE102": (
        COLUMN,
        "F.binary_cross_entropy_with_logits(torch.sigmoid(logits), y)",
        "F.binary_cross_entropy_with_logits(logits, y)",
    ),
    "BCE103": (CLASSES, "F.cross_entropy(F.softmax(logits, 1), y)", "F.cross_entropy(logits, y)"),
    "BCE104": (CLASSES, "F.nll_loss(logits, y)", "F.nll_loss(F.log_softmax(logits, 1), y)"),
    "BCE105": (
        MODEL + "q = F.softmax(torch.randn(6, 3), 1)\n",
        "F.kl_div(F.softmax(logits, 1), q, reduction='batchmean')",
        "F.kl_div(F.log_softmax(logits, 1), q, reduction='batchmean')",
    ),
    "BCE106": (
        "scores = nn.Linear(4, 5)(torch.randn(7, 2, 4))\ny, n, m = torch.randint(1, 5, (2, 3)), torch.tensor([7, 7]), torch.tensor([3, 3])\n",
        "F.ctc_loss(scores, y, n, m)",
        "F.ctc_loss(scores.log_softmax(2), y, n, m)",
    ),
    "BCE107": (COLUMN, "F.binary_cross_entropy(F.softmax(logits, 1), y)", "F.binary_cross_entropy(torch.sigmoid(logits), y)"),
    "BCE201": (COLUMN, "F.binary_cross_entropy_with_logits(logits, y.long())", "F.binary_cross_entropy_with_logits(logits, y)"),
    "BCE202": (COLUMN, "F.binary_cross_entropy_with_logits(logits, 2 * y - 1)", "F.binary_cross_entropy_with_logits(logits, y)"),
    "BCE203": (COLUMN, "F.binary_cross_entropy_with_logits(logits, y.squeeze(1))", "F.binary_cross_entropy_with_logits(logits, y)"),
    "BCE204": (CLASSES, "F.cross_entropy(logits, y.float())", "F.cross_entropy(logits, y)"),
    "BCE301": (COLUMN, "F.cross_entropy(logits, y)", "F.cross_entropy(torch.cat([logits, -logits], 1), y.long().squeeze(1))"),
    "BCE302": (COLUMN, "F.binary_cross_entropy_with_logits(y, logits)", "F.binary_cross_entropy_with_logits(logits, y)"),
    "BCE303": (
        COLUMN + "extra = (logits ** 2).mean()\n",
        "(extra + F.binary_cross_entropy((torch.sigmoid(logits) > 0.5).float(), y)).backward()",
        "(extra + F.binary_cross_entropy(torch.sigmoid(logits), y)).backward()",
    ),
    "BCE304": (
        COLUMN,
        "F.binary_cross_entropy_with_logits(logits, y, weight=torch.tensor([0.1, 0.9]))",
        "F.binary_cross_entropy_with_logits(logits, y, pos_weight=torch.tensor(9.0))",
    ),
    "BCE305": (COLUMN, "nn.BCEWithLogitsLoss(logits, y)", "nn.BCEWithLogitsLoss()(logits, y)"),
    "BCE306": (
        COLUMN + "mixed = torch.autocast('cuda')\nmixed.__enter__()\n",
        "F.binary_cross_entropy(torch.sigmoid(logits), y)",
        "F.binary_cross_entropy_with_logits(logits, y)",
    ),
    "BCE307": (
        COLUMN,
        "F.binary_cross_entropy_with_logits(logits, y, reduction='avg')",
        "F.binary_cross_entropy_with_logits(logits, y, reduction='sum')",
    ),
    "BCE901": (COLUMN, "F.binary_cross_entropy(torch.sigmoid(logits), y)", "F.binary_cross_entropy_with_logits(logits, y)"),
    "BCE902": (CLASSES, "F.cross_entropy(F.log_softmax(logits, 1), y)", "F.nll_loss(F.log_softmax(logits, 1), y)"),
}
"""For each rule what goes before, the wrong call and the right one."""


def test_every_rule_has_its_program() -> None:
    assert set(PROGRAMS) == {rule.code for rule in ALL_RULES}


@pytest.mark.parametrize("code", PROGRAMS)
def test_the_wrong_program_does_harm_and_the_right_one_is_silent(tmp_path: Path, code: str) -> None:
    before, wrong, right = PROGRAMS[code]
    bad = run_text(tmp_path, before + wrong)
    assert code in {finding.code for finding in bad.report.findings}
    if code in OF_CONSTRUCTORS and not bad.made:
        assert isinstance(bad.error, RuntimeError)
    else:
        assert harm(code, bad.made[0]) is not None
    good = run_text(tmp_path, before + right)
    assert good.error is None
    assert code not in {finding.code for finding in good.report.findings}


@pytest.mark.parametrize("code", sorted(set(PROGRAMS) - {"BCE101", "BCE102", "BCE103", "BCE104", "BCE106", "BCE302", "BCE305", "BCE901", "BCE902"}))
def test_no_harm_is_seen_in_the_right_call(tmp_path: Path, code: str) -> None:
    """The witnesses that look at a call as it is, not at the worst that its kind of argument can do, are silent of a right one."""
    before, _, right = PROGRAMS[code]
    good = run_text(tmp_path, before + right)
    (call,) = good.made.values()
    assert harm(code, call) is None


def test_the_floors_of_a_doubled_activation() -> None:
    """With hard targets: softmax twice ln(1 + (C - 1) / e), sigmoid twice 0.313 for a target of 1 and 0.693 for one of 0."""
    for classes, floor in ((2, 0.313), (10, 1.461), (100, 3.622)):
        best = F.one_hot(torch.tensor([0]), classes).float()
        assert float(F.cross_entropy(best, torch.tensor([0]))) == pytest.approx(floor, abs=1e-3)
        assert math.log(1 + (classes - 1) / math.e) == pytest.approx(floor, abs=1e-3)
    for target, floor in ((1.0, 0.313), (0.0, 0.693)):
        best = torch.tensor([target])
        assert float(F.binary_cross_entropy_with_logits(best, best)) == pytest.approx(floor, abs=1e-3)


def test_a_doubled_softmax_never_learns_below_its_floor() -> None:
    """Trained for real, the doubled softmax stays above its floor where the single one is far below."""

    def trained(double: bool) -> float:
        torch.manual_seed(0)
        x, y = torch.randn(32, 8), torch.randint(0, 10, (32,))
        net = torch.nn.Sequential(torch.nn.Linear(8, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
        optimizer = torch.optim.Adam(net.parameters(), lr=0.05)
        for _ in range(150):
            out = net(x)
            loss = F.cross_entropy(F.softmax(out, 1) if double else out, y)  # noqa: BCE103
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return float(loss.detach())

    assert trained(double=True) > 1.461
    assert trained(double=False) < 0.1


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU: on the CPU, autocast leaves binary_cross_entropy alone")
def test_bce_under_cuda_autocast_raises() -> None:
    probabilities, target = torch.full((3,), 0.5, device="cuda"), torch.ones(3, device="cuda")
    with torch.autocast("cuda"), pytest.raises(RuntimeError, match="unsafe to autocast"):
        F.binary_cross_entropy(probabilities, target)  # noqa: BCE306
