"""Models that libraries make: what stands at their end, and how their result is packed.

A program mostly keeps the body of such a model and puts a head of its own in the place of the old one, so the rows name the attribute
that holds the head and the layers in it. What the body computes is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

CLASSES = "<classes>"
"""In a layer's arguments: the number of classes that the call asks for."""
TORCHVISION = "torchvision.models."
VISION = "docs.pytorch.org/vision/stable/models.html, read from torchvision 0.24"


@dataclass(frozen=True)
class Maker:
    """A function or class that makes a model.

    ``head`` is the attribute that is applied last, ``layers`` what stands in it: one layer, or several as a Sequential. ``classes`` is the
    keyword that sets their number and ``default`` its default. ``packed`` says what the model returns: the ``tensor``, a dict with the
    tensor under ``out``, or a ``ModelOutput`` with ``logits``. ``unless`` are keywords under which all this does not hold.
    """

    names: tuple[str, ...]
    source: str
    head: str
    layers: tuple[tuple[str, Mapping[str, Any]], ...]
    classes: str = "num_classes"
    default: int = 1000
    packed: str = "tensor"
    rank: int = 2
    """Of what reaches the head: 2 for (N, features), 4 for (N, channels, height, width)."""
    unless: frozenset[str] = frozenset()
    activation: str = ""
    """The keyword that names an activation behind the head."""
    last_positional: int = 2
    """More positional arguments than these are not followed."""
    by_prefix: Mapping[str, str] = field(default_factory=dict)
    """The attribute by the beginning of the model's name, which is the first argument."""


def linear(features: int | None = None) -> tuple[str, Mapping[str, Any]]:
    return "torch.nn.Linear", {"in_features": features, "out_features": CLASSES}


def conv(channels: int | None = None) -> tuple[str, Mapping[str, Any]]:
    return "torch.nn.Conv2d", {"in_channels": channels, "out_channels": CLASSES, "kernel_size": 1}


def dense(inputs: int, outputs: int) -> tuple[str, Mapping[str, Any]]:
    return "torch.nn.Linear", {"in_features": inputs, "out_features": outputs}


FEATURES: tuple[str, Mapping[str, Any]] = ("", {})
"""A layer of which nothing is known."""
RELU: tuple[str, Mapping[str, Any]] = ("torch.nn.ReLU", {})
DROPOUT: tuple[str, Mapping[str, Any]] = ("torch.nn.Dropout", {})


def vision(names: str, head: str, *layers: tuple[str, Mapping[str, Any]], **fields: Any) -> Maker:
    return Maker(tuple(TORCHVISION + name for name in names.split()), VISION, head, layers, **fields)


def classifiers(families: str, head: str) -> Maker:
    names = tuple(f"transformers.{family}ForSequenceClassification.from_pretrained" for family in families.split())
    return Maker(
        names, HUGGING_FACE, head, (linear(),), classes="num_labels", default=2, packed="ModelOutput", unless=frozenset({"config"}), last_positional=1
    )


SMP = "smp.readthedocs.io/en/latest/models.html"
HUGGING_FACE = "huggingface.co/docs/transformers/main_classes/output"

ROWS = (
    vision("resnet18 resnet34", "fc", linear(512)),
    vision(
        "resnet50 resnet101 resnet152 resnext50_32x4d resnext101_32x8d resnext101_64x4d wide_resnet50_2 wide_resnet101_2",
        "fc",
        linear(2048),
    ),
    vision("shufflenet_v2_x0_5 shufflenet_v2_x1_0", "fc", linear(1024)),
    vision("alexnet", "classifier", DROPOUT, dense(9216, 4096), RELU, DROPOUT, dense(4096, 4096), RELU, linear(4096)),
    vision(
        "vgg11 vgg11_bn vgg13 vgg13_bn vgg16 vgg16_bn vgg19 vgg19_bn",
        "classifier",
        dense(25088, 4096),
        RELU,
        DROPOUT,
        dense(4096, 4096),
        RELU,
        DROPOUT,
        linear(4096),
    ),
    vision("densenet121", "classifier", linear(1024)),
    vision("densenet161", "classifier", linear(2208)),
    vision("densenet169", "classifier", linear(1664)),
    vision("densenet201", "classifier", linear(1920)),
    vision("mobilenet_v2", "classifier", DROPOUT, linear(1280)),
    vision("efficientnet_b0 efficientnet_b1", "classifier", DROPOUT, linear(1280)),
    vision("efficientnet_b2", "classifier", DROPOUT, linear(1408)),
    vision("efficientnet_b3", "classifier", DROPOUT, linear(1536)),
    vision("efficientnet_b4", "classifier", DROPOUT, linear(1792)),
    vision("efficientnet_b5", "classifier", DROPOUT, linear(2048)),
    vision("swin_t swin_s", "head", linear(768)),
    vision(
        "segmentation.fcn_resnet50 segmentation.fcn_resnet101 segmentation.deeplabv3_resnet50 segmentation.deeplabv3_resnet101 "
        "segmentation.deeplabv3_mobilenet_v3_large",
        "classifier",
        FEATURES,
        FEATURES,
        FEATURES,
        FEATURES,
        conv(),
        default=21,
        packed="out",
        rank=4,
    ),
    Maker(
        ("efficientnet_pytorch.EfficientNet.from_pretrained", "efficientnet_pytorch.EfficientNet.from_name"),
        "github.com/lukemelas/EfficientNet-PyTorch",
        "_fc",
        (linear(),),
        unless=frozenset({"include_top"}),
    ),
    Maker(
        ("timm.create_model", "timm.models.create_model", "timm.models.factory.create_model"),
        "huggingface.co/docs/timm/reference/models",
        "",
        (linear(),),
        unless=frozenset({"features_only", "num_classes=0"}),
        by_prefix={
            "resnet": "fc",
            "resnext": "fc",
            "seresnet": "fc",
            "seresnext": "fc",
            "res2net": "fc",
            "resnest": "fc",
            "ecaresnet": "fc",
            "wide_resnet": "fc",
            "gluon_resnet": "fc",
            "tf_efficientnet": "classifier",
            "efficientnet": "classifier",
            "densenet": "classifier",
            "mobilenetv": "classifier",
            "mixnet": "classifier",
            "vit_": "head",
            "swin_": "head",
            "deit_": "head",
        },
    ),
    Maker(
        tuple(
            f"segmentation_models_pytorch.{name}"
            for name in "Unet UnetPlusPlus MAnet Linknet FPN PSPNet PAN DeepLabV3 DeepLabV3Plus Segformer UPerNet".split()
        ),
        SMP,
        "segmentation_head",
        (conv(),),
        classes="classes",
        default=1,
        rank=4,
        unless=frozenset({"aux_params"}),
        activation="activation",
        last_positional=1,
    ),
    classifiers("Bert DistilBert Albert MobileBert SqueezeBert DebertaV2 Deberta", "classifier"),
    classifiers("AutoModel Roberta XLMRoberta Electra Camembert XLNet Longformer BigBird MPNet Ernie", ""),
)
"""``pretrainedmodels`` is left out: it keeps its makers in a dict and some of them in no attribute at all."""

ACTIVATIONS: dict[str, tuple[str, Mapping[str, Any]] | None] = {
    "identity": None,
    "sigmoid": ("torch.nn.Sigmoid", {}),
    "softmax2d": ("torch.nn.Softmax", {"dim": 1}),
    "softmax": ("torch.nn.Softmax", {}),
    "logsoftmax": ("torch.nn.LogSoftmax", {}),
    "tanh": ("torch.nn.Tanh", {}),
}
"""The activations by the names that segmentation_models_pytorch gives them (its ``base.modules.Activation``)."""


@cache
def _makers() -> dict[str, Maker]:
    return {name: row for row in ROWS for name in row.names}


def maker(name: str) -> Maker | None:
    """The row of a function or class that makes a model; torchvision's stand in a module of their family, too (``models.resnet.resnet18``)."""
    found = _makers().get(name)
    if found is None and name.startswith(TORCHVISION):
        return _makers().get(TORCHVISION + name.rpartition(".")[2])
    return found
