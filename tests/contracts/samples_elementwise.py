"""Sample calls of the elementwise rows, by the first name of each row: positional arguments, and keywords in a dict at the end."""

from __future__ import annotations

import torch

from bcelint.facts import UNIT, Interval
from tests.contracts.drawing import T

F = "torch.nn.functional."
M = "torch.Tensor."
X, ANY = T(), T(dtypes="any")
ROW, COLUMN, WIDE, SCALAR = T((3,)), T((2, 1)), T((4, 2, 3)), T(())

ALL_DTYPES = """torch.sigmoid torch.tanh torch.exp torch.log torch.log1p torch.log2 torch.log10 torch.exp2 torch.expm1 torch.sqrt torch.erf
torch.atan torch.arctan torch.sinh torch.asinh torch.sin torch.cos torch.tan torch.cosh torch.rsqrt torch.reciprocal torch.square
torch.isnan
torch.isinf torch.isfinite torch.isneginf torch.isposinf torch.logical_not torch.sign torch.abs torch.Tensor.cpu torch.clone
torch.Tensor.contiguous torch.detach torch.Tensor.float torch.Tensor.double torch.Tensor.half torch.Tensor.bfloat16 torch.Tensor.long
torch.Tensor.int torch.Tensor.short torch.Tensor.char torch.Tensor.byte torch.Tensor.bool torch.positive torch.neg
torch.relu torch.floor torch.ceil torch.trunc""".split()
FLOATS = f"""{F}logsigmoid {F}relu {F}relu6 {F}elu {F}elu_ torch.selu {F}selu torch.celu {F}celu {F}hardtanh {F}hardtanh_ {F}leaky_relu
{F}leaky_relu_ {F}rrelu {F}gelu {F}silu {F}mish {F}hardswish {F}hardsigmoid {F}softplus {F}softsign {F}hardshrink {F}softshrink
{F}tanhshrink torch.frac torch.round torch.logit""".split()
COMPARED = "eq ne lt le gt ge greater greater_equal less less_equal not_equal logical_and logical_or logical_xor isclose".split()

PAIRS = [
    (ANY, ANY),
    (X, 0.5),
    (X, 3),
    (X, -2.0),
    (ANY, 2),
    (ANY, 0.5),
    (X, SCALAR),
    (SCALAR, X),
    (X, ROW),
    (COLUMN, X),
    (X, WIDE),
    (ANY, 1e-7),
    (X, 1),
]
TENSOR_FIRST = [*PAIRS, (X, 0), (T(dtypes="int"), T(dtypes="int")), (X, True), (T(range=UNIT), T(range=UNIT)), (X, 255.0)]
SCALAR_FIRST = [(1, X), (1.0, X), (2, ANY), (1.0, ANY), (1 - 1e-7, X)]
IN_PLACE = [
    (X, 0.5),
    (X, 3),
    (X, SCALAR),
    (X, ROW),
    (X, COLUMN),
    (T(dtypes="int"), 2),
    (T(dtypes="long"), T(dtypes="long")),
    (X, T(dtypes="int")),
]
BOUNDS = [(X, 0.0, 1.0), (X, 1e-7, 1 - 1e-7), (X, 0.2), (X, None, 0.5), (ANY, 0, 1), (X, -1.0, 4.0), (X, {"min": 1e-8}), (X, {"max": 0.9})]

SAMPLES = {
    **{name: [(ANY,), (WIDE,)] for name in ALL_DTYPES},
    **{name: [(X,)] for name in FLOATS},
    **{f"{F}{n}": [(T((40, 3)),)] for n in ("silu", "mish", "hardswish")},
    f"{F}elu": [(X,), (X, 0.5), (X, 3.0)],
    f"{F}hardtanh": [(X,), (X, 0.0, 1.0), (X, -3.0, 2.0)],
    f"{F}leaky_relu": [(X,), (X, 0.2), (X, {"negative_slope": 2.0})],
    f"{F}softplus": [(X,), (X, 2.0)],
    f"{F}gelu": [(T((40, 3)),), (T((40, 3)), {"approximate": "tanh"})],
    f"{F}hardshrink": [(X,), (X, 2.0)],
    f"{F}softshrink": [(X,), (X, 2.0)],
    f"{F}threshold": [(X, 0.5, 9.0), (X, 10.0, -1.0), (X, -2.0, 0.0)],
    f"{F}glu": [(T((2, 4)),), (T((4, 2, 3)), 0)],
    "torch.prelu": [(X, T((3,))), (X, T((1,)))],
    "torch.logit": [(T(unit=True),), (T(unit=True), 1e-6), (X, {"eps": 0.1})],
    "torch.round": [(X,), (X, {"decimals": 1})],
    "torch.nan_to_num": [(X,), (X, 1.0)],
    "torch.add": [*TENSOR_FIRST, (X, X, {"alpha": 2})],
    "torch.sub": [*(s for s in TENSOR_FIRST if s != (X, True)), (X, X, {"alpha": 2})],
    "torch.mul": [s for s in TENSOR_FIRST if s != (ANY, 1e-7)],
    "torch.div": [*TENSOR_FIRST, (ANY, ANY, {"rounding_mode": "floor"}), (X, 2.0, {"rounding_mode": "trunc"})],
    "torch.true_divide": TENSOR_FIRST,
    "torch.floor_divide": TENSOR_FIRST,
    "torch.remainder": TENSOR_FIRST,
    "torch.fmod": TENSOR_FIRST,
    f"{M}add_": IN_PLACE,
    f"{M}sub_": IN_PLACE,
    f"{M}mul_": IN_PLACE,
    f"{M}div_": [s for s in IN_PLACE if s[0] == X],
    f"{M}true_divide_": [s for s in IN_PLACE if s[0] == X],
    f"{M}floor_divide_": IN_PLACE,
    f"{M}remainder_": IN_PLACE,
    "torch.pow": [(X, 2), (X, 3), (X, 0.5), (X, -1), (X, -2), (X, 1), (X, 0), (X, 2.5), (ANY, 2), (X, X), (X, -0.5)],
    f"{M}pow_": [(X, 2), (X, 0.5), (T(dtypes="int"), 2), (X, X)],
    "torch.maximum": [(ANY, ANY), (X, ROW), (X, WIDE)],
    "torch.minimum": [(ANY, ANY), (X, ROW), (X, WIDE)],
    **{f"torch.{n}": [*PAIRS, (T((2, 1)), T((2,)))] for n in COMPARED[:11]},
    **{f"torch.{n}": [(ANY, ANY), (X, ROW)] for n in COMPARED[11:]},
    **{
        f"torch.bitwise_{n}": [(T(dtypes="bool"), T(dtypes="bool")), (T(dtypes="int"), T(dtypes="int")), (T(dtypes="int"), 1)]
        for n in ("and", "or", "xor")
    },
    "torch.bitwise_not": [(T(dtypes="bool"),), (T(dtypes="int"),)],
    "torch.heaviside": [(T(dtypes="float32"), T((3,), "float32"))],
    "torch.clamp": BOUNDS,
    "torch.clamp_min": [(X, 0.0), (X, 1e-7), (ANY, 0), (X, 0.2)],
    "torch.clamp_max": [(X, 1.0), (ANY, 1), (X, -0.5)],
    f"{M}to": [
        (ANY, torch.float32),
        (ANY, torch.int64),
        (ANY, "cpu"),
        (X, ANY),
        (ANY, torch.device("cpu")),
        (ANY, "cpu", torch.float16),
        (ANY, {"dtype": torch.uint8}),
        (ANY, {"device": "cpu"}),
        (ANY, torch.bool),
        (ANY, torch.float64, True),
        (ANY, {"device": "cpu", "dtype": None}),
    ],
    f"{M}type": [(ANY, "torch.FloatTensor"), (ANY, torch.int64), (ANY, {"dtype": torch.float64}), (ANY, "torch.LongTensor")],
    f"{M}type_as": [(ANY, ANY)],
    f"{M}pin_memory": [],
    f"{M}cuda": [],
    f"{M}requires_grad_": [(X,)],
    f"{M}numpy": [(ANY, {"force": True})],
    f"{M}__array__": [(ANY,)],
    f"{M}data": [(X,), (ANY,)],
    "torch.softmax": [(X, -1), (X, 0), (T((2, 1)), 1), (WIDE, 1), (X, 1, {"dtype": torch.float64}), (T(dtypes="int"), 0, torch.float32)],
    f"{F}softmax": [(X,), (X, 1), (WIDE,), (T((3,)),), (T((2, 1)), {"dim": 1}), (X, {"dim": -1, "dtype": torch.float64})],
    "torch.special.softmax": [(X, 1)],
    f"{F}softmin": [(X, 1), (X,)],
    f"{F}gumbel_softmax": [(X,), (X, {"hard": True}), (X, 0.5, False, 1e-10, 0)],
    "torch.log_softmax": [(X, 1), (T((2, 1)), -1), (WIDE, 0)],
    f"{F}log_softmax": [(X,), (X, 1), (X, {"dim": 1})],
    "torch.special.log_softmax": [(X, 1)],
    "torch.where": [
        (T(dtypes="bool"), X, X),
        (T(dtypes="bool"), X, 0.0),
        (T((2, 1), "bool"), ANY, ANY),
        (T(dtypes="bool"), 1.0, X),
        (T((3,), "bool"), X, 0),
    ],
    f"{M}where": [(X, T(dtypes="bool"), X), (X, T((2, 1), "bool"), 0.5)],
    "torch.masked_fill": [
        (X, T(dtypes="bool"), 0.0),
        (X, T((3,), "bool"), -1e9),
        (ANY, T(dtypes="bool"), 1),
        (X, T((4, 2, 3), "bool"), 0.0),
    ],
    f"{M}masked_fill_": [(X, T(dtypes="bool"), 0.0), (T(dtypes="int"), T((3,), "bool"), 7), (X, T((3,), "bool"), SCALAR)],
    "torch.tril": [(X,), (WIDE, 1)],
    "torch.lerp": [(X, X, 0.5), (X, X, 0.0), (X, X, 2.0), (T(dtypes="float32"), T(dtypes="float32"), T(dtypes="float32"))],
    "torch.scatter": [(X, 1, T((2, 1), "long", Interval(0, 2)), T((2, 1)))],
    "torch.index_fill": [(X, 1, T((2,), "long", Interval(0, 2)), 5.0), (X, 0, T((1,), "long", Interval(0, 1)), -1.0)],
    "torch.index_copy": [(T(dtypes="float32"), 0, T((1,), "long", Interval(0, 1)), T((1, 3), "float32"))],
    "torch.masked_scatter": [(T(dtypes="float32"), T(dtypes="bool"), T((8,), "float32"))],
    f"{M}scatter_add": [(T(dtypes="float32"), 1, T((2, 1), "long", Interval(0, 2)), T((2, 1), "float32"))],
    "torch.index_add": [(T(dtypes="float32"), 0, T((1,), "long", Interval(0, 1)), T((1, 3), "float32"))],
}
NO_SAMPLE = {
    f"{M}cuda": "it needs a GPU; checked by name only",
    f"{M}pin_memory": "pin_memory and share_memory_ need a device or a shared file system; checked by name only",
}
