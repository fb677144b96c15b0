"""Functions, methods and models of which the user declares what they return."""

from __future__ import annotations

import pytest

from tests.trace.tracing import PROBE, out_of, trace, value_of

PROBABILITIES = '[calls."mylib.build"]\nreturns = "probabilities"\n'
UNET = """
[calls."mylib.Unet"]
init = "encoder='resnet34', classes=1, activation=None, aux=None, **kwargs"
head = "segmentation_head"
layers = ["torch.nn.Conv2d(..., classes, 1)"]
rank = 4
cases = [
    {when = "aux is not None", returns = "unknown"},
    {when = "activation == 'sigmoid'", layers = ["torch.nn.Conv2d(..., classes, 1)", "torch.nn.Sigmoid()"]},
    {when = "activation not in (None, 'identity')", returns = "unknown"},
]
"""
BERT = """
[calls."mylib.Bert.from_pretrained"]
init = "name, num_labels=2, config=None, **kwargs"
call = "input_ids=None, labels=None, **kwargs"
layers = ["torch.nn.Linear(..., num_labels)"]
returns = {attributes = {logits = "head"}}
cases = [
    {when = "config is not None", returns = "unknown"},
    {when = "labels is not None", returns = {attributes = {loss = "unknown", logits = "head"}}},
]
"""
GAT = """
[calls."mylib.GAT"]
init = "in_channels, out_channels, heads=1, concat=True"
call = "x, edges"
returns = {kind = "logits", dtype = "x", shape = ["x.shape[0]", "heads * out_channels if concat else out_channels"]}
"""


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("from mylib import build\nout = build()", PROBABILITIES, "probabilities"),
        ("from mylib import build\nout = build()(x)", PROBABILITIES, "probabilities"),
        ("from mylib import build\nmodel = build(1, a=2).to('cuda').eval()\nout = model(x)", PROBABILITIES, "probabilities"),
        ("from mylib import build\nmodel = nn.DataParallel(build().cuda())\nmodel.train()\nout = model(x)", PROBABILITIES, "probabilities"),
        ("from mylib import build\nmodel = nn.DataParallel(build())\nout = model.module.half()(x)", PROBABILITIES, "probabilities"),
        ("from mylib import build\nout = build().view(-1, 1)", PROBABILITIES, "probabilities"),
        ("from mylib import build\nmodel = build()\nmodel.fc = nn.Linear(3, 3)\nout = model(x)", PROBABILITIES, "unknown: build with another head"),
        ("import mylib\nout = mylib.build(x).log()", PROBABILITIES, "log-probabilities"),
        ("import mylib\nout = mylib.Model().predict(x)", '[calls."mylib.Model.predict"]\nreturns = "probabilities"', "probabilities"),
        (
            "import mylib\nout = mylib.Model().run(x)",
            '[calls."mylib.Model.predict"]\nreturns = "probabilities"',
            "unknown: mylib.Model().run is outside of the project",
        ),
        ("import mylib\nout = mylib.scale(x)", '[calls."mylib.scale"]\nreturns = {range = [-1, 1]}', "[-1, 1]"),
        ("import mylib\nout = mylib.up(p)", '[calls."mylib.up"]\ninit = "image"\nreturns = {keeps = "image"}', "probabilities"),
        ("import mylib\nout = mylib.wrap(3, model=p)", '[calls."mylib.wrap"]\ninit = "n, model"\nreturns = {argument = "model"}', "probabilities"),
        ("import mylib\na, out = mylib.ready(z, p)", '[calls."mylib.ready"]\nreturns = "arguments"', "probabilities"),
        ("import mylib\nout = mylib.ready(p)", '[calls."mylib.ready"]\nreturns = "arguments"', "probabilities"),
        ("import mylib\nout = mylib.both(x)['p']", '[calls."mylib.both"]\nreturns = {items = {p = "probabilities", z = "logits"}}', "probabilities"),
        ("import mylib\na, out = mylib.both(x)", '[calls."mylib.both"]\nreturns = {tuple = ["unknown", "logits"]}', "logits"),
        ("import mylib\nout = mylib.wrong(x, 2)", '[calls."mylib.wrong"]\ninit = "x"\nreturns = "logits"',
         "unknown: a call of wrong that does not fit its declared parameters"),
        ("import mylib\nout = mylib.Unet('resnet50', 1)(x)", UNET, "logits"),
        ("import mylib\nout = mylib.Unet(activation='sigmoid')(x)", UNET, "probabilities"),
        ("import mylib\nout = mylib.Unet(activation='tanh')(x)", UNET, "unknown: what Unet returns is not declared"),
        ("import mylib\nout = mylib.Unet(activation=anything)(x)", UNET, "unknown: which case of Unet it is, is not known"),
        ("import mylib\nm = mylib.Unet()\nm.segmentation_head = nn.Sequential(nn.Conv2d(3, 1, 1), nn.Sigmoid())\nout = m(x)", UNET, "probabilities"),
        ("import mylib\nout = mylib.Unet(activation='sigmoid' if anything else None)(x)", UNET,
         "probabilities when anything; logits when not anything"),
        ("import mylib\nout = mylib.Bert.from_pretrained('b')(x).logits", BERT, "logits"),
        ("import mylib\nout = mylib.Bert.from_pretrained('b')(x)[0]", BERT, "logits"),
        ("import mylib\nout = mylib.Bert.from_pretrained('b')(x, labels=y)[1]", BERT, "logits"),
        ("import mylib\nout = torch.sigmoid(mylib.Bert.from_pretrained('b')(x, labels=y).logits)", BERT, "probabilities"),
    ],
)  # fmt: skip
def test_what_a_declared_call_returns(text: str, declared: str, expected: str) -> None:
    assert value_of(text, declared=declared) == expected


def test_a_shape_is_computed_from_parameters() -> None:
    for made, width in [("mylib.GAT(3, 8, heads=2)", 16), ("mylib.GAT(3, 8, 2, concat=False)", 8)]:
        (call,) = trace(f"import mylib\nout = {made}(x, anything)" + PROBE, declared=GAT).calls
        facts = call.prediction.facts
        assert str(facts.value("shape")) == f"(4, {width})"
        assert facts.value("dtype").value == "float32"
        assert facts.value("grad") is True


def test_a_size_that_is_not_a_number_is_not_computed_with() -> None:
    declared = '[calls."mylib.wide"]\ninit = "x, n"\nreturns = {kind = "logits", shape = ["x.shape[0]", "x.shape[0] * n", "n * 2"]}'
    (call,) = trace("import mylib\nout = mylib.wide(x, 'many')" + PROBE, declared=declared).calls
    assert str(call.prediction.facts.value("shape")) == "(4, ?, ?)"


def test_a_head_is_as_wide_as_its_parameter_says() -> None:
    (call,) = trace("import mylib\nout = mylib.Unet(classes=5)(torch.rand(2, 3, 8, 8))" + PROBE, declared=UNET).calls
    assert call.prediction.facts.value("shape").dim(1) == 5


def test_a_function_that_is_declared_is_not_followed() -> None:
    files = {
        "lib.py": "from torch import nn\ndef build():\n    return nn.Linear(3, 3)\nclass Net(nn.Module):\n    def forward(self, x):\n        return x"
    }
    assert value_of("import lib\nout = lib.build()(x)", files) == "logits"
    assert value_of("import lib\nout = lib.build()(x)", files, '[calls."lib.build"]\nreturns = "probabilities"') == "probabilities"
    assert value_of("import lib\nout = lib.Net().eval()(x)", files, '[calls."lib.Net"]\nreturns = "probabilities"') == "probabilities"
    assert value_of("import lib\nout = lib.Net()(x)", files, '[calls."lib.Net.forward"]\nreturns = "probabilities"') == "probabilities"
    assert value_of("import lib\nout = lib.Net()", files, '[calls."lib.Net"]\nmodel = false\nreturns = "probabilities"') == "probabilities"


@pytest.mark.parametrize(
    ("classes", "declared", "expected"),
    [
        ("class Net(far.Base):\n    pass", '[calls."lib.Net"]\nreturns = "probabilities"', "probabilities"),
        ("class Base(nn.Module):\n    def forward(self, x):\n        return x\nclass Net(Base):\n    pass",
         '[calls."lib.Net"]\nreturns = "logits"', "logits"),
        ("class Base(nn.Module):\n    pass\nclass Net(Base):\n    def forward(self, x):\n        return torch.sigmoid(x)",
         '[calls."lib.Base"]\nreturns = "logits"', "probabilities"),
        ("class Net(mylib.Unet):\n    def __init__(self):\n        super().__init__(activation='sigmoid')", UNET, "probabilities"),
        ("class Net(mylib.Unet):\n    def forward(self, x):\n        return torch.sigmoid(super().forward(x))", UNET, "probabilities"),
    ],
)  # fmt: skip
def test_classes_that_inherit(classes: str, declared: str, expected: str) -> None:
    files = {"lib.py": f"import torch, far, mylib\nfrom torch import nn\n{classes}\n"}
    assert value_of("import lib\nout = lib.Net().cuda()(x)", files, declared) == expected


def test_what_is_no_loss_is_not_reported() -> None:
    text = "from lib import metric\nmetric(p, y)"
    files = {"lib.py": "import torch.nn.functional as F\ndef metric(a, b):\n    return F.binary_cross_entropy_with_logits(a, b)"}
    assert trace(text, files).codes == [(2, "BCE102")]
    assert trace(text, files, declared='[calls."lib.metric"]\nreturns = "unknown"').codes == []


def test_an_activation_that_is_not_said_is_called_one() -> None:
    from bcelint.analysis.judge import judge
    from bcelint.rules.registry import ALL_RULES

    (call,) = trace("import mylib\nnn.CrossEntropyLoss()(mylib.build()(x), torch.randint(0, 3, (4,)))", declared=PROBABILITIES).calls
    ((_, problem),) = judge(call, ALL_RULES).problems
    assert "build (as declared) at" in problem.message
    assert problem.message.endswith("drop the activation")
    assert out_of("out = p").facts.kind is not None
