"""Models with a head: the attribute holds these layers, in this order, and what they make is what the model returns."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
import torch
from torch import nn

from bcelint.contracts.declared.rows import DeclaredCall, Returns
from bcelint.contracts.schema import UNKNOWN
from checks.libraries import tiny
from checks.libraries.real import by_name, real, rows

HEADS = {by_name(row): row for row in rows() if isinstance(row, DeclaredCall) and row.layers}
CLASSES = 5


def chosen(row: DeclaredCall, given: dict[str, Any]) -> DeclaredCall:
    known = {param.name: param.default for param in row.init.params} | given
    found = row.cases.choose(row, lambda name: known.get(name, UNKNOWN), row.init)
    assert found is not None
    return found


def check(row: DeclaredCall, model: nn.Module, given: dict[str, Any], *inputs: Any, **keywords: Any) -> None:
    """The head of ``model`` is built of the row's layers, and its output is what comes out."""
    declared = chosen(row, given)
    head = model
    for part in declared.head.split("."):
        head = getattr(head, part)
    same_layers(declared, head, given)
    made: list[torch.Tensor] = []
    head.register_forward_hook(lambda module, args, output: made.append(output))
    output = model(*inputs, **keywords)
    assert made[-1].shape[1 if declared.rank == 4 and made[-1].ndim == 4 else -1] == CLASSES
    is_what_comes_out(declared.returns, output, made[-1])


def same_layers(declared: DeclaredCall, head: nn.Module, given: dict[str, Any]) -> None:
    theirs = list(head.children()) if isinstance(head, nn.Sequential) else [head]
    layers = list(declared.layers)
    if layers[-1].name == "torch.nn.Flatten" and len(theirs) == len(layers) - 1:
        layers.pop()  # the model does that behind its head
    assert len(theirs) == len(layers), head
    if declared.layer_names:
        assert [name for name, _ in head.named_children()] == list(declared.layer_names)
    for layer, module in zip(layers, theirs):
        if layer.name in ("", "torch.nn.Identity"):
            continue
        ours = real(layer.name)
        same = isinstance(module, ours) or type(getattr(module, "activation", None)) is ours
        assert same, f"{layer.text} against {module}"
        positional, _ = layer.arguments()
        sizes = [given.get(each.text, UNKNOWN) if each.text in given else each.value(lambda name: UNKNOWN) for each in positional]
        names = {nn.Linear: ("in_features", "out_features"), nn.Conv2d: ("in_channels", "out_channels")}.get(ours, ())
        for size, name in zip(sizes, names):
            assert size is UNKNOWN or getattr(module, name) == size, f"{layer.text} against {module}"


def is_what_comes_out(returns: Returns, output: Any, made: torch.Tensor) -> None:
    if returns.form == "head":
        assert output is made or output.data_ptr() == made.data_ptr(), (output.shape, made.shape)  # the very thing, or a view of it
        return
    parts = dict(returns.parts)
    for name, part in parts.items():
        found = output[name] if returns.form == "items" else getattr(output, name)
        if part.form == "head":
            assert torch.is_tensor(found)
            grown = found.ndim == 4 and found.shape[:2] == made.shape[:2]  # interpolated to the size of the picture
            assert grown or found is made
    if returns.form == "attributes":
        assert list(output._fields if hasattr(output, "_fields") else output.keys())[: len(parts)] == list(parts)


VIDEO = {"swin3d": (2, 3, 8, 64, 64), "mvit": (2, 3, 16, 224, 224), "r3d": (2, 3, 4, 32, 32), "mc3": (2, 3, 4, 32, 32), "r2plus": (2, 3, 4, 32, 32)}
SIDES = {"vit_": 224, "inception": 299, "maxvit": 224, "vgg": 32}
TOO_LARGE = ("regnet_y_128gf", "regnet_y_32gf", "regnet_x_32gf")
"""Models that can't be built without memory, and have too many weights."""
IN_TORCHVISION = [name for row in HEADS.values() for name in row.names if name.startswith("torchvision.")]


@pytest.mark.parametrize("name", [name for name in IN_TORCHVISION if not name.endswith(TOO_LARGE)])
def test_torchvision(name: str) -> None:
    found = real(name)
    if found is not real("torchvision.models.get_model_builder")(found.__name__):
        pytest.fail(f"{name} is not what its last part says")
    row = next(row for row in HEADS.values() if name in row.names)
    short = name.rpartition(".")[2]
    given: dict[str, Any] = {"num_classes": CLASSES}
    options: dict[str, Any] = {"weights_backbone": None, "aux_loss": True} if ".segmentation." in name else {}
    if short == "googlenet":
        given["aux_logits"] = True
    shape = next((size for start, size in VIDEO.items() if short.startswith(start)), None)
    side = next((side for start, side in SIDES.items() if short.startswith(start)), 64)
    with nullcontext() if short.startswith("regnet") else torch.device("meta"):
        check(row, found(**given, **options), given, torch.zeros(shape or (2, 3, side, side)))


@pytest.mark.parametrize("name", [name for row in HEADS.values() for name in row.names if name.startswith("efficientnet_pytorch.")])
def test_efficientnet_pytorch(name: str) -> None:
    """Made by ``from_name``: ``from_pretrained`` calls that, and loads weights."""
    row = next(row for row in HEADS.values() if name in row.names)
    given = {"num_classes": CLASSES}
    model = real(name.replace("from_pretrained", "from_name"))("efficientnet-b0", **given)
    check(row, model, given, torch.zeros(2, 3, 128, 128))


@pytest.mark.parametrize("activation", [None, "identity", "sigmoid", "softmax2d", "tanh"])
@pytest.mark.parametrize("name", [name for row in HEADS.values() for name in row.names if name.startswith("segmentation_models_pytorch.")])
def test_segmentation_models_pytorch(name: str, activation: str | None) -> None:
    row = next(row for row in HEADS.values() if name in row.names)
    given = {"classes": CLASSES, "activation": activation}
    short = name.rpartition(".")[2]
    options: dict[str, Any] = {"encoder_name": "tu-vit_tiny_patch16_224" if short == "DPT" else "resnet18"}
    if short == "create_model":
        options["arch"] = "Unet"
    if activation in ("softmax2d", None) or short in ("Unet", "FPN"):
        model = real(name)(**given, **options, encoder_weights=None).eval()
        check(row, model, given, torch.zeros(2, 3, 224, 224) if short == "DPT" else torch.zeros(2, 3, 128, 128))


TIMM = {
    "resnet18": "fc",
    "seresnext26d_32x4d": "fc",
    "ecaresnet26t": "fc",
    "res2net50_26w_4s": "fc",
    "skresnet18": "fc",
    "efficientnet_b0": "classifier",
    "mobilenetv3_small_050": "classifier",
    "mixnet_s": "classifier",
    "ghostnet_050": "classifier",
    "densenet121": "classifier",
    "vit_tiny_patch16_224": "head",
    "deit_tiny_patch16_224": "head",
    "mixer_s32_224": "head",
    "swin_tiny_patch4_window7_224": "head",
    "convnext_atto": "head",
    "regnetx_002": "head",
    "vgg11": "head",
    "mobilevit_xxs": "head",
}
"""One model of each family that is small enough, and the attribute of its head."""


@pytest.mark.parametrize("name", TIMM)
def test_timm(name: str) -> None:
    row = HEADS["timm.create_model"]
    given = {"model_name": name, "num_classes": CLASSES}
    declared = chosen(row, given)
    assert declared.head == TIMM[name]
    model = real("timm.create_model")(**given).eval()
    head = getattr(model, declared.head)
    last = head.fc if declared.layer_names else head
    assert isinstance(last, nn.Linear)
    assert last.out_features == CLASSES
    made: list[torch.Tensor] = []
    head.register_forward_hook(lambda module, args, output: made.append(output))
    side = 256 if "mobilevit" in name else 224
    output = model(torch.zeros(2, 3, side, side))
    assert output is made[-1]
    model.reset_classifier(3)
    assert model(torch.zeros(2, 3, side, side)).shape == (2, 3)


def test_families_of_timm() -> None:
    """Every model that timm lists, by what it says itself of its classifier."""
    timm = pytest.importorskip("timm")
    row = HEADS["timm.create_model"]
    wrong = []
    for name in timm.list_models():
        declared = chosen(row, {"model_name": name, "num_classes": CLASSES})
        said = getattr(timm.get_pretrained_cfg(name), "classifier", None)
        expected = f"{declared.head}.fc" if declared.layer_names else declared.head
        if declared.head and said is not None and said != expected:
            wrong.append((name, expected, said))
    assert not wrong


TRANSFORMERS = [name for row in HEADS.values() for name in row.names if name.startswith("transformers.") and not name.endswith(".from_pretrained")]


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_transformers(name: str) -> None:
    row = next(row for row in HEADS.values() if name in row.names)
    twin = next(other for other in HEADS.values() if f"{name}.from_pretrained" in other.names)
    assert (row.head, row.rank) == (twin.head, twin.rank)
    model = tiny.transformer(name, name.partition("For")[0].partition(".")[2], CLASSES)
    check(row, model, {"num_labels": CLASSES}, **tiny.inputs(name))
