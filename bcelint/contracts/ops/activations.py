"""Activations. Their domain is any real number, so that of an unknown input nothing more than their codomain is known."""

from __future__ import annotations

import math
from typing import Any

from bcelint.contracts import intervals
from bcelint.contracts.elementwise import float_dtype, rising
from bcelint.contracts.operands import gradient, interval, number, same
from bcelint.contracts.rows import MEASURED, op, ops
from bcelint.contracts.schema import KEEP, Args
from bcelint.facts import NON_NEGATIVE, SYMMETRIC, UNBOUNDED, UNIT, Interval, Kind


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _relu(x: float) -> float:
    return max(x, 0.0)


def _logsigmoid(x: float) -> float:
    return -_softplus(-x)


def _softsign(x: float) -> float:
    return math.copysign(1.0, x) if math.isinf(x) else x / (1 + abs(x))


def _selu(x: float) -> float:
    return 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x))


def _elu(args: Args) -> Any:
    alpha = number(args.arg("alpha"))
    if alpha is None or alpha < 0:
        return None
    return rising(lambda x: x if x > 0 else alpha * math.expm1(x))(args)


def _leaky(args: Args) -> Any:
    slope = number(args.arg("negative_slope"))
    if slope is None or slope < 0:
        return None
    return rising(lambda x: x if x > 0 else intervals.times(slope, x))(args)


def _prelu(args: Args) -> Any:
    given = args.facts("input").interval
    return same(args.facts("input").range, UNBOUNDED) if given is not None and intervals.unbounded(given) else None


def _hardtanh(args: Args) -> Any:
    low, high = number(args.arg("min_val")), number(args.arg("max_val"))
    if low is None or high is None or low > high:
        return None
    given = args.facts("input").interval
    return Interval(low, high) if given is None else intervals.clamp(given, low, high)


def _hump(bottom: float) -> Any:
    """gelu and its kin: ``bottom`` at their lowest, then rising to infinity like the identity."""

    def field(args: Args) -> Any:
        given = args.facts("input").interval
        if given is None:
            return Interval(bottom, math.inf, tight=False)
        return Interval(bottom if given.low < 0 else 0.0, max(given.high, 0.0), intervals.unbounded(given))

    return field


def _threshold(args: Args) -> Any:
    given, edge, value = args.facts("input").interval, number(args.arg("threshold")), number(args.arg("value"))
    if given is None or edge is None or value is None:
        return None
    if given.high <= edge:
        return Interval(value, value)
    return intervals.hull([Interval(max(given.low, edge), given.high, False), Interval(value, value)])


def _shrink(args: Args) -> Any:
    """hardshrink, softshrink, tanhshrink: nearer to zero, and to zero."""
    given = args.facts("input").interval
    if given is None:
        return None
    return same(args.facts("input").range, Interval(min(given.low, 0.0), max(given.high, 0.0), intervals.unbounded(given)))


def _kind_of_relu(args: Args) -> Any:
    """Where nothing is cut off, nothing changes."""
    given = interval(args.arg("input"))
    return KEEP if given is not None and given.low >= 0 else None


FLOAT: dict[str, Any] = {"dtype": float_dtype}
RELU: dict[str, Any] = {"range": rising(_relu, NON_NEGATIVE.loosely()), "kind": _kind_of_relu, "axis": None, "dtype": KEEP}
ELU: dict[str, Any] = {"range": _elu}
SELU: dict[str, Any] = {"range": rising(_selu)}
HARDTANH: dict[str, Any] = {"range": _hardtanh}
LEAKY: dict[str, Any] = {"range": _leaky}

ROWS = (
    op(
        "torch.sigmoid .sigmoid .sigmoid_ torch.sigmoid_ F.sigmoid torch.special.expit",
        "input",
        range=rising(_sigmoid, UNIT),
        kind=Kind.PROBABILITIES,
        **FLOAT,
    ),
    op("torch.tanh .tanh .tanh_ torch.tanh_ F.tanh", "input", range=rising(math.tanh, SYMMETRIC), **FLOAT),
    *ops({"F.logsigmoid": "input"}, range=rising(_logsigmoid, Interval(-math.inf, 0.0)), kind=Kind.LOG_PROBABILITIES),
    *ops({"torch.relu .relu .relu_ torch.relu_ F.relu_": "input", "F.relu": "input, inplace=False"}, **RELU),
    op("F.relu6", "input, inplace=False", range=rising(lambda x: min(max(x, 0.0), 6.0), Interval(0.0, 6.0, False))),
    *ops({"F.elu": "input, alpha=1.0, inplace=False", "F.elu_": "input, alpha=1.0"}, **ELU),
    *ops({"torch.selu torch.selu_ F.selu_": "input", "F.selu": "input, inplace=False"}, **SELU),
    *ops({"torch.celu torch.celu_ F.celu_": "input, alpha=1.0"}, range=None),
    op("F.celu", "input, alpha=1.0, inplace=False"),
    *ops({"F.hardtanh": "input, min_val=-1.0, max_val=1.0, inplace=False", "F.hardtanh_": "input, min_val=-1.0, max_val=1.0"}, **HARDTANH),
    *ops({"F.leaky_relu": "input, negative_slope=0.01, inplace=False", "F.leaky_relu_": "input, negative_slope=0.01"}, **LEAKY),
    op("torch.prelu .prelu F.prelu", "input, weight", range=_prelu, grad=lambda a: gradient((a.arg("input"), a.arg("weight")))),
    op("F.rrelu", "input, lower=0.125, upper=0.3333333333333333, training=False, inplace=False", range=_prelu),
    op("F.gelu", "input, *, approximate='none'", range=_hump(-0.171)),
    op("F.silu", "input, inplace=False", range=_hump(-0.279)),
    op("F.mish", "input, inplace=False", range=_hump(-0.309)),
    op("F.hardswish", "input, inplace=False", range=_hump(-0.375)),
    op("F.hardsigmoid", "input, inplace=False", range=rising(lambda x: min(max(x / 6 + 0.5, 0.0), 1.0), UNIT), kind=Kind.PROBABILITIES),
    op("F.softplus", "input, beta=1.0, threshold=20.0", range=lambda a: _plus(a)),
    op("F.softsign", "input", range=rising(_softsign, SYMMETRIC)),
    op("F.threshold", "input, threshold, value, inplace=False", range=_threshold),
    op("F.hardshrink torch.hardshrink .hardshrink", "input, lambd=0.5", range=_shrink),
    op("F.softshrink", "input, lambd=0.5", range=_shrink),
    op("F.tanhshrink", "input", range=_shrink),
    op("F.glu", "input, dim=-1", shape=None, range=lambda a: _glu(a), source=MEASURED),
)


def _plus(args: Args) -> Any:
    """softplus with the default beta; above its threshold it is the identity, which is the same to float precision."""
    if number(args.arg("beta")) != 1:
        return NON_NEGATIVE.loosely()
    return rising(_softplus, NON_NEGATIVE.loosely())(args)


def _glu(args: Args) -> Any:
    """One half of the channels times a sigmoid of the other."""
    given = args.facts("input").interval
    if given is None:
        return None
    return same(args.facts("input").range, Interval(min(given.low, 0.0), max(given.high, 0.0), intervals.unbounded(given)))
