"""Losses of packages around torch: what they want hangs on how they are made."""

from __future__ import annotations

import pytest

from tests.trace.tracing import PRELUDE, trace

IMPORTS = """\
import segmentation_models_pytorch as smp
from monai.losses import DiceLoss, DiceCELoss, FocalLoss
import monai.losses as ml
import kornia
from fastai.vision.all import BCEWithLogitsLossFlat, BCELossFlat, CrossEntropyLossFlat
from timm.loss import LabelSmoothingCrossEntropy, BinaryCrossEntropy
q = torch.softmax(z, 1)
k = torch.randint(0, 3, (4,))
"""


def codes(text: str) -> list[str]:
    return [code for _, code in trace(IMPORTS + text).codes]


def verdicts(text: str) -> list[str]:
    from bcelint.analysis.judge import judge
    from bcelint.rules.registry import ALL_RULES

    return [judge(call, ALL_RULES).verdict.value for call in trace(IMPORTS + text).calls]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DiceLoss()(z, y)", ["BCE101"]),
        ("DiceLoss(sigmoid=True)(z, y)", []),
        ("DiceLoss(sigmoid=True)(p, y)", ["BCE102"]),
        ("DiceLoss(True, True, False, True)(q, y)", ["BCE103"]),
        ("DiceLoss()(p, y)", []),
        ("DiceLoss(p, y)", ["BCE305"]),
        ("DiceLoss(to_onehot_y=True, softmax=True)(z, torch.randint(0, 3, (4, 1)))", []),
        ("DiceCELoss(to_onehot_y=True, softmax=True)(q, y)", ["BCE103"]),
        ("FocalLoss(use_softmax=True)(q, y)", ["BCE103"]),
        ("ml.FocalLoss()(p, y)", ["BCE102"]),
        ("smp.losses.DiceLoss('binary')(p, y)", ["BCE102"]),
        ("smp.losses.DiceLoss(mode='multiclass', from_logits=True)(q, k)", ["BCE103"]),
        ("smp.losses.DiceLoss(smp.losses.BINARY_MODE, from_logits=False)(z, y)", ["BCE101"]),
        ("smp.losses.DiceLoss(smp.losses.MULTICLASS_MODE)(q, k)", ["BCE103"]),
        ("smp.losses.JaccardLoss('multilabel', from_logits=False)(p, y)", []),
        ("smp.losses.SoftBCEWithLogitsLoss()(p, y)", ["BCE102"]),
        ("smp.losses.SoftCrossEntropyLoss(smooth_factor=0.1)(q, y)", ["BCE103"]),
        ("smp.losses.MCCLoss()(z, y)", ["BCE101"]),
        ("smp.utils.losses.DiceLoss()(z, y)", ["BCE101"]),
        ("smp.utils.losses.DiceLoss(activation='sigmoid')(p, y)", ["BCE102"]),
        ("smp.utils.losses.JaccardLoss(activation='sigmoid')(z, y)", []),
        ("kornia.losses.binary_focal_loss_with_logits(p, y, alpha=0.25)", ["BCE102"]),
        ("kornia.losses.DiceLoss()(q, k)", ["BCE103"]),
        ("kornia.losses.focal_loss(z, k.bool(), alpha=0.5)", ["BCE204"]),
        ("kornia.losses.LovaszHingeLoss()(p, y)", ["BCE102"]),
        ("kornia.losses.LovaszHingeLoss()(z, y)", []),
        ("BCEWithLogitsLossFlat()(p, y)", ["BCE102"]),
        ("BCEWithLogitsLossFlat()(z, torch.tensor([0, 1]))", []),
        ("BCELossFlat()(z, y)", ["BCE101"]),
        ("CrossEntropyLossFlat(axis=1)(q, k.int())", ["BCE103"]),
        ("LabelSmoothingCrossEntropy()(q, k)", ["BCE103"]),
        ("BinaryCrossEntropy()(p, y)", ["BCE102"]),
        ("import torchvision\ntorchvision.ops.sigmoid_focal_loss(p, y)", ["BCE102"]),
        ("import torchvision\ntorchvision.ops.sigmoid_focal_loss(z, torch.randint(0, 2, (4, 3)))", ["BCE201"]),
    ],
)
def test_what_they_want(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "DiceLoss(other_act=torch.tanh)(z, y)",
        "DiceLoss(sigmoid=anything)(p, y)",
        "DiceCELoss()(z, y)",
        "smp.losses.DiceLoss(anything)(p, y)",
        "smp.losses.FocalLoss('binary', 0.25, 2.0, None, True)(p, y)",
        "DiceLoss(**anything)(p, y)",
    ],
)
def test_where_it_is_not_known_what_they_want_nothing_is_said(text: str) -> None:
    assert codes(text) == []
    assert verdicts(text) == ["unknown"]


@pytest.mark.parametrize(
    "text",
    [
        "kornia.losses.FocalLoss(torch.tensor(0.25))(z, k)",
        "FocalLoss(alpha=torch.tensor([0.2, 0.8]))(z, y)",
        "ml.GeneralizedWassersteinDiceLoss(1 - torch.eye(3))(z, y)",
        "DiceCELoss(softmax=True, ce_weight=torch.ones(3))(z, y)",
        "smp.losses.SoftBCEWithLogitsLoss(torch.ones(3))(z, y)",
        "BinaryCrossEntropy(0.1, None, torch.ones(3))(z, y)",
        "kornia.losses.dice_loss(input=z, target=k)",
        "DiceLoss(a_parameter_of_tomorrow=1, sigmoid=True)(z, y)",
    ],
)
def test_options_of_their_own_are_no_mistakes(text: str) -> None:
    assert codes(text) == []


def test_a_loss_of_ones_own_that_inherits_from_one_of_theirs() -> None:
    text = "class Mine(DiceLoss):\n    def __init__(self):\n        super().__init__(sigmoid=True)\nMine()(p, y)"
    assert codes(text) == ["BCE102"]


def test_a_metric_is_no_loss() -> None:
    text = """\
        import torchmetrics
        import torchmetrics.functional as tmf
        from torchmetrics.classification import BinaryHingeLoss
        accuracy, hinge = torchmetrics.Accuracy(task="binary"), BinaryHingeLoss()
        accuracy(p, y.long()), hinge.update(p, y), tmf.dice(p, y.long()), tmf.classification.binary_accuracy(p, y)
        metrics = torchmetrics.MetricCollection([accuracy])
        metrics(p, y)
        nn.BCEWithLogitsLoss()(p, y)
    """
    found = trace(text, prelude=PRELUDE)
    assert [call.loss.name for call in found.calls] == ["BCEWithLogitsLoss"]
    assert found.predictions == ["probabilities"]


@pytest.mark.parametrize(("step", "trained"), [("self.manual_backward(loss)", True), ("self.log('loss', loss)", False)])
def test_manual_optimization_of_lightning_trains(step: str, trained: bool) -> None:
    text = f"""\
        import lightning
        class Net(lightning.LightningModule):
            def step(self):
                loss = nn.BCEWithLogitsLoss()(z.detach(), y)
                {step}
        Net().step()
    """
    assert [code for _, code in trace(text).codes] == (["BCE303"] if trained else [])


GEOMETRIC = "from torch_geometric.nn import GATConv, GCNConv, SAGEConv, GCN, MLP, Linear, GINConv, global_mean_pool, global_add_pool\n"


@pytest.mark.parametrize(
    ("made", "prediction"),
    [
        ("GCNConv(3, 7)(x, anything)", "logits (…, 7)"),
        ("GATConv(3, 7, heads=2)(x, anything)", "logits (…, 14)"),
        ("GATConv(3, 7, heads=2, concat=False).to('cpu')(x, anything)", "logits (…, 7)"),
        ("SAGEConv(3, 7, normalize=True)(x, anything)", ""),
        ("GCN(3, 8, 2, 7)(x, anything)", "logits (…, 7)"),
        ("MLP([3, 4, 7])(x)", "logits (1 or more dimensions)"),
        ("MLP([3, 4, 7], plain_last=False)(x)", ""),
        ("global_mean_pool(GCNConv(3, 7)(x, anything), anything)", "logits (N, 7)"),
        ("global_mean_pool(torch.sigmoid(x), anything)", "probabilities (N, 3)"),
        ("global_add_pool(torch.sigmoid(x), anything)", ""),
        ("nn.Sequential(Linear(3, 1), nn.Sigmoid())(x)", "probabilities (…, 1)"),
    ],
)
def test_layers_over_graphs(made: str, prediction: str) -> None:
    (call,) = trace(f"{GEOMETRIC}\nout = {made}\nF.binary_cross_entropy_with_logits(out, y)").calls
    facts = call.prediction.facts
    assert (f"{facts.kind.value.value} {facts.shape.value}" if facts.kind and facts.shape else "") == prediction


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("m, o = Fabric().setup(nn.Linear(3, 1), anything)\nout = m(x)", "logits"),
        ("f = lightning.fabric.Fabric()\nm = f.setup_module(nn.Sigmoid())\nout = m(f.to_device(x))", "probabilities"),
        ("a = Accelerator()\nm, o, l = a.prepare(nn.Linear(3, 1), anything, [x])\nfor b in l:\n    out = a.unwrap_model(m)(b)", "logits"),
        ("m = monai.networks.nets.UNet(2, 1, 3, (4, 8), (2,))\nout = m(x)", "logits"),
        ("m = monai.networks.nets.UNet(2, 1, 3, (4, 8), (2,))\nm.model[2] = nn.Sigmoid()\nout = m(x)", "unknown: UNet with another head"),
        ("m = monai.networks.nets.Discriminator((1, 8, 8), (2, 2), (2, 2))\nout = m(x)", "probabilities"),
        ("m = B.from_pretrained('b')\nbatch = somewhere.batch()\nout = m(**batch).logits", "logits"),
        ("m = B.from_pretrained('b')\nbatch = somewhere.batch()\nout = m(**batch)[0]", "unknown: another output of the model"),
        ("m = B.from_pretrained('b')\nout = torch.sigmoid(m(x, labels=y)['logits'])", "probabilities"),
    ],
)
def test_what_is_handed_on_and_what_models_return(made: str, expected: str) -> None:
    text = "import lightning, monai\nfrom lightning.fabric import Fabric\nfrom accelerate import Accelerator\n"
    text += "from transformers import AutoModelForSequenceClassification as B\n"
    (call,) = trace(f"{text}{made}\nF.binary_cross_entropy_with_logits(out, y)").calls
    from tests.trace.tracing import in_words

    assert in_words(call.prediction) == expected
