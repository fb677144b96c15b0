"""Models and functions without a head of ours: what comes out has the range, width and shape that the row says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from bcelint.contracts.declared.expressions import Expression
from bcelint.contracts.declared.rows import DeclaredCall, Returns
from bcelint.contracts.schema import REQUIRED, UNKNOWN
from bcelint.facts import UNIT, Kind
from checks.libraries import tiny
from checks.libraries.real import by_name, real, rows

CALLS = {by_name(row): row for row in rows() if isinstance(row, DeclaredCall) and not row.layers}
CLASSES = 5
EDGES = torch.tensor([[0, 1, 2, 3, 4, 5, 1], [1, 2, 3, 4, 5, 0, 4]])
NODES = torch.randn(6, 4, generator=torch.Generator().manual_seed(0))


def facts(row: DeclaredCall, given: Mapping[str, Any]) -> Returns:
    """What the row says of a call with ``given``, tensors among them."""
    found = row.cases.choose(row, lookup(row, given))
    assert found is not None
    return found.returns


def lookup(row: DeclaredCall, given: Mapping[str, Any]) -> Any:
    known = {param.name: UNKNOWN if param.default is REQUIRED else param.default for param in (*row.init.params, *row.call.params)} | dict(given)

    def look(name: str) -> Any:
        if name.endswith("]"):
            owner, _, index = name[:-1].partition(".shape[")
            return known[owner].shape[int(index)]
        return known.get(name, UNKNOWN)

    return look


def check(row: DeclaredCall, given: Mapping[str, Any], model: Callable[..., Any], *args: Any, **keywords: Any) -> None:
    """What ``model`` makes of these arguments. Few scores need not leave [0, 1], though they might: then weights are drawn again, and again."""
    said, look, outputs = facts(row, given), lookup(row, given), []
    for seed in range(8):
        if isinstance(model, nn.Module) and "Discriminator" not in type(model).__name__:
            tiny.shaken(model, seed)
        outputs.append(model(*args, **keywords))
        if leaves_unit(said, outputs):
            break
    compare(said, outputs, look)


def leaves_unit(said: Returns, outputs: list[Any]) -> bool:
    """Whether logits were found on both sides of [0, 1]; true of what is no logits."""
    if said.parts:
        return all(leaves_unit(part, found) for part, found in parts(said, outputs))
    low, high = (
        (torch.stack([edge(each.detach()) for each in outputs]) for edge in (torch.min, torch.max)) if said.kind is Kind.LOGITS else (None, None)
    )
    return low is None or high is None or bool(low.min() < UNIT.low and high.max() > UNIT.high)


def parts(said: Returns, outputs: list[Any]) -> Iterator[tuple[Returns, list[Any]]]:
    """The tensors under each name or place that is spoken of."""
    for at, (name, part) in enumerate(said.parts):
        if said.form == "attributes":
            assert list(outputs[0])[at] == name
            yield part, [getattr(output, name) for output in outputs]
        else:
            yield part, [output[at if said.form == "tuple" else name] for output in outputs]


def compare(said: Returns, outputs: list[Any], look: Any) -> None:
    assert said.form != "unknown"
    assert leaves_unit(said, outputs)
    if said.parts:
        for part, found in parts(said, outputs):
            compare(part, found, look)
        return
    for output in outputs:
        assert isinstance(output, Tensor)
        if isinstance(said.shape, tuple):
            sizes = [size.value(look) if isinstance(size, Expression) else size for size in said.shape]
            assert output.ndim == len(sizes) or (said.open and output.ndim >= len(sizes))
            assert all(size in (None, UNKNOWN, found) for size, found in zip(sizes, output.shape[-len(sizes) :])), (sizes, output.shape)
        if said.range is not None:
            assert output.min() >= said.range.low
            assert output.max() <= said.range.high
        assert output.requires_grad or said.kind is None or said.keeps


# PyTorch Geometric

CONV: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "ChebConv": ({"K": 2}, {}),
    "SSGConv": ({"alpha": 0.1}, {}),
    "RGCNConv": ({"num_relations": 2}, {"edge_type": torch.tensor([0, 1, 0, 1, 0, 1, 0])}),
    "FastRGCNConv": ({"num_relations": 2}, {"edge_type": torch.tensor([0, 1, 0, 1, 0, 1, 0])}),
    "NNConv": ({"nn": nn.Linear(2, 4 * CLASSES)}, {"edge_attr": torch.randn(7, 2)}),
    "PNAConv": ({"aggregators": ["mean"], "scalers": ["identity"], "deg": torch.tensor([0, 5, 1])}, {}),
    "EGConv": ({"num_heads": 1}, {}),
    "PDNConv": ({"edge_dim": 2, "hidden_channels": 3}, {"edge_attr": torch.randn(7, 2)}),
    "GMMConv": ({"dim": 2, "kernel_size": 2}, {"edge_attr": torch.rand(7, 2)}),
    "PNA": ({"aggregators": ["mean"], "scalers": ["identity"], "deg": torch.tensor([0, 5, 1])}, {}),
}
"""What a layer needs besides its widths, and its call besides nodes and edges."""
GEOMETRIC = [name for name in CALLS if name.startswith("torch_geometric.")]
LAYERS = [name for name in GEOMETRIC if name.endswith("Conv")]
MODELS = "GCN GraphSAGE GIN GAT PNA EdgeCNN".split()


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("more", [{}, {"heads": 2}, {"heads": 2, "concat": False}])
def test_layers_of_geometric(name: str, more: dict[str, Any]) -> None:
    row = CALLS[name]
    if more.keys() <= row.init.names:
        own, call = CONV.get(name.rpartition(".")[2], ({}, {}))
        given = {"in_channels": 4, "out_channels": CLASSES, **more, **own}
        layer = real(name)(**given).train()
        check(row, {**given, "x": NODES}, layer, NODES, EDGES, **call)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("more", [{}, {"jk": "cat"}, {"num_layers": 1}])
def test_models_of_geometric(name: str, more: dict[str, Any]) -> None:
    own, _ = CONV.get(name, ({}, {}))
    given = {"in_channels": 4, "hidden_channels": 6, "num_layers": 2, "out_channels": CLASSES, **more, **own}
    model = real(f"torch_geometric.nn.{name}")(**given).train()
    check(CALLS[f"torch_geometric.nn.{name}"], {**given, "x": NODES}, model, NODES, EDGES)


def test_the_rest_of_geometric() -> None:
    linear = real("torch_geometric.nn.Linear")(4, CLASSES)
    check(CALLS["torch_geometric.nn.Linear"], {"out_channels": CLASSES}, linear, NODES)
    for given in ({"channel_list": [4, 6, CLASSES]}, {"in_channels": 4, "hidden_channels": 6, "out_channels": CLASSES, "num_layers": 2}):
        mlp = real("torch_geometric.nn.MLP")(**given)
        check(CALLS["torch_geometric.nn.MLP"], given, mlp, NODES)
    decoder = real("torch_geometric.nn.InnerProductDecoder")()
    nodes = NODES.clone().requires_grad_()
    check(CALLS["torch_geometric.nn.InnerProductDecoder"], {"z": nodes}, decoder, nodes, EDGES)
    assert facts(CALLS["torch_geometric.nn.InnerProductDecoder"], {"z": nodes, "sigmoid": False}).form == "unknown"


@pytest.mark.parametrize("name", [name for name in GEOMETRIC if name.endswith("_pool")])
@pytest.mark.parametrize("batch", [None, torch.tensor([0, 0, 0, 1, 1, 2])])
def test_poolings_of_geometric(name: str, batch: Tensor | None) -> None:
    """What goes on in them lies between the least and the greatest that went in."""
    row, x = CALLS[name], NODES.sigmoid()
    output = real(name)(x, batch)
    check(row, {"x": x, "batch": batch}, real(name), x, batch)
    if facts(row, {"x": x}).keeps:
        assert x.min() <= output.min()
        assert output.max() <= x.max()
    else:
        assert output.max() > x.max()


def test_all_of_geometric_is_looked_at() -> None:
    rest = {"Linear", "MLP", "InnerProductDecoder", "global_mean_pool", "global_max_pool", "global_add_pool"}
    assert {name.rpartition(".")[2] for name in GEOMETRIC} == {*(name.rpartition(".")[2] for name in LAYERS), *MODELS, *rest}


# MONAI

PLANE, CUBE = torch.randn(2, 1, 64, 64), torch.randn(1, 1, 32, 32, 32)
WAYS = {"channels": (4, 8, 16), "strides": (2, 2)}
DYN = {"kernel_size": [3, 3, 3, 3], "strides": [1, 2, 2, 2], "upsample_kernel_size": [2, 2, 2]}
FLAT = {"spatial_dims": 2, "in_channels": 1, "out_channels": CLASSES}
NETS: list[tuple[str, dict[str, Any]]] = [
    ("UNet", {**FLAT, **WAYS}),
    ("UNet", {**FLAT, **WAYS, "num_res_units": 2}),
    ("UNet", {**FLAT, **WAYS, "spatial_dims": 3}),
    ("AttentionUnet", {**FLAT, **WAYS}),
    ("BasicUNet", {**FLAT, "features": (4, 4, 4, 4, 4, 4)}),
    ("BasicUNetPlusPlus", {**FLAT, "features": (4, 4, 4, 4, 4, 4)}),
    ("DynUNet", {**FLAT, **DYN}),
    ("DynUNet", {**FLAT, **DYN, "deep_supervision": True, "deep_supr_num": 2}),
    ("SegResNet", FLAT),
    ("UNETR", {**FLAT, "img_size": (64, 64), "hidden_size": 48, "mlp_dim": 64, "num_heads": 4}),
    ("SwinUNETR", {**FLAT, "feature_size": 12}),
    ("VNet", FLAT),
    ("AHNet", {**FLAT, "upsample_mode": "transpose"}),
    ("FlexibleUNet", {**FLAT, "backbone": "efficientnet-b0"}),
    ("MedNeXt", {**FLAT, "init_filters": 8}),
    ("DenseNet", {**FLAT, "block_config": (2, 2)}),
    *((f"DenseNet{n}", FLAT) for n in (121, 169, 201, 264)),
    ("EfficientNetBN", {"model_name": "efficientnet-b0", "pretrained": False, "spatial_dims": 2, "in_channels": 1, "num_classes": CLASSES}),
    *((f"resnet{n}", {"spatial_dims": 2, "n_input_channels": 1, "num_classes": CLASSES}) for n in (10, 18, 34, 50, 101, 152, 200)),
    *(
        (f"SE{name}", {"spatial_dims": 2, "in_channels": 1, "num_classes": CLASSES})
        for name in ("Net154", "ResNet50", "ResNet101", "ResNet152", "ResNext50", "ResNext101")
    ),
    ("Classifier", {"in_shape": (1, 64, 64), "classes": CLASSES, "channels": (4, 8), "strides": (2, 2)}),
    ("Classifier", {"in_shape": (1, 64, 64), "classes": CLASSES, "channels": (4, 8), "strides": (2, 2), "last_act": "sigmoid"}),
    ("Discriminator", {"in_shape": (1, 64, 64), "channels": (4, 8), "strides": (2, 2)}),
    ("Discriminator", {"in_shape": (1, 64, 64), "channels": (4, 8), "strides": (2, 2), "last_act": None}),
    ("FullyConnectedNet", {"in_channels": 64, "out_channels": CLASSES, "hidden_channels": [8]}),
]


@pytest.mark.parametrize(("name", "given"), [pytest.param(*each, id=f"{each[0]}-{at}") for at, each in enumerate(NETS)])
def test_networks_of_monai(name: str, given: dict[str, Any]) -> None:
    row = CALLS[f"monai.networks.nets.{name}"]
    network = real(row.names[0])(**given).train()
    x = CUBE if given.get("spatial_dims") == 3 else torch.randn(8, 64) if name == "FullyConnectedNet" else PLANE
    x = torch.randn(2, 1, 128, 128) if name == "AHNet" else x
    x = torch.randn(64, 1, 64, 64) * 30 if name == "Discriminator" else x
    check(row, {**given, row.call.params[0].name: x}, network, x)


def test_all_of_monai_is_looked_at() -> None:
    assert {name.rpartition(".")[2] for name in CALLS if name.startswith("monai.")} == {name for name, _ in NETS}


# transformers

TASKS = [name for row in CALLS.values() for name in row.names if name.startswith("transformers.") and not name.endswith(".from_pretrained")]


@pytest.mark.parametrize("name", [name for name in TASKS if "Auto" not in name])
def test_transformers(name: str) -> None:
    row = next(row for row in CALLS.values() if name in row.names)
    twin = next(other for other in CALLS.values() if f"{name}.from_pretrained" in other.names)
    model = tiny.transformer(name, name.partition(".")[2].partition("For")[0].partition("LMHead")[0], CLASSES)
    inputs = tiny.inputs(name)
    check(row, inputs, model, **inputs)
    check(twin, {**inputs, "num_labels": CLASSES}, model, **inputs)


def test_the_makers_of_transformers() -> None:
    """``AutoModelFor…`` makes models of the classes that are looked at above."""
    for name in TASKS:
        if "Auto" in name:
            task = name.partition("AutoModel")[2].partition(".")[0]
            family = {"ForCausalLM": "GPT2LMHeadModel", "ForSeq2SeqLM": "T5ForConditionalGeneration", "ForImageClassification": "ViT" + task}
            auto = real(name.rpartition(".")[0])
            made = real("transformers." + family.get(task, ("Wav2Vec2ForSequenceClassification" if "Audio" in task else "Bert" + task)))
            assert made in auto._model_mapping.values()


# What is left


def test_lraspp() -> None:
    name = "torchvision.models.segmentation.lraspp_mobilenet_v3_large"
    model = real(name)(num_classes=CLASSES, weights_backbone=None)
    x = torch.randn(2, 3, 64, 64)
    check(CALLS[name], {"num_classes": CLASSES, "input": x}, model, x)


@pytest.mark.parametrize(("name", "width"), [("deeplabv3.DeepLabHead", "num_classes"), ("fcn.FCNHead", "channels")])
def test_heads_for_segmentation(name: str, width: str) -> None:
    full, x = f"torchvision.models.segmentation.{name}", torch.randn(2, 16, 8, 8)
    check(CALLS[full], {width: CLASSES, "input": x}, real(full)(16, CLASSES), x)


@pytest.mark.parametrize("activation", [None, "sigmoid"])
def test_dpt(activation: str | None) -> None:
    given = {"classes": CLASSES, "activation": activation}
    name = "segmentation_models_pytorch.DPT"
    model = real(name)(encoder_name="tu-vit_tiny_patch16_224", encoder_weights=None, **given)
    x = torch.randn(1, 3, 224, 224)
    check(CALLS[name], {**given, "x": x}, model, x)


def test_what_is_handed_on() -> None:
    accelerator = real("accelerate.Accelerator")(cpu=True)
    model, loader = nn.Linear(2, 1), torch.utils.data.DataLoader([0])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    first, second, third = accelerator.prepare(model, optimizer, loader)
    assert first is model
    assert second.optimizer is optimizer
    assert list(third) == list(loader)
    assert accelerator.prepare_model(model) is model
    assert accelerator.unwrap_model(first) is model
    assert list(accelerator.prepare_data_loader(loader)) == list(loader)


def test_what_fabric_hands_on() -> None:
    fabric = real("lightning.Fabric")(accelerator="cpu", devices=1)
    model, loader = nn.Linear(2, 1), torch.utils.data.DataLoader([0])
    first, second = fabric.setup(model, torch.optim.SGD(model.parameters(), lr=0.1))
    assert first.module is model
    assert second.optimizer is not None
    assert fabric.setup(nn.Linear(2, 1)).module is not None
    assert fabric.setup_module(nn.Linear(2, 1)).module is not None
    assert list(fabric.setup_dataloaders(loader)) == list(loader)
    assert fabric.to_device(NODES) is NODES
