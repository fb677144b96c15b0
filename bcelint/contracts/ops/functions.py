"""Elementwise mathematical functions of one tensor, and clamping."""

from __future__ import annotations

import math
from typing import Any, Callable

from bcelint.contracts import dtypes, intervals
from bcelint.contracts.elementwise import ANYTHING, bounded, float_dtype, held, rising
from bcelint.contracts.operands import dtype as dtype_of
from bcelint.contracts.operands import interval, kind, number, same
from bcelint.contracts.rows import KEPT, op, ops
from bcelint.contracts.schema import KEEP, Arg, Args, Field
from bcelint.facts import NON_NEGATIVE, SYMMETRIC, UNIT, DType, Interval, Kind


def turns(before: Kind, after: Kind) -> tuple[Field, Field]:
    """The kind and axis fields of exp and log, which lead from probabilities to their logs and back."""

    def kind_field(args: Args) -> Any:
        return after if kind(args.arg("input")) is before else None

    def axis_field(args: Args) -> Any:
        return KEEP if kind(args.arg("input")) is before else None

    return kind_field, axis_field


def _log(x: float) -> float:
    return -math.inf if x <= 0 else math.log(x)


def _log1p(x: float) -> float:
    return -math.inf if x <= -1 else math.log1p(x)


def _logit(args: Args) -> Any:
    """log(p / (1 - p)), of ``p`` clamped to [eps, 1 - eps] where there is an eps."""
    eps, given = args.constant("eps"), args.facts("input").interval
    if given is None or not (eps is None or isinstance(eps, float)) or (eps is None and not given.within(UNIT)):
        return ANYTHING
    inside = given if eps is None else intervals.clamp(given, eps, 1 - eps)
    return intervals.image(inside, _log_odds)


def _log_odds(p: float) -> float:
    return _log(p) - _log(1 - p) if 0 < p < 1 else math.copysign(math.inf, p - 0.5)


def _negated(args: Args) -> Any:
    given = args.facts("input").interval
    if given is None:
        return None
    return same(args.facts("input").range, held(intervals.negate(given), dtype_of(args.arg("input"))))


def _absolute(args: Args) -> Any:
    given = args.facts("input").interval
    if given is None:
        return NON_NEGATIVE.loosely()
    return same(args.facts("input").range, held(intervals.magnitude(given), dtype_of(args.arg("input"))))


def _squared(args: Args) -> Any:
    given = args.facts("input").interval
    if given is None:
        return NON_NEGATIVE.loosely()
    return same(args.facts("input").range, held(intervals.power(given, 2), dtype_of(args.arg("input"))))


def _squared_dtype(args: Args) -> Any:
    """Bools square to integers."""
    return DType.INT64 if dtype_of(args.arg("input")) is DType.BOOL else KEEP


def _inverted(args: Args) -> Any:
    given = args.facts("input").interval
    return None if given is None else intervals.divide(Interval(1.0, 1.0), given, True)


def _inverse_root(args: Args) -> Any:
    given = args.facts("input").interval
    if given is None or given.low <= 0:
        return NON_NEGATIVE.loosely()
    return Interval(0.0 if math.isinf(given.high) else given.high**-0.5, given.low**-0.5, given.tight)


def _if_nonnegative(args: Args) -> Any:
    given = interval(args.arg("input"))
    return KEEP if given is not None and given.low >= 0 else None


def _logits_stay(args: Args) -> Any:
    return KEEP if kind(args.arg("input")) is Kind.LOGITS else None


def ends(args: Args, low_name: str, high_name: str) -> tuple[float, float] | None:
    """The bounds of a clamp, infinite where there is none; None where one is not a known number."""
    found = []
    for name, none in ((low_name, -math.inf), (high_name, math.inf)):
        arg: Arg = args.arg(name) if name else Arg(constant=None)
        value = none if arg.constant is None else number(arg)
        if value is None:
            return None
        found.append(float(value))
    return found[0], found[1]


def clamped(low_name: str = "min", high_name: str = "max") -> dict[str, Any]:
    """The fields of a clamp. Of an unknown input only the bounds are sure, not that they are reached."""

    def range_field(args: Args) -> Any:
        limits, given = ends(args, low_name, high_name), args.facts("input").interval
        if limits is None or limits[0] > limits[1]:
            return None
        if given is None:
            return Interval(*limits, tight=False) if limits != (-math.inf, math.inf) else None
        return same(args.facts("input").range, intervals.clamp(given, *limits))

    def kind_field(args: Args) -> Any:
        limits = ends(args, low_name, high_name)
        given = args.facts("input").interval
        if limits is None or given is None:
            return None
        if kind(args.arg("input")) is Kind.PROBABILITIES:
            return KEEP if intervals.clamp(given, *limits).within(UNIT) else None
        if kind(args.arg("input")) is Kind.LOG_PROBABILITIES:
            return KEEP if intervals.clamp(given, *limits).high <= 0 else None
        return KEEP if intervals.clamp(given, *limits) == given else None

    def axis_field(args: Args) -> Any:
        return KEEP if kind_field(args) is KEEP else None

    def dtype_field(args: Args) -> Any:
        """Integers clamped by a float become floats."""
        given = args.facts("input").value("dtype")
        if given is None or dtypes.category(given) >= 2:
            return KEEP
        bounds = [args.constant(n) for n in (low_name, high_name) if n]
        return KEEP if given is not DType.BOOL and all(b is None or type(b) is int for b in bounds) else None

    return {"range": range_field, "kind": kind_field, "axis": axis_field, "dtype": dtype_field}


EXP_KIND, EXP_AXIS = turns(Kind.LOG_PROBABILITIES, Kind.PROBABILITIES)
LOG_KIND, LOG_AXIS = turns(Kind.PROBABILITIES, Kind.LOG_PROBABILITIES)
EXP: dict[str, Any] = {"kind": EXP_KIND, "axis": EXP_AXIS, "dtype": float_dtype}
LOG: dict[str, Any] = {"kind": LOG_KIND, "axis": LOG_AXIS, "dtype": float_dtype}
FLOAT: dict[str, Any] = {"dtype": float_dtype}


def floats(name: str, function: Callable[[float], float], unknown: Interval | None = None, low: float = -math.inf) -> Any:
    return op(f"torch.{name} .{name} .{name}_ torch.{name}_", "input", range=rising(function, unknown, low), **FLOAT)


ROWS = (
    op("torch.exp .exp .exp_ torch.exp_", "input", range=rising(math.exp, NON_NEGATIVE.loosely()), **EXP),
    op("torch.log .log .log_ torch.log_", "input", range=rising(_log, None, 0.0), **LOG),
    floats("log1p", _log1p, None, -1.0),
    floats("log2", lambda x: _log(x) / math.log(2), None, 0.0),
    floats("log10", lambda x: _log(x) / math.log(10), None, 0.0),
    floats("exp2", lambda x: 2.0**x, NON_NEGATIVE.loosely()),
    floats("expm1", math.expm1, Interval(-1.0, math.inf, False)),
    floats("sqrt", lambda x: math.sqrt(max(x, 0.0)), NON_NEGATIVE.loosely(), 0.0),
    floats("erf", math.erf, SYMMETRIC),
    floats("atan", math.atan, Interval(-math.pi / 2, math.pi / 2)),
    op("torch.arctan .arctan", "input", range=rising(math.atan, Interval(-math.pi / 2, math.pi / 2)), **FLOAT),
    floats("sinh", lambda x: math.copysign(math.inf, x) if abs(x) > 700 else math.sinh(x)),
    floats("asinh", math.asinh),
    op("torch.sin .sin .sin_ torch.sin_", "input", range=bounded(SYMMETRIC), **FLOAT),
    op("torch.cos .cos .cos_ torch.cos_", "input", range=bounded(SYMMETRIC), **FLOAT),
    op("torch.tan .tan", "input", **FLOAT),
    op("torch.cosh .cosh", "input", range=Interval(1.0, math.inf, False), **FLOAT),
    op("torch.rsqrt .rsqrt .rsqrt_", "input", range=_inverse_root, **FLOAT),
    op("torch.reciprocal .reciprocal .reciprocal_", "input", range=_inverted, **FLOAT),
    op("torch.neg .neg .neg_ torch.negative .negative", "input", range=_negated, kind=_logits_stay),
    op("torch.positive .positive", "input", **KEPT),
    op("torch.abs .abs .abs_ torch.absolute .absolute", "input", range=_absolute, kind=_if_nonnegative, axis=None, source=""),
    op("torch.square .square .square_", "input", range=_squared, dtype=_squared_dtype),
    op("torch.logit .logit torch.special.logit", "input, eps=None", range=_logit, kind=Kind.LOGITS, **FLOAT),
    op("torch.clamp .clamp .clamp_ torch.clip .clip .clip_ torch.clamp_", "input, min=None, max=None", **clamped()),
    op("torch.clamp_min .clamp_min .clamp_min_", "input, min", **clamped("min", "")),
    op("torch.clamp_max .clamp_max .clamp_max_", "input, max", **clamped("", "max")),
    *ops({"torch.nan_to_num .nan_to_num": "input, nan=0.0, posinf=None, neginf=None"}, range=None, kind=_logits_stay),
)
