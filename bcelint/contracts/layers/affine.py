"""Layers with trained weights: linear maps, convolutions, embeddings. What they give out is unbounded, and born there."""

from __future__ import annotations

from typing import Any, Callable

from bcelint.contracts import shapes, windows
from bcelint.contracts.layers.rows import layer
from bcelint.contracts.schema import Args
from bcelint.facts import UNBOUNDED, Dim, DType, Kind, Shape

OUTPUT: dict[str, Any] = {"range": UNBOUNDED, "kind": Kind.LOGITS, "grad": True}


def computed_dtype(args: Args) -> Any:
    """Floats, of the width that weights and autocast give them: float32 unless something says otherwise."""
    dtype = args.facts("input").value("dtype")
    return dtype if dtype is not None and dtype.is_floating else DType.FLOATING


def to_features(args: Args) -> Shape:
    """The last dimension becomes ``out_features``; of an unknown input a batch dimension is assumed."""
    size = shapes.size(args.arg("out_features"))
    claim = args.facts("input").shape
    known = None if claim is None else shapes.with_dim(claim.value, -1, size)
    return known or Shape((None, size), open=True)


def to_features_of_two(args: Args) -> Shape:
    size = shapes.size(args.arg("out_features"))
    claim = args.facts("input1").shape
    known = None if claim is None else shapes.with_dim(claim.value, -1, size)
    return known or Shape((None, size), open=True)


def convolved(rank: int, sizes: Callable[[Args, Shape | None, int], tuple[Dim, ...]] = windows.slid) -> Any:
    """(N, channels, …): the channels are known, the sizes where those of the input are."""

    def field(args: Args) -> Shape:
        claim = args.facts("input").shape
        shape = None if claim is None else claim.value
        return windows.with_channels(shape, shapes.size(args.arg("out_channels")), sizes(args, shape, rank))

    return field


def embedded(args: Args) -> Shape:
    size = shapes.size(args.arg("embedding_dim"))
    claim = args.facts("input").shape
    return Shape((size,), open=True) if claim is None else Shape((*claim.value.dims, size), claim.value.open)


def bagged(args: Args) -> Shape:
    return Shape((None, shapes.size(args.arg("embedding_dim"))))


DEVICE = "device=None, dtype=None"
CONV = f"in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros', {DEVICE}"
LAZY = f"out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros', {DEVICE}"
BACK = "stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1, padding_mode='zeros', device=None, dtype=None"
TABLE = "padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False"
EMBEDDED: dict[str, Any] = {"range": UNBOUNDED, "kind": None, "grad": True, "dtype": DType.FLOATING}

ROWS = (
    layer("nn.Linear", f"in_features, out_features, bias=True, {DEVICE}", dtype=computed_dtype, shape=to_features, **OUTPUT),
    layer("nn.LazyLinear", f"out_features, bias=True, {DEVICE}", dtype=computed_dtype, shape=to_features, **OUTPUT),
    layer(
        "nn.Bilinear",
        f"in1_features, in2_features, out_features, bias=True, {DEVICE}",
        call="input1, input2",
        main="input1",
        dtype=DType.FLOATING,
        shape=to_features_of_two,
        **OUTPUT,
    ),
    *(layer(f"nn.Conv{n}d", CONV, dtype=computed_dtype, shape=convolved(n), **OUTPUT) for n in (1, 2, 3)),
    *(layer(f"nn.LazyConv{n}d", LAZY, dtype=computed_dtype, shape=convolved(n), **OUTPUT) for n in (1, 2, 3)),
    *(
        layer(
            f"nn.ConvTranspose{n}d",
            f"in_channels, out_channels, kernel_size, {BACK}",
            call="input, output_size=None",
            dtype=computed_dtype,
            shape=convolved(n, windows.spread),
            **OUTPUT,
        )
        for n in (1, 2, 3)
    ),
    *(
        layer(
            f"nn.LazyConvTranspose{n}d",
            f"out_channels, kernel_size, {BACK}",
            call="input, output_size=None",
            dtype=computed_dtype,
            shape=convolved(n, windows.spread),
            **OUTPUT,
        )
        for n in (1, 2, 3)
    ),
    layer(
        "nn.Embedding",
        f"num_embeddings, embedding_dim, {TABLE}, sparse=False, _weight=None, _freeze=False, {DEVICE}",
        shape=embedded,
        **EMBEDDED,
    ),
    layer(
        "nn.EmbeddingBag",
        "num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode='mean', sparse=False, _weight=None, "
        f"include_last_offset=False, padding_idx=None, {DEVICE}",
        call="input, offsets=None, per_sample_weights=None",
        shape=bagged,
        **EMBEDDED,
    ),
)
