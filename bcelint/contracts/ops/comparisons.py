"""Comparisons, logic and rounding: what no gradient passes."""

from __future__ import annotations

import math
from typing import Any, Callable

from bcelint.contracts import dtypes, intervals
from bcelint.contracts.elementwise import held, rising, shape_of_both
from bcelint.contracts.operands import dtype, gradient, interval, number, same
from bcelint.contracts.rows import op
from bcelint.contracts.schema import Args, Result
from bcelint.facts import SYMMETRIC, UNIT, DType, Interval

TRUTH: dict[str, Any] = {"range": UNIT, "dtype": DType.BOOL, "grad": False}
"""The fields of what is true or false."""


def compared(args: Args) -> Result:
    return Result(UNIT, None, None, DType.BOOL, shape_of_both(args), False)


def bitwise(args: Args) -> Result:
    """On bools this is logic; on integers nothing is known but the dtype."""
    one, other = args.arg("input"), args.arg("other")
    wide = dtypes.result(one, other)
    return Result(UNIT if wide is DType.BOOL else None, None, None, wide, shape_of_both(args), False)


def inverted(args: Args) -> Any:
    return UNIT if dtype(args.arg("input")) is DType.BOOL else None


def _floor(x: float) -> float:
    return x if math.isinf(x) else float(math.floor(x))


def _ceil(x: float) -> float:
    return x if math.isinf(x) else float(math.ceil(x))


def _round(x: float) -> float:
    return x if math.isinf(x) else float(round(x))


def _trunc(x: float) -> float:
    return x if math.isinf(x) else float(math.trunc(x))


def stepped(function: Callable[[float], float]) -> Any:
    """The range of rounding: an end that is only approached may lie on the other side of a step, unless there is none inside next to it."""

    def even(end: float, inward: float) -> bool:
        return math.isinf(end) or function(math.nextafter(end, inward)) == function(end)

    def field(args: Args) -> Any:
        given = args.facts("input").interval
        if given is None:
            return None
        whole = dtype(args.arg("input"))
        integral = whole is not None and not whole.is_floating
        certain = integral or (even(given.low, math.inf) and even(given.high, -math.inf))
        found = intervals.image(given, function)
        return same(args.facts("input").range, found if certain else found.loosely())

    return field


def _rounded(args: Args) -> Any:
    return stepped(_round)(args) if args.constant("decimals") == 0 else None


def _step(x: float) -> float:
    return float((x > 0) - (x < 0))


def _fraction(args: Args) -> Any:
    return SYMMETRIC.loosely()


def negative_remainder(args: Args) -> Result:
    """fmod: the sign of the dividend."""
    one, other = args.arg("input"), args.arg("other")
    by = number(other)
    wide = dtypes.result(one, other)
    value = held(Interval(-abs(by), abs(by), tight=False), wide) if by and interval(one) is not None else None
    return Result(value, None, None, same(one.facts.dtype, wide), shape_of_both(args), gradient((one, other)))


PAIR = "input, other"
ROWS = (
    *(op(f"torch.{n} .{n}", PAIR, outcome=compared) for n in ("eq", "ne", "lt", "le", "gt", "ge", "greater", "greater_equal", "less")),
    *(op(f"torch.{n} .{n}", PAIR, outcome=compared) for n in ("less_equal", "not_equal", "logical_and", "logical_or", "logical_xor")),
    op("torch.isclose .isclose", "input, other, rtol=1e-05, atol=1e-08, equal_nan=False", outcome=compared),
    op("torch.logical_not .logical_not", "input", **TRUTH),
    *(op(f"torch.{n} .{n}", "input", **TRUTH) for n in ("isnan", "isinf", "isfinite", "isneginf", "isposinf")),
    *(op(f"torch.{n} .{n}", PAIR, outcome=bitwise) for n in ("bitwise_and", "bitwise_or", "bitwise_xor")),
    op("torch.bitwise_not .bitwise_not", "input", range=inverted, grad=False),
    op("torch.floor .floor .floor_", "input", range=stepped(_floor), grad=False),
    op("torch.ceil .ceil .ceil_", "input", range=stepped(_ceil), grad=False),
    op("torch.round .round .round_", "input, *, decimals=0", range=_rounded, grad=False),
    op("torch.trunc .trunc .trunc_ torch.fix .fix", "input", range=stepped(_trunc), grad=False),
    op("torch.sign .sign .sign_ torch.sgn .sgn", "input", range=rising(_step, SYMMETRIC.loosely()), grad=False),
    op("torch.heaviside .heaviside", "input, values", range=None, grad=False, shape=None),
    op("torch.frac .frac", "input", range=_fraction),
    op("torch.fmod .fmod", PAIR, outcome=negative_remainder),
)
