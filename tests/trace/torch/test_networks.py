"""Models that libraries make, with the heads that programs put in."""

from __future__ import annotations

import pytest

from bcelint.losscall import Argument
from tests.trace.tracing import trace

VISION = "import torchvision\nfrom torchvision import models\n"
BINARY = "nn.BCEWithLogitsLoss()(net(x), y)\n"


def said(argument: Argument) -> str:
    """Kind or range, and shape; why there is none of them, else."""
    facts = argument.facts
    what = facts.kind.value.value if facts.kind else str(facts.range.value) if facts.range else ""
    return f"{what} {facts.shape.value}" if what and facts.shape else argument.reason


@pytest.mark.parametrize(
    ("text", "prediction"),
    [
        ("net = models.resnet18(pretrained=True)", "logits (4, 1000)"),
        ("net = torchvision.models.resnet.resnet50(num_classes=1).cuda()", "logits (4, 1)"),
        ("net = getattr(models, 'vgg' + '16')()\nnet.classifier[6] = nn.Linear(net.classifier[6].in_features, 2)", "logits (4, 2)"),
        ("net = models.__dict__['resnet18']()\nnet.fc = nn.Linear(net.fc.in_features, 2)", "logits (4, 2)"),
        ("net = models.densenet121()\nnet.classifier = nn.Sequential(nn.Linear(1024, 14), nn.Sigmoid())", "probabilities (4, 14)"),
        ("net = models.mobilenet_v2()\nnet.classifier.add_module('out', nn.Sigmoid())", "probabilities (4, 1000)"),
        ("net = nn.DataParallel(models.resnet18())\nnet.module.fc = nn.Linear(512, 7)", "logits (4, 7)"),
        ("import copy\nold = models.resnet18()\nnet = copy.deepcopy(old)\nold.fc = nn.Sigmoid()", "logits (4, 1000)"),
        ("net = models.resnet18()\nnet.forward = lambda x: torch.sigmoid(x)", "probabilities (4, 3)"),
        ("net = models.resnet18()\nnet.register_forward_hook(print)", "resnet18 has a forward hook"),
        ("net = models.resnet18()\nnet.conv1 = nn.Conv2d(1, 64, 7)", "logits (4, 1000)"),
        ("net = models.resnet18(**anything)", "logits (4, ?)"),
        ("net = models.unheard_of()", "torchvision.models.unheard_of is outside of the project"),
        ("import timm\nnet = timm.create_model('resnet50', pretrained=True, num_classes=1)", "logits (4, 1)"),
        ("import timm\nnet = timm.create_model('vit_base', num_classes=3)\nnet.head = nn.Sigmoid()", "probabilities (4, ?)"),
        ("import timm\nnet = timm.create_model(anything, num_classes=3)", "logits (4, 3)"),
        ("import timm\nnet = timm.create_model(anything, num_classes=3)\nnet.fc = nn.Linear(5, 1)", "create_model with another head"),
        ("import timm\nnet = timm.create_model('resnet50', num_classes=0)", "what create_model returns is not declared"),
        ("import timm\nnet = timm.create_model('resnet50', num_classes=anything)", "logits (4, ?)"),
        ("import timm\nnet = timm.create_model('resnet50', num_classes=2)\nnet.reset_classifier(3)", "logits (4, 3)"),
        (
            "import timm\nnet = timm.create_model('resnet50', num_classes=2)\nnet.reset_classifier(num_classes=0)",
            "what create_model returns is not declared",
        ),
        (
            "import timm\nnet = timm.create_model('resnet50')\nnet.reset_classifier(3) if anything.flag else net.reset_classifier(3, '')",
            "logits (4, 3)",
        ),
        ("import timm\nnet = timm.create_model('swin_tiny', num_classes=3)\nnet.head.fc = nn.Sigmoid()", "probabilities (4, ?)"),
        ("net = models.vit_b_16()\nnet.heads.head = nn.Linear(net.heads.head.in_features, 2)", "logits (4, 2)"),
        ("net = models.vit_b_16()\nnet.heads = nn.Sequential(nn.Linear(768, 2), nn.Sigmoid())", "probabilities (4, 2)"),
        ("net = models.squeezenet1_0()\nnet.classifier[1] = nn.Conv2d(512, 2, 1)", "[0, inf) (4, 2)"),
        ("net = models.convnext_tiny()\nnet.classifier[2] = nn.Linear(768, 2)", "logits (4, 2)"),
        ("net = models.inception_v3(aux_logits=False, num_classes=2)", "logits (4, 2)"),
        ("net = models.resnet18()\nsetattr(net, anything, nn.Sigmoid())", "resnet18 with another head"),
        ("from efficientnet_pytorch import EfficientNet\nnet = EfficientNet.from_pretrained('b0', num_classes=5)", "logits (4, 5)"),
    ],
)
def test_heads(text: str, prediction: str) -> None:
    (call,) = trace(VISION + text + "\n" + BINARY).calls
    assert said(call.prediction) == prediction


@pytest.mark.parametrize(
    ("text", "out", "prediction"),
    [
        ("net = models.segmentation.deeplabv3_resnet50(num_classes=1)", "net(x)['out']", "logits (N, 1, ?, ?)"),
        (
            "net = models.segmentation.fcn_resnet50()\nnet.classifier = models.segmentation.fcn.FCNHead(2048, 2)",
            "net(x)['out']",
            "logits (4, 2, ?, ?)",
        ),
        ("import segmentation_models_pytorch as smp\nnet = smp.Unet('resnet34', classes=2)", "net(x)", "logits (4, 2, ?, ?)"),
        ("import segmentation_models_pytorch as smp\nnet = smp.FPN(activation='sigmoid')", "net(x)", "probabilities (4, 1, ?, ?)"),
        ("import segmentation_models_pytorch as smp\nnet = smp.FPN(activation=None)", "net(x)", "logits (4, 1, ?, ?)"),
        ("import segmentation_models_pytorch as smp\nnet = smp.FPN(activation=anything)", "net(x)", "which case of FPN it is, is not known"),
        ("from transformers import BertForSequenceClassification as B\nnet = B.from_pretrained('b')", "net(x).logits", "logits (4, ?)"),
        ("from transformers import BertForSequenceClassification as B\nnet = B.from_pretrained('b')", "net(x)[0]", "logits (4, ?)"),
        ("from transformers import BertForSequenceClassification as B\nnet = B.from_pretrained('b')", "net(x)['logits']", "logits (4, ?)"),
        (
            "from transformers import BertForSequenceClassification as B\nnet = B.from_pretrained('b', num_labels=3)",
            "net(x, labels=y)[1]",
            "logits (4, 3)",
        ),
        (
            "from transformers import BertForSequenceClassification as B\nnet = B.from_pretrained('b')",
            "net(x, labels=y)[0]",
            "what BertForSequenceClassification returns is not declared",
        ),
    ],
)
def test_packed_results(text: str, out: str, prediction: str) -> None:
    (call,) = trace(VISION + text + f"\nnn.BCEWithLogitsLoss()({out}, y)").calls
    assert said(call.prediction) == prediction
