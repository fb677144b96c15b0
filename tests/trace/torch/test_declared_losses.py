"""Losses whose contract the user declares."""

from __future__ import annotations

import pytest

from bcelint.analysis.judge import judge
from bcelint.finding import Verdict
from bcelint.rules.registry import ALL_RULES
from tests.trace.tracing import Traced, trace

FOCAL = '[losses."mylib.FocalLoss"]\nprediction = "logits"\n'
DICE = """
[losses."mylib.DiceLoss"]
init = "smooth=1.0, sigmoid=False, softmax=False, reduction='mean'"
prediction = "probabilities"
target = {form = "probabilities", dtype = "floating", same-shape = true}
cases = [
    {when = "sigmoid", prediction = "logits", applies = "sigmoid"},
    {when = "softmax", prediction = "logits", applies = "softmax"},
]
"""


def codes(text: str, declared: str) -> list[str]:
    return [code for _, code in trace(text, declared=declared).codes]


def verdicts(traced: Traced) -> list[Verdict]:
    return [judge(call, ALL_RULES).verdict for call in traced.calls]


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("from mylib import FocalLoss\nFocalLoss()(p, y)", FOCAL, ["BCE102"]),
        ("from mylib import FocalLoss\nFocalLoss(gamma=2)(z, y)", FOCAL, []),
        ("import mylib\nmylib.FocalLoss()(torch.softmax(z, 1), y)", FOCAL, ["BCE103"]),
        ("from mylib import *\nFocalLoss()(p, y)", FOCAL, ["BCE102"]),
        ("from mylib import FocalLoss as FL\nf = FL()\nf(p, y)", FOCAL, ["BCE102"]),
        ("from mylib import focal\nfocal(p, y, gamma=2)", '[losses."mylib.focal"]\nprediction = "logits"', ["BCE102"]),
        ("from mylib import Focal\nFocal(p, y)", '[losses."mylib.Focal"]\nprediction = "logits"\nfunction = true', ["BCE102"]),
        ("from mylib import FocalLoss\nFocalLoss()(p, y)", '[losses."mylib.FocalLoss"]\nprediction = "any"', []),
        ("from mylib import DiceLoss\nDiceLoss()(p, y)", DICE, []),
        ("from mylib import DiceLoss\nDiceLoss()(z, y)", DICE, ["BCE101"]),
        ("from mylib import DiceLoss\nDiceLoss(sigmoid=True)(z, y)", DICE, []),
        ("from mylib import DiceLoss\nDiceLoss(sigmoid=True)(p, y)", DICE, ["BCE102"]),
        ("from mylib import DiceLoss\nDiceLoss(1.0, True)(p, y)", DICE, ["BCE102"]),
        ("from mylib import DiceLoss\nDiceLoss(softmax=True)(p, y)", DICE, ["BCE103"]),
        ("from mylib import DiceLoss\nDiceLoss(sigmoid=anything)(p, y)", DICE, []),
        ("from mylib import DiceLoss\nDiceLoss(sigmoyd=True)(p, y)", DICE, ["BCE307"]),
        ("from mylib import DiceLoss\nDiceLoss(reduction='mean_batch')(p, y)", DICE, []),
        ("from mylib import DiceLoss\nDiceLoss()(p, torch.randint(0, 2, (4, 3)))", DICE, ["BCE201"]),
        ("from mylib import DiceLoss\nDiceLoss()(p, y * 255)", DICE, ["BCE202"]),
        ("from mylib import DiceLoss\nDiceLoss()(p, torch.rand(4))", DICE, ["BCE203"]),
        ("from mylib import FocalLoss\nFocalLoss()(p, torch.randint(0, 2, (4, 3)))", DICE + FOCAL, ["BCE102"]),
        ("import mylib\nmylib.dice(p, torch.randint(0, 2, (4, 3)))",
         '[losses."mylib.dice"]\nprediction = "probabilities"\ntarget = {form = "probabilities", same-shape = true}', []),
        ("import mylib\nmylib.dice(p, torch.randint(0, 2, (4, 3)))",
         '[losses."mylib.dice"]\nprediction = "probabilities"\ntarget = {form = "per-element", dtype = "floating"}', ["BCE201"]),
        ("import mylib\nmylib.dice(p, y, reduction='batch')", '[losses."mylib.dice"]\nprediction = "probabilities"', []),
        ("import mylib\nmylib.nll(p, y)", '[losses."mylib.nll"]\nprediction = "log-probabilities"', ["BCE104"]),
        ("import mylib\nmylib.nll(F.log_softmax(z, 1), y)", '[losses."mylib.nll"]\nprediction = "log-probabilities"', []),
        ("import mylib\nmylib.kl(z, p)", '[losses."mylib.kl"]\nprediction = "log-probabilities"\ntarget = "distribution"', ["BCE105"]),
        ("import mylib\nmylib.ctc(z, p)", '[losses."mylib.ctc"]\nprediction = "log-probabilities"\ntarget = "sequences"', ["BCE106"]),
        ("import mylib\nmylib.ce(p, y)", '[losses."mylib.ce"]\nprediction = "logits"\ntarget = "class-indices"', ["BCE103", "BCE204"]),
        ("import mylib\nmylib.ce(z, torch.randint(0, 3, (4,)))", '[losses."mylib.ce"]\nprediction = "logits"\ntarget = "class-indices"', []),
        ("import mylib\nmylib.ce(z, torch.randint(0, 3, (4,)).int())", '[losses."mylib.ce"]\nprediction = "logits"\ntarget = "class-indices"', []),
        ("import mylib\nmylib.ce(z, torch.randint(0, 3, (4,)).int())",
         '[losses."mylib.ce"]\nprediction = "logits"\ntarget = {form = "classes", dtype = "int64"}', ["BCE204"]),
        ("import mylib\nmylib.ce(nn.Linear(3, 1)(x), y)", '[losses."mylib.ce"]\nprediction = "logits"\ntarget = "classes"', ["BCE301"]),
        ("import mylib\nmylib.focal(y, z)", '[losses."mylib.focal"]\nprediction = "logits"\ncall = "target, input"\n'
         'prediction-parameter = "input"\ntarget-parameter = "target"', []),
        ("import mylib\nmylib.focal(z, y)", '[losses."mylib.focal"]\nprediction = "logits"\ncall = "target, input"\n'
         'prediction-parameter = "input"\ntarget-parameter = "target"', ["BCE302"]),
        ("import mylib\nmylib.focal(preds=p, labels=y)", '[losses."mylib.focal"]\nprediction = "logits"\ncall = "preds, labels"', ["BCE102"]),
        ("import mylib\nmylib.focal((p > 0.5).float(), y).backward()", '[losses."mylib.focal"]\nprediction = "any"', ["BCE303"]),
        ("import mylib\nmylib.FocalLoss(z, y)", '[losses."mylib.FocalLoss"]\ninit = "gamma=2, alpha=1"\nprediction = "logits"', ["BCE305"]),
        ("class Mine(mylib.FocalLoss):\n    pass\nMine()(p, y)", FOCAL, ["BCE102"]),
        ("nn.BCELoss()(z, y)", '[losses."torch.nn.BCELoss"]\nprediction = "logits"', []),
    ],
)  # fmt: skip
def test_a_declared_contract_is_what_the_rules_go_by(text: str, declared: str, expected: list[str]) -> None:
    text = text if "import" in text or "nn.BCE" in text else f"import mylib\n{text}"
    assert codes(text, declared) == expected


def test_the_message_names_the_users_loss_and_no_loss_of_torch() -> None:
    (call,) = trace("from mylib import FocalLoss\nFocalLoss()(p, y)", declared=FOCAL).calls
    (_, problem) = judge(call, ALL_RULES).problems[0]
    assert "reach FocalLoss" in problem.message
    assert "BCE" not in problem.message
    assert problem.message.endswith("drop the sigmoid")


def test_a_contract_that_is_not_known_makes_no_verdict() -> None:
    traced = trace("from mylib import DiceLoss\nDiceLoss(sigmoid=anything)(p, y)", declared=DICE)
    assert verdicts(traced) == [Verdict.UNKNOWN]
    traced = trace("from mylib import FocalLoss\nFocalLoss()(p, y)", declared='[losses."mylib.FocalLoss"]\nprediction = "unknown"')
    assert verdicts(traced) == [Verdict.UNKNOWN]


def test_each_contract_that_a_setting_asks_for_is_a_case() -> None:
    text = "from mylib import DiceLoss\nd = DiceLoss(sigmoid=True) if anything else DiceLoss()\nd(p, y)\nd(z, y)"
    assert trace(text, declared=DICE).codes == [(3, "BCE102"), (4, "BCE101")]
    text = "from mylib import DiceLoss\nflag = True if anything else False\nDiceLoss(sigmoid=flag)(p, y)"
    traced = trace(text, declared=DICE)
    assert [(call.loss.wants is not None and call.loss.wants.value, call.case) for call in traced.calls] == [
        ("logits", ("anything",)),
        ("probabilities", ("not anything",)),
    ]


LOSSES = """
import torch.nn.functional as F
from torch import nn
class Focal(nn.Module):
    def __init__(self, gamma=2.0, logits=True):
        super().__init__()
        self.logits = logits
    def forward(self, target, scores):
        raise RuntimeError(registry[target])
def focal(labels, preds):
    return F.binary_cross_entropy(preds, labels)
"""


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("from lib.losses import Focal\nFocal()(y, p)", 'lib.losses.Focal', [(2, "BCE102")]),
        ("from lib import FocalLoss\nFocalLoss()(y, p)", 'lib.FocalLoss', [(2, "BCE102")]),
        ("from lib.losses import Focal\nFocal()(target=y, scores=p)", 'lib.FocalLoss', [(2, "BCE102")]),
        ("import lib\nclass Mine(lib.FocalLoss):\n    pass\nMine().to('cuda')(y, p)", 'lib.FocalLoss', [(4, "BCE102")]),
        ("from lib.losses import focal\nfocal(y, p)", 'lib.losses.focal', [(2, "BCE102")]),
        ("from lib import losses\nlosses.focal(preds=z, labels=y)", 'lib.losses.focal', []),
    ],
)  # fmt: skip
def test_declared_names_win_over_what_the_project_itself_says(text: str, declared: str, expected: list[tuple[int, str]]) -> None:
    files = {"lib/__init__.py": "from .losses import Focal as FocalLoss", "lib/losses.py": LOSSES}
    said = f'[losses."{declared}"]\nprediction = "logits"\n'
    parameters = 'prediction-parameter = "scores"\ntarget-parameter = "target"\n' if "ocal" in declared and "focal" not in declared else ""
    parameters = parameters or 'prediction-parameter = "preds"\ntarget-parameter = "labels"\n'
    assert trace(text, files, declared=said + parameters).codes == expected


def test_what_a_declared_class_was_made_with_decides() -> None:
    files = {"lib.py": LOSSES}
    declared = """
        [losses."lib.Focal"]
        init = "gamma=2.0, logits=True"
        call = "target, scores"
        prediction-parameter = "scores"
        target-parameter = "target"
        prediction = "logits"
        cases = [{when = "not logits", prediction = "probabilities"}]
    """
    text = "from lib import Focal\nFocal()(y, p)\nFocal(logits=False)(y, p)\nFocal(logits=False)(y, z)"
    assert trace(text, files, declared=declared).codes == [(2, "BCE102"), (4, "BCE101")]


def test_the_body_of_a_declared_loss_is_not_judged() -> None:
    text = "def mine(a, b):\n    return F.binary_cross_entropy(z, b)"
    assert trace(text).codes == [(2, "BCE101")]
    assert trace(text, declared='[losses."main.mine"]\nprediction = "logits"').codes == []
