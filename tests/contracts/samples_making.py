"""Sample calls of the rows that make tensors, normalise them, or work on images."""

from __future__ import annotations

import numpy
import torch

from bcelint.facts import UNIT, Interval
from tests.contracts.drawing import T

F = "torch.nn.functional."
M = "torch.Tensor."
X, ANY = T(), T(dtypes="any")
SERIES, IMAGE, VOLUME = T((2, 3, 8)), T((2, 3, 6, 8)), T((1, 2, 4, 6, 4))
SIZES = [(2, 3), ((2, 3),), (4,), ([5, 1],), (2, 3, {"dtype": torch.int64}), (2, {"dtype": torch.float64, "requires_grad": True})]
LIKE = [(ANY,), (ANY, {"dtype": torch.float64}), (ANY, {"dtype": torch.int64}), (X, {"requires_grad": True})]
NEW = [(ANY, 2, 3), (ANY, (4,)), (X, 2, {"dtype": torch.int32})]
FILL = [((2, 3), 0.5), ([4], 7), ((2,), True), ((2, 3), -1, {"dtype": torch.float64}), ((1,), 2.5, {"requires_grad": True})]
DATA = [
    ([0, 1, 1],),
    ([0.0, 2.5],),
    ([[1, 2], [3, 4]],),
    (3,),
    (0.25,),
    (True,),
    ([True, False],),
    ([1, 2.5],),
    ([0, 1], {"dtype": torch.float32}),
    (ANY,),
]
LEGACY = [([0, 1],), ([[1, 0], [3, 4]],), (2, 3), ((1, 0, 1),), (torch.Size([2, 3]),)]
WINDOW = [(2,), (3, 1, 1), (2, {"stride": 1})]
ONE = {"1": SERIES, "2": IMAGE, "3": VOLUME}

SAMPLES = {
    "torch.zeros": SIZES,
    "torch.ones": SIZES,
    "torch.empty": SIZES[:4],
    "torch.full": FILL,
    "torch.zeros_like": LIKE,
    "torch.ones_like": LIKE,
    "torch.empty_like": LIKE,
    "torch.full_like": [(ANY, 1), (X, 0.5), (ANY, 3, {"dtype": torch.float32})],
    f"{M}new_zeros": NEW,
    f"{M}new_ones": NEW,
    f"{M}new_empty": NEW,
    f"{M}new_full": [(X, (2, 3), 0.5), (ANY, (4,), 1)],
    "torch.eye": [(3,), (2, 4), (3, {"dtype": torch.int64})],
    "torch.arange": [(5,), (2, 7), (0, 10, 3), (5.0,), (0, 1, 0.25), (4, {"dtype": torch.float32}), (5, 1, -2), (0,)],
    "torch.linspace": [(0, 1, 5), (-1.0, 3.0, 2), (0, 9, 4, {"dtype": torch.float64})],
    "torch.tensor": DATA,
    "torch.as_tensor": [d for d in DATA if d != (ANY,)] + [(ANY,), ([0, 1], {"dtype": torch.float32})],
    "torch.asarray": DATA,
    "torch.nn.Parameter": [(X,), (X, False), (X, {"requires_grad": False})],
    "torch.from_numpy": [(numpy.zeros((2, 2)),)],
    f"{F}one_hot": [
        (T((4,), "long", Interval(0, 2)),),
        (T((4, 2), "long", Interval(0, 2)), 3),
        (T((2, 2), "long", Interval(0, 4)), {"num_classes": 5}),
    ],
    **{f"torch.{n}Tensor": LEGACY for n in ("Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool")},
    "torch.FloatTensor": [*LEGACY, ([0.5, 2.0],)],
    "torch.Tensor": [*LEGACY, ([0.5, 2.0],)],
    "torch.rand": SIZES[:4],
    "torch.randn": SIZES[:4],
    "torch.rand_like": [(X,), (X, {"dtype": torch.float64})],
    "torch.randn_like": [(X,), (X, {"dtype": torch.float64})],
    "torch.randint": [
        (0, 2, (4, 3)),
        (5, (3,)),
        (-3, 4, [2]),
        (0, 10, {"size": (2, 2)}),
        (0, 2, (4,), {"dtype": torch.float32}),
        ({"high": 3, "size": (2,)},),
    ],
    "torch.randint_like": [(ANY, 2), (X, 1, 7)],
    "torch.randperm": [(5,)],
    "torch.bernoulli": [(T(range=UNIT),), (X, 0.5)],
    "torch.multinomial": [(T(range=Interval(0.5, 1.0)), 2), (T((5,), range=Interval(0.5, 1.0)), 3)],
    "torch.normal": [(0.0, 1.0, (2, 3)), (X, 1.0)],
    f"{M}normal_": [(X,), (X, 0, 5)],
    f"{M}uniform_": [(X,), (X, -1.0, 1.0), (X, -3.0)],
    f"{M}random_": [],
    f"{M}bernoulli_": [(X,), (X, 0.3)],
    f"{M}zero_": [(ANY,)],
    f"{M}resize_": [(T((4, 3)), 2, 3), (T((4, 3)), (3, 2, 1))],
    f"{M}resize_as_": [(T((4, 3)), T((2, 3)))],
    f"{M}fill_": [(X, 0.5), (T(dtypes="int"), 3), (ANY, 1)],
    f"{M}copy_": [(ANY, ANY)],
    f"{F}normalize": [(X,), (X, 1.0), (X, {"dim": 0}), (X, 2.0, -1), (X, 0.5)],
    f"{F}cosine_similarity": [(X, X), (X, X, -1), (X, T((3,)), {"dim": 1}), (T((4, 1, 3)), T((1, 5, 3)), 2)],
    f"{F}pairwise_distance": [(X, X), (X, X, 1.0), (X, X, {"keepdim": True})],
    f"{F}dropout": [(T((4, 6)),), (T((4, 6)), 0.2), (X, 0.5, False), (X, {"training": False}), (X, 0.0)],
    "torch.dropout": [(X, 0.5, True)],
    f"{F}alpha_dropout": [(X,), (T((4, 6)), 0.5, True)],
    f"{F}batch_norm": [(T((200, 3), "float32"), None, None, None, None, True), (T((4, 3, 8, 8)), None, None, {"training": True})],
    f"{F}layer_norm": [(T((2, 100)), (100,)), (T((2, 10, 10)), [10, 10])],
    f"{F}group_norm": [(T((2, 4, 50), "float32"), 2)],
    f"{F}rms_norm": [(T((2, 100)), (100,))],
    f"{F}instance_norm": [(T((2, 3, 100)),)],
    f"{F}local_response_norm": [(SERIES, 2)],
    **{
        f"{F}conv{n}d": [(x, T((4, x.shape[1], *(3,) * int(n)))), (x, T((4, x.shape[1], *(1,) * int(n))), T((4,)))]
        for n, x in ONE.items()
        if n == "1"
    },
    **{f"{F}conv_transpose{n}d": [(x, T((x.shape[1], 4, *(3,) * int(n))))] for n, x in ONE.items() if n == "1"},
    **{f"{F}max_pool{n}d": [(x, *w) for w in WINDOW] + [(x, 2, {"return_indices": True})] for n, x in ONE.items()},
    **{f"{F}avg_pool{n}d": [(x, *w) for w in WINDOW] for n, x in ONE.items()},
    **{f"{F}adaptive_avg_pool{n}d": [(x, 1), (x, (2,) * int(n))] for n, x in ONE.items()},
    **{f"{F}adaptive_max_pool{n}d": [(x, 1), (x, 2, True)] for n, x in ONE.items()},
    **{f"{F}lp_pool{n}d": [(x, 2, 2)] for n, x in ONE.items() if n != "3"},
    f"{F}interpolate": [
        (IMAGE, (3, 4)),
        (IMAGE, None, 2.0),
        (IMAGE, {"scale_factor": 2, "mode": "bilinear", "align_corners": True}),
        (IMAGE, {"size": (9, 9), "mode": "bicubic"}),
        (SERIES, 4, None, "linear"),
        (IMAGE, {"size": 5, "mode": "area"}),
        (VOLUME, {"scale_factor": 2, "mode": "trilinear"}),
    ],
    f"{F}upsample": [(IMAGE, (3, 4)), (IMAGE, None, 2, "bilinear")],
    f"{F}upsample_nearest": [(IMAGE, (12, 16)), (IMAGE, None, 2)],
    f"{F}pad": [
        (X, (1, 1)),
        (X, (0, 2, 1, 0)),
        (X, (1, 1), "constant", 5.0),
        (X, [1, 0], {"value": -3.0}),
        (T((2, 3, 4)), (1, 1), "reflect"),
        (T((2, 3, 4)), (1, 1), {"mode": "replicate"}),
    ],
    f"{F}pixel_shuffle": [(T((2, 8, 3, 4)), 2)],
    f"{F}pixel_unshuffle": [(T((2, 3, 4, 6)), 2)],
    f"{F}channel_shuffle": [(T((2, 4, 3, 3)), 2)],
    f"{F}grid_sample": [
        (T((2, 3, 4, 4), "float32"), T((2, 5, 5, 2), "float32")),
        (T((2, 3, 4, 4), "float32"), T((2, 5, 5, 2), "float32"), "bicubic"),
    ],
    f"{F}unfold": [(IMAGE, 2), (IMAGE, 3, 1, 1)],
    f"{F}fold": [(T((2, 12, 12)), (4, 5), 2)],
}
SAMPLES[f"{F}conv1d"].append((SERIES, T((4, 3, 2)), None, 2))
NO_SAMPLE = {f"{M}random_": "what these draw is not claimed"}
