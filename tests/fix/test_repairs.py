"""Each repair on small programs: what becomes of the text, whether it is safe, and where there is none, why."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fix.repairing import fix_text

NET = "net = nn.Linear(4, 1)\nx, y = torch.randn(8, 4), torch.rand(8, 1)\n"
CLASSES = "net = nn.Linear(4, 3)\nx, y = torch.randn(8, 4), torch.randint(0, 3, (8,))\n"

SHARED = """
class Step:
    def __init__(self, loss, end):
        self.loss, self.end = loss, end

    def run(self):
        p = {}
        return self.loss(p, y)


Step(nn.CrossEntropyLoss(), nn.Softmax(1)).run()
Step(nn.MSELoss(), nn.Identity()).run()"""

SAFE = [
    pytest.param(NET + "nn.BCELoss(reduction='sum')(net(x), y)", NET + "nn.BCEWithLogitsLoss(reduction='sum')(net(x), y)", id="101 criterion"),
    pytest.param(NET + "F.binary_cross_entropy(net(x),y , None)", NET + "F.binary_cross_entropy_with_logits(net(x),y , None)", id="101 function"),
    pytest.param(
        NET + "F.binary_cross_entropy_with_logits(net(x).sigmoid(), y)", NET + "F.binary_cross_entropy_with_logits(net(x), y)", id="102 method"
    ),
    pytest.param(
        NET + "F.binary_cross_entropy_with_logits(torch.sigmoid(net(x) - net.bias) [:, 0], y[:, 0])",
        NET + "F.binary_cross_entropy_with_logits((net(x) - net.bias) [:, 0], y[:, 0])",
        id="102 parentheses where they are needed",
    ),
    pytest.param(
        NET + "z = net(x)\np = torch.sigmoid(z)\nF.binary_cross_entropy_with_logits(p, y)\nprint(p > 0.5)",
        NET + "z = net(x)\np = torch.sigmoid(z)\nF.binary_cross_entropy_with_logits(z, y)\nprint(p > 0.5)",
        id="102 raw variable at hand",
    ),
    pytest.param(
        NET + "z = net(x)\np = torch.sigmoid(z)  # why\nF.binary_cross_entropy_with_logits(p, y)",
        NET + "z = net(x)\np = torch.sigmoid(z)  # why\nF.binary_cross_entropy_with_logits(z, y)",
        id="102 a line with a comment stays",
    ),
    pytest.param(
        NET + "z = net(x)\np = torch.sigmoid(z)\nF.binary_cross_entropy_with_logits(p, y)",
        NET + "z = net(x)\nF.binary_cross_entropy_with_logits(z, y)",
        id="102 a name that nobody else reads",
    ),
    pytest.param(
        NET + "p = torch.sigmoid(net(x))\nF.binary_cross_entropy_with_logits(p, y)\nprint(p > 0.5)",
        NET + "logits = net(x)\np = torch.sigmoid(logits)\nF.binary_cross_entropy_with_logits(logits, y)\nprint(p > 0.5)",
        id="102 a name for what has none",
    ),
    pytest.param(
        NET + "for _ in range(2):\n    out = net(x)\n    out = torch.sigmoid(out)\n    F.binary_cross_entropy_with_logits(out, y).backward()",
        NET + "for _ in range(2):\n    out = net(x)\n    F.binary_cross_entropy_with_logits(out, y).backward()",
        id="102 a rebound name",
    ),
    pytest.param(
        CLASSES + "p = F.softmax(net(x), dim=1)\nF.cross_entropy(p, y)\nprint(p.argmax(1))",
        CLASSES + "p = net(x)\nF.cross_entropy(p, y)\nprint(p.argmax(1))",
        id="103 argmax reads it too",
    ),
    pytest.param(
        CLASSES
        + "def f(scores, y):\n    rows = torch.softmax(scores, -1)\n    for row in rows:\n        F.cross_entropy(row, y[0])\n\n\nf(net(x), y)",
        CLASSES + "def f(scores, y):\n    for row in scores:\n        F.cross_entropy(row, y[0])\n\n\nf(net(x), y)",
        id="103 row by row",
    ),
    pytest.param(CLASSES + "nn.NLLLoss(ignore_index=2)(net(x), y)", CLASSES + "nn.CrossEntropyLoss(ignore_index=2)(net(x), y)", id="104 logits"),
    pytest.param(
        NET + "F.binary_cross_entropy_with_logits(net(x), (y > 0.5))",
        NET + "F.binary_cross_entropy_with_logits(net(x), (y > 0.5).float())",
        id="201 parentheses of its own",
    ),
    pytest.param(
        NET + "F.binary_cross_entropy_with_logits(net(x), target=y > 0.5)",
        NET + "F.binary_cross_entropy_with_logits(net(x), target=(y > 0.5).float())",
        id="201 parentheses added",
    ),
    pytest.param(
        NET + "F.binary_cross_entropy_with_logits(net(x), y.round().long())",
        NET + "F.binary_cross_entropy_with_logits(net(x), y.round().float())",
        id="201 in place of another cast",
    ),
    pytest.param(
        NET + "F.binary_cross_entropy_with_logits(net(x).double(), y > 0.5)",
        NET + "F.binary_cross_entropy_with_logits(net(x).double(), (y > 0.5).double())",
        id="201 the prediction's dtype",
    ),
    pytest.param(
        NET + "F.binary_cross_entropy_with_logits(net(x), torch.rand(8))",
        NET + "F.binary_cross_entropy_with_logits(net(x), torch.rand(8).unsqueeze(1))",
        id="203 row",
    ),
    pytest.param(
        NET + "F.binary_cross_entropy_with_logits(net(x).squeeze(1), y)",
        NET + "F.binary_cross_entropy_with_logits(net(x).squeeze(1), y.squeeze(1))",
        id="203 column",
    ),
    pytest.param(
        "net = nn.Sequential(nn.Linear(4, 1), nn.Sigmoid())\ndef f(p):\n    return F.binary_cross_entropy(p, torch.ones(len(p)))\n"
        "def g(x, z):\n    return f(net(x.view(-1, 4))), f(net(z.view(-1, 4)))",
        "net = nn.Sequential(nn.Linear(4, 1), nn.Sigmoid())\ndef f(p):\n    return F.binary_cross_entropy(p, torch.ones(len(p)).unsqueeze(1))\n"
        "def g(x, z):\n    return f(net(x.view(-1, 4))), f(net(z.view(-1, 4)))",
        id="203 batches of other sizes",
    ),
    pytest.param(
        CLASSES
        + "def f(flag, x):\n    loss = nn.CrossEntropyLoss() if flag else nn.NLLLoss()\n    p = net(x).log_softmax(1)\n    return loss(p, y.float())",
        CLASSES
        + "def f(flag, x):\n    loss = nn.CrossEntropyLoss() if flag else nn.NLLLoss()\n    p = net(x).log_softmax(1)\n    return loss(p, y.long())",
        id="204 two losses that want class indices",
    ),
    pytest.param(CLASSES + "F.cross_entropy(net(x), y.float())", CLASSES + "F.cross_entropy(net(x), y.long())", id="204"),
    pytest.param(
        NET + "F.binary_cross_entropy(target=torch.sigmoid(net(x)), input=y)",
        NET + "F.binary_cross_entropy(target=y, input=torch.sigmoid(net(x)))",
        id="302 keywords",
    ),
    pytest.param(NET + "nn.BCELoss(torch.sigmoid(net(x)), y)", NET + "nn.BCELoss()(torch.sigmoid(net(x)), y)", id="305"),
    pytest.param(
        NET + "nn.BCELoss(torch.sigmoid(net(x)), y, reduction='sum')",
        NET + "nn.BCELoss(reduction='sum')(torch.sigmoid(net(x)), y)",
        id="305 options",
    ),
]

UNSAFE = [
    pytest.param(
        NET + "c = nn.BCELoss()\nc(net(x), y)\nc(torch.sigmoid(net(x)), y)",
        NET + "c = nn.BCELoss()\nc(torch.sigmoid(net(x)), y)\nc(torch.sigmoid(net(x)), y)",
        id="101 a criterion that serves others too",
    ),
    pytest.param(
        NET + "m = nn.Sequential(net, nn.Sigmoid())\nnn.BCEWithLogitsLoss()(m(x), y)",
        NET + "m = nn.Sequential(net, nn.Sigmoid())\nnn.BCELoss()(m(x), y)",
        id="102 in the model",
    ),
    pytest.param(
        CLASSES + "m = nn.Sequential(net, nn.Softmax(1))\nF.cross_entropy(m(x), y, label_smoothing=0.1)",
        CLASSES + "m = nn.Sequential(net, nn.Softmax(1))\nF.cross_entropy(m(x).clamp_min(1e-30).log(), y, label_smoothing=0.1)",
        id="103 the log alone where NLLLoss lacks an option",
    ),
    pytest.param(
        CLASSES + "m = nn.Sequential(net, nn.Softmax(1))\nF.nll_loss(m(x).clamp(0.01, 1), y)",
        CLASSES + "m = nn.Sequential(net, nn.Softmax(1))\nF.nll_loss(m(x).clamp(0.01, 1).log(), y)",
        id="104 nothing keeps zeros away where there are none",
    ),
    pytest.param(
        CLASSES + "def f(hard):\n    if hard:\n        p = F.softmax(net(x), dim=1)\n    else:\n        p = F.log_softmax(net(x), dim=1)\n"
        "    return F.kl_div(p, net(x).softmax(1))",
        CLASSES + "def f(hard):\n    if hard:\n        p = F.log_softmax(net(x), dim=1)\n    else:\n        p = F.log_softmax(net(x), dim=1)\n"
        "    return F.kl_div(p, net(x).softmax(1))",
        id="105 in one branch",
    ),
    pytest.param(
        NET + "Loss = nn.BCELoss\nc = Loss()\nc(net(x), y)",
        NET + "Loss = nn.BCEWithLogitsLoss\nc = Loss()\nc(net(x), y)",
        id="101 built by another name",
    ),
    pytest.param(
        NET + "from functools import partial\nmake = partial(nn.BCELoss, reduction='sum')\nc = make()\nc(net(x), y)",
        NET + "from functools import partial\nmake = partial(nn.BCEWithLogitsLoss, reduction='sum')\nc = make()\nc(net(x), y)",
        id="101 built by a partial",
    ),
    pytest.param(
        NET + "c = getattr(nn, 'BCELoss')()\nc(net(x), y)", NET + "c = getattr(nn, 'BCEWithLogitsLoss')()\nc(net(x), y)", id="101 got by its name"
    ),
    pytest.param(
        NET + "Loss = nn.BCELoss\na, b = Loss(), Loss()\na(net(x), y)\nb(torch.sigmoid(net(x)), y)",
        NET + "Loss = nn.BCELoss\na, b = Loss(), Loss()\na(torch.sigmoid(net(x)), y)\nb(torch.sigmoid(net(x)), y)",
        id="101 a class whose name serves others too",
    ),
    pytest.param(
        NET + "LOSSES = {'bce': nn.BCELoss, 'mse': nn.MSELoss}\nLOSSES['bce']()(net(x), y)",
        NET + "LOSSES = {'bce': nn.BCELoss, 'mse': nn.MSELoss}\nLOSSES['bce']()(torch.sigmoid(net(x)), y)",
        id="101 a class in a table",
    ),
    pytest.param(
        "F.cross_entropy(nn.Linear(4, 1)(torch.randn(8, 4)), torch.zeros(8, dtype=torch.long))",
        "F.binary_cross_entropy_with_logits(nn.Linear(4, 1)(torch.randn(8, 4)), torch.zeros(8, dtype=torch.long).float().unsqueeze(1))",
        id="301 with cast and shape",
    ),
    pytest.param(NET + "nn.BCELoss(reduction='meen')", NET + "nn.BCELoss(reduction='mean')", id="307 quotes stay"),
    pytest.param(NET + "nn.BCELoss(reductoin='sum')", NET + "nn.BCELoss(reduction='sum')", id="307 keyword"),
]


@pytest.mark.parametrize(("before", "after"), SAFE)
def test_safe_repair(tmp_path: Path, before: str, after: str) -> None:
    result = fix_text(tmp_path, before, unsafe=False)
    assert result.text == after + "\n"
    assert {safety for _, safety, _ in result.titles} == {"safe"}
    assert not result.reasons
    assert not fix_text(tmp_path, after, unsafe=True).titles


@pytest.mark.parametrize(("before", "after"), UNSAFE)
def test_unsafe_repair_waits_to_be_asked_for(tmp_path: Path, before: str, after: str) -> None:
    shy = fix_text(tmp_path, before, unsafe=False)
    assert shy.text == before + "\n"
    assert shy.reasons
    assert all(why.startswith("--unsafe would: ") for _, why in shy.reasons)
    bold = fix_text(tmp_path, before)
    assert bold.text == after + "\n"
    assert {safety for _, safety, _ in bold.titles} == {"unsafe"}
    assert not fix_text(tmp_path, after).titles


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(NET + "F.binary_cross_entropy(torch.tanh(net(x)), y)", "(x + 1) / 2", id="tanh"),
        pytest.param(NET + "F.binary_cross_entropy(torch.relu(net(x)), y)", "drop what makes them positive", id="relu"),
        pytest.param(NET + "F.multilabel_soft_margin_loss(*(torch.sigmoid(net(x)), y))", "not written in the call", id="a starred argument"),
        pytest.param(NET + "nn.BCELoss(pos_weight=y)", "no argument pos_weight", id="a keyword of another loss"),
        pytest.param(
            CLASSES + "net = nn.Sequential(net, nn.Softmax(1))\nlogits = net(x)\nF.cross_entropy(logits, y)",
            "let the model return logits: drop the softmax at ",
            id="what the code calls logits is not logged",
        ),
        pytest.param(
            CLASSES + "net = nn.Sequential(net, nn.Sigmoid())\nout = {'aux_logits': net(x)}\nF.cross_entropy(out['aux_logits'], y)",
            "let the model return logits: drop the sigmoid at ",
            id="nor by its key",
        ),
        pytest.param(
            CLASSES + "net = nn.Sequential(net, nn.Softmax(1))\nlogits = net(x)\nF.nll_loss(logits, y)",
            "the call names them logits, but they are probabilities",
            id="nor for a loss that wants logs",
        ),
        pytest.param(
            CLASSES + "net = nn.Sequential(net, nn.Softmax(1))\nnn.MultiLabelSoftMarginLoss()(net(x), torch.rand(8, 3))",
            "let the model return logits: drop the softmax at ",
            id="a logit does not undo a softmax",
        ),
        pytest.param(
            NET + "net = nn.Sequential(net, nn.Sigmoid())\nnn.CrossEntropyLoss()(net(x), y, y, y)",
            "takes 2 arguments and is given 4",
            id="a call that torch refuses",
        ),
        pytest.param(
            NET + "def f(flag):\n    p = torch.sigmoid(net(x)) if flag else net(x)\n    F.binary_cross_entropy_with_logits(p, y)",
            "in other cases the same call is right (when `not flag`)",
            id="an activation in one branch",
        ),
        pytest.param(
            NET + "net = nn.Sequential(net, nn.Sigmoid())\nF.binary_cross_entropy_with_logits(torch.sigmoid(net(x)), y)",
            "one activation follows the other, and the loss wants neither; drop both",
            id="two sigmoids",
        ),
        pytest.param(
            CLASSES + "net = nn.Sequential(net, nn.Softmax(1))\nF.cross_entropy(net(x).softmax(1), y)",
            "one activation follows the other, and the loss wants neither; drop both",
            id="two softmaxes",
        ),
        pytest.param(
            CLASSES + SHARED.format("self.end(net(x))"),
            "other losses may be called there too",
            id="a call that serves another loss",
        ),
        pytest.param(
            CLASSES + SHARED.format("self.end(net(x)).softmax(1)"),
            "other losses may be called there too",
            id="an activation that serves another loss",
        ),
        pytest.param(
            NET + "y, own = torch.randint(0, 2, (8, 1)), nn.MSELoss()\n"
            "def f(flag):\n    loss = nn.BCEWithLogitsLoss() if flag else own\n    return loss(net(x), y)",
            "other losses may be called there too",
            id="a target that another loss gets",
        ),
        pytest.param(
            CLASSES + "def f(flag, y):\n    loss = nn.BCEWithLogitsLoss() if flag else nn.CrossEntropyLoss()\n    return loss(net(x), y.long())",
            "losses that want other targets are called there too",
            id="a target that is right for another loss",
        ),
    ],
)
def test_what_is_left_says_what_to_do(tmp_path: Path, text: str, words: str) -> None:
    result = fix_text(tmp_path, text)
    assert result.text == text + "\n"
    assert len(result.reasons) == 1
    assert words in result.reasons[0][1]


NETWORK = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 1)

    def forward(self, x):
        x = self.fc(x)
        {}


F.binary_cross_entropy_with_logits(Net()(x), y)"""


@pytest.mark.parametrize(
    "ending",
    [
        "return torch.sigmoid(x) if self.training else x",
        "if self.training:\n            x = torch.sigmoid(x)\n        return x",
        "if not self.training:\n            return x\n        return torch.sigmoid(x)",
    ],
)
def test_what_is_applied_in_training_only_is_not_made_up_for_at_the_loss(tmp_path: Path, ending: str) -> None:
    result = fix_text(tmp_path, NET + NETWORK.format(ending))
    assert not result.titles
    assert "is applied in training only; drop it there" in result.reasons[0][1]
    always = fix_text(tmp_path, NET + NETWORK.format("aux = x if self.training else None\n        return torch.sigmoid(x)"))
    assert "\nF.binary_cross_entropy(Net()(x), y)\n" in always.text


def test_lambda_is_a_wrapper_as_a_function_is(tmp_path: Path) -> None:
    text = NET + "loss = lambda p, t: F.binary_cross_entropy_with_logits(p, t)\nz = net(x)\np = z.sigmoid()\nloss(p, y)\nprint(p)"
    assert fix_text(tmp_path, text, unsafe=False).text == text.replace("loss(p, y)", "loss(z, y)") + "\n"


@pytest.mark.parametrize(("reduction", "advised"), [("", True), (", reduction='mean'", True), (", reduction='batchmean'", False)])
def test_what_torch_advises_for_kl_div_is_said_and_not_done(tmp_path: Path, reduction: str, advised: bool) -> None:
    result = fix_text(tmp_path, CLASSES + f"F.kl_div(net(x).softmax(1), net(x).softmax(1){reduction})")
    assert result.text == CLASSES + f"F.kl_div(net(x).log_softmax(1), net(x).softmax(1){reduction})\n"
    assert ("batchmean" in result.titles[0][2]) is advised


def test_arithmetic_between_the_sigmoid_and_the_loss_is_never_cut(tmp_path: Path) -> None:
    text = NET + "F.binary_cross_entropy_with_logits(1 - torch.sigmoid(net(x)), y)"
    assert "1 - net(x)" not in fix_text(tmp_path, text).text


@pytest.mark.parametrize(
    "between",
    ["z = z * 2", "z += 1", "z.mul_(2)", "z[0] = 0", "for z in [x]: pass"],
)
def test_raw_variable_is_not_used_once_it_has_changed(tmp_path: Path, between: str) -> None:
    text = NET + f"z = net(x)\np = torch.sigmoid(z)\n{between}\nF.binary_cross_entropy_with_logits(p, y)\nprint(p)"
    assert "binary_cross_entropy_with_logits(z, y)" not in fix_text(tmp_path, text).text


def test_comments_are_never_lost(tmp_path: Path) -> None:
    inside = NET + "F.binary_cross_entropy_with_logits(torch.sigmoid(\n    net(x),  # the scores\n), y)"
    assert "# the scores" in fix_text(tmp_path, inside).text
    options = NET + "nn.BCELoss(\n    torch.sigmoid(net(x)),  # the scores\n    y,\n    reduction='sum',\n)"
    assert "# the scores" in fix_text(tmp_path, options).text


def test_advice_fuses_only_where_all_calls_of_the_criterion_can_be(tmp_path: Path) -> None:
    text = NET + "c = nn.BCELoss()\nc(torch.sigmoid(net(x)), y)\np = torch.sigmoid(net(x))\nc(p, y)"
    assert not fix_text(tmp_path, text).titles
    fused = fix_text(tmp_path, text, advice=True)
    assert fused.text == NET + "c = nn.BCEWithLogitsLoss()\nc(net(x), y)\np = net(x)\nc(p, y)\n"
    other = text + "\nc(p * 0.5, y)"
    assert fix_text(tmp_path, other, advice=True).text == other + "\n"


def test_several_findings_of_one_criterion_are_one_edit(tmp_path: Path) -> None:
    text = NET + "c = nn.BCELoss()\nc(net(x), y)\nc(net(x) * 2, y)"
    result = fix_text(tmp_path, text)
    assert result.text == NET + "c = nn.BCEWithLogitsLoss()\nc(net(x), y)\nc(net(x) * 2, y)\n"
    assert len(result.titles) == 2


def test_what_clashes_is_made_in_the_next_round(tmp_path: Path) -> None:
    text = NET + "F.binary_cross_entropy_with_logits(net(x), torch.ones(8, dtype=torch.long))"
    result = fix_text(tmp_path, text, unsafe=False)
    assert {code for code, _, _ in result.titles} == {"BCE201", "BCE203"}
    assert not result.reasons
    assert ".float()" in result.text
    assert ".unsqueeze(1)" in result.text
