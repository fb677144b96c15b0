"""Every row of the layers, built and run: what it claims of the output is so."""

from __future__ import annotations

import random
import warnings
from typing import Any

import pytest
import torch

from bcelint.contracts import tables
from bcelint.contracts.refusals import refuses
from bcelint.contracts.schema import Arg, Args, Layer, Result
from bcelint.facts import Claim, Facts, Interval, Shape
from tests.contracts.checking import check
from tests.contracts.drawing import T, draw
from tests.contracts.test_ops import leaves, parted, resolve, seeded

X, WIDE = T(dtypes="float32"), T((4, 2, 3), "float32")
LINE, IMAGE, VOLUME = T((2, 4, 9), "float32"), T((2, 4, 6, 8), "float32"), T((1, 4, 5, 6, 7), "float32")
ROOM = {"1": LINE, "2": IMAGE, "3": VOLUME}
WORDS = T((2, 5), "long", Interval(0, 4))
TOKENS = T((5, 2, 8), "float32")
Call = tuple[tuple[Any, ...], tuple[Any, ...]]
PLAIN: list[Call] = [((), (X,)), ((), (WIDE,))]


def spatial(name: str, init: tuple[Any, ...], **more: Any) -> dict[str, list[Call]]:
    extra = more.get("extra", ())
    return {name.format(n): [(init, (x,)), *((e, (x,)) for e in extra)] for n, x in ROOM.items()}


ACTIVATIONS = """Sigmoid Tanh ReLU ReLU6 ELU SELU CELU GELU SiLU Mish Hardswish Hardsigmoid Hardtanh LeakyReLU PReLU RReLU Softplus Softsign
Hardshrink Softshrink Tanhshrink LogSigmoid Softmax Softmin LogSoftmax Dropout AlphaDropout Identity"""
UNBATCHED = T((4, 6, 8), "float32")

SAMPLES: dict[str, list[Call]] = {
    **dict.fromkeys(ACTIVATIONS.split(), PLAIN),
    "Softmax": [((1,), (X,)), (({"dim": -1},), (T((2, 1), "float32"),)), ((), (X,))],
    "LogSoftmax": [(({"dim": 1},), (X,)), ((1,), (T((2, 1), "float32"),))],
    "Hardtanh": [*PLAIN, ((0.0, 1.0), (X,))],
    "LeakyReLU": [*PLAIN, ((0.2,), (X,))],
    "Dropout": [*PLAIN, ((0.2,), (X,))],
    "Threshold": [((0.5, 9.0), (X,))],
    "GLU": [((), (T((2, 4), "float32"),))],
    "Softmax2d": [((), (IMAGE,)), ((), (UNBATCHED,))],
    "Dropout1d": [((), (LINE,))],
    "Dropout2d": [((), (IMAGE,))],
    "Dropout3d": [((), (VOLUME,))],
    "Linear": [((3, 5), (X,)), ((3, 1), (WIDE,))],
    "LazyLinear": [((5,), (X,))],
    "Bilinear": [((3, 3, 2), (X, X))],
    **spatial("Conv{}d", (4, 1, 3), extra=[(4, 6, 1), (4, 2, 3, 2, 1)]),
    **spatial("LazyConv{}d", (2, 3)),
    **spatial("ConvTranspose{}d", (4, 1, 2, 2)),
    **spatial("LazyConvTranspose{}d", (3, 2)),
    "Embedding": [((5, 7), (WORDS,)), ((5, 7, 0), (WORDS,))],
    "EmbeddingBag": [((5, 7), (WORDS,))],
    "BatchNorm1d": [((4,), (LINE,)), ((3,), (X,)), ((3, {"affine": False}), (X,))],
    "BatchNorm2d": [((4,), (IMAGE,))],
    "BatchNorm3d": [((4,), (VOLUME,))],
    **spatial("LazyBatchNorm{}d", ()),
    **spatial("InstanceNorm{}d", (4,), extra=[(4, {"affine": True})]),
    **spatial("LazyInstanceNorm{}d", ()),
    "SyncBatchNorm": [],
    "LayerNorm": [((3,), (X,)), (((2, 3),), (WIDE,))],
    "RMSNorm": [((3,), (X,))],
    "GroupNorm": [((2, 4), (IMAGE,))],
    "LocalResponseNorm": [((2,), (LINE,))],
    "CosineSimilarity": [((), (X, X)), ((-1,), (WIDE, WIDE))],
    "PairwiseDistance": [((), (X, X)), (({"keepdim": True},), (X, X))],
    "Flatten": [((), (WIDE,)), ((), (IMAGE,)), ((0,), (X,)), ((2, -1), (IMAGE,))],
    "Unflatten": [((1, (2, 2)), (IMAGE,))],
    "PixelShuffle": [((2,), (IMAGE,))],
    "PixelUnshuffle": [((2,), (IMAGE,))],
    "ChannelShuffle": [((2,), (IMAGE,))],
    "Fold": [(((4, 5), 2), (T((2, 12, 12), "float32"),))],
    "Unfold": [((2,), (IMAGE,))],
    **spatial("MaxPool{}d", (2,), extra=[(3, 1, 1), (2, {"return_indices": True})]),
    **spatial("AvgPool{}d", (2,), extra=[(3, 1, 1)]),
    **spatial("AdaptiveAvgPool{}d", (1,), extra=[(2,)]),
    **spatial("AdaptiveMaxPool{}d", (1,)),
    "LPPool1d": [((2, 2), (LINE,))],
    "LPPool2d": [((2, 2), (IMAGE,))],
    "Upsample": [(({"scale_factor": 2},), (IMAGE,)), (({"size": (3, 3), "mode": "bilinear"},), (IMAGE,)), ((7, None, "bicubic"), (IMAGE,))],
    "UpsamplingNearest2d": [((None, 2), (IMAGE,))],
    "UpsamplingBilinear2d": [((None, 2), (IMAGE,)), (((5, 6),), (IMAGE,))],
    **spatial("ReflectionPad{}d", (1,)),
    **spatial("ReplicationPad{}d", (1,)),
    **spatial("CircularPad{}d", (1,)),
    **spatial("ZeroPad{}d", (2,)),
    **spatial("ConstantPad{}d", (1, 3.5)),
    "LSTM": [((8, 6), (TOKENS,)), ((8, 6, 2, {"bidirectional": True}), (TOKENS,)), ((8, 6, {"proj_size": 3}), (TOKENS,))],
    "GRU": [((8, 6), (TOKENS,)), ((8, 6, {"bidirectional": True}), (TOKENS,)), ((8, 6), (TOKENS, T((1, 2, 6), "float32")))],
    "RNN": [((8, 6), (TOKENS,)), ((8, 6, {"nonlinearity": "relu"}), (TOKENS,))],
    "LSTMCell": [((3, 6), (X,))],
    "GRUCell": [((3, 6), (X,)), ((3, 6), (X, T((2, 6), "float32")))],
    "RNNCell": [((3, 6), (X,)), ((3, 6, {"nonlinearity": "relu"}), (X,))],
    "MultiheadAttention": [((8, 2), (TOKENS, TOKENS, TOKENS)), ((8, 2), (TOKENS, TOKENS, TOKENS, {"need_weights": False}))],
    "TransformerEncoderLayer": [((8, 2, 16), (TOKENS,))],
    "TransformerDecoderLayer": [((8, 2, 16), (TOKENS, TOKENS))],
    "TransformerEncoder": [((torch.nn.TransformerEncoderLayer(8, 2, 16), 1), (TOKENS,))],
    "TransformerDecoder": [((torch.nn.TransformerDecoderLayer(8, 2, 16), 1), (TOKENS, TOKENS))],
    "Transformer": [((8, 2, 1, 1, 16), (TOKENS, TOKENS))],
}
NO_SAMPLE = {"SyncBatchNorm"}
"""It runs on GPUs only."""
ROWS = [pytest.param(row, id=row.title) for row in tables.layers()]


@pytest.mark.parametrize("row", ROWS)
def test_every_layer_has_a_sample(row: Layer) -> None:
    assert SAMPLES[row.title] or row.title in NO_SAMPLE


@pytest.mark.parametrize("row", ROWS)
def test_claims_hold(row: Layer) -> None:
    for number, (init, call) in enumerate(SAMPLES[row.title]):
        ran = 0
        for turn in range(8):
            name = row.names[turn % len(row.names)]
            try:
                run(row, name, init, call, seeded(name, number, turn), 1 if turn < 3 else 0.6)
            except (RuntimeError, TypeError, IndexError, ValueError) as error:
                last = error
                continue
            ran += 1
        assert ran, f"torch never ran {name}{init}{call}: {last}"


def run(row: Layer, name: str, init: tuple[Any, ...], call: tuple[Any, ...], rng: random.Random, knowing: float) -> None:
    built, options = parted(init)
    given, named = parted(call)
    first = [draw(v, rng, i, knowing) for i, v in enumerate(built)]
    chosen = {k: draw(v, rng, i, knowing) for i, (k, v) in enumerate(options.items())}
    inputs = [draw(v, rng, 20 + i, knowing) for i, v in enumerate(given)]
    switched = {k: draw(v, rng, 40 + i, knowing) for i, (k, v) in enumerate(named.items())}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layer = resolve(name)(*[d.value for d in first], **{k: d.value for k, d in chosen.items()})
        actual = layer(*[d.value for d in inputs], **{k: d.value for k, d in switched.items()})
    bound = {p.name: d.arg for p, d in zip(row.init, first)}
    bound.update({p.name: d.arg for p, d in zip(row.call, inputs)})
    bound.update({k: d.arg for k, d in (*chosen.items(), *switched.items())})
    args = Args(bound, (*row.init, *row.call))
    assert not refuses(row, args), f"torch takes {name}{init}{call}"
    check(
        tables.outcome(row, args),
        args.facts(row.main),
        actual,
        leaves(inputs, switched),
        f"{name}{init}{call} dropout" if "ropout" in name else f"{name}{init}{call}",
    )


def test_linear_assumes_a_batch_only_where_the_shape_is_unknown() -> None:
    row = tables.layer("torch.nn.Linear")
    assert row is not None
    width = Arg(constant=2, is_tensor=False)
    for known, expected in ((Shape((3,)), Shape((2,))), (Shape((None, 7, 3)), Shape((None, 7, 2))), (None, Shape((None, 2), open=True))):
        facts = Facts(shape=None if known is None else Claim(known))
        outcome = tables.outcome(row, Args({"out_features": width, "input": Arg(facts)}, (*row.init, *row.call)))
        assert isinstance(outcome, Result)
        assert outcome.shape == expected
