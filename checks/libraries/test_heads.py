"""Models with a head: the attribute holds these layers, in this order, and what they make is what the model returns."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
import torch
from torch import nn

from bcelint.contracts.declared.rows import DeclaredCall, Returns
from bcelint.contracts.schema import UNKNOWN
from checks.libraries.real import by_name, real, rows

HEADS = {by_name(row): row for row in rows() if isinstance(row, DeclaredCall) and row.layers}
CLASSES = 5
TORCHVISION = [name for name in sorted(HEADS) if name.startswith("torchvision.")]
PICTURE = torch.zeros(2, 3, 64, 64)


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
    assert len(theirs) == len(layers), head
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
        assert output is made or (output.shape == made.shape and torch.equal(output, made)), (output.shape, made.shape)
        return
    parts = dict(returns.parts)
    for name, part in parts.items():
        found = output[name] if returns.form == "items" else getattr(output, name)
        if part.form == "head":
            assert torch.is_tensor(found)
            grown = found.ndim == 4 and found.shape[:2] == made.shape[:2]  # interpolated to the size of the picture
            assert grown or torch.equal(found, made)
    if returns.form == "attributes":
        assert list(output._fields if hasattr(output, "_fields") else output.keys())[: len(parts)] == list(parts)


FAKE = ("_128gf", "_32gf", "_16gf", "vit_l", "vit_h", "convnext_large", "swin3d", "efficientnet_v2_l", "efficientnet_b7", "efficientnet_b6")
VIDEO = {"swin3d": (2, 3, 8, 64, 64), "mvit": (2, 3, 16, 224, 224), "r3d": (2, 3, 4, 32, 32), "mc3": (2, 3, 4, 32, 32), "r2plus": (2, 3, 4, 32, 32)}
SIZES = {"vit_": 224, "inception": 80, "maxvit": 224, "alexnet": 224, "vgg": 32, **{f"{name}_": 64 for name in ("resnet", "densenet")}}


@pytest.mark.parametrize(
    "name", [each for row in TORCHVISION for each in HEADS[row].names if each.count(".") == 2 or ".segmentation." in each or ".video." in each]
)
def test_torchvision(name: str) -> None:
    row = next(row for row in HEADS.values() if name in row.names)
    short = name.rpartition(".")[2]
    given: dict[str, Any] = {"num_classes": CLASSES}
    options: dict[str, Any] = {"weights_backbone": None} if ".segmentation." in name else {}
    if short == "googlenet":
        given["aux_logits"] = True
    shape = next((size for start, size in VIDEO.items() if short.startswith(start)), None)
    side = next((side for start, side in SIZES.items() if short.startswith(start)), 64)
    with torch.device("meta") if not short.startswith("regnet") else nullcontext():
        if "128gf" in short or "32gf" in short:
            pytest.skip("too large for this machine")
        model = real(name)(**given, **options)
        check(row, model, given, torch.zeros(shape or (2, 3, side, side)))
