"""Reductions over dimensions, sorting, and running sums."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Callable

from bcelint.contracts import dtypes, intervals, shapes
from bcelint.contracts.elementwise import ANYTHING, float_dtype, loosened
from bcelint.contracts.operands import elements, kind, recast, same, whole
from bcelint.contracts.ops.arithmetic import extremum
from bcelint.contracts.ops.views import axis, given
from bcelint.contracts.rows import op, ops
from bcelint.contracts.schema import KEEP, Args, Outcome, Result
from bcelint.facts import NON_NEGATIVE, NON_POSITIVE, UNIT, DType, Interval, Kind, Shape


def axes(args: Args, name: str = "dim") -> list[int] | bool | None:
    """The dimensions reduced; None stands for all, False for unknown ones."""
    if args.constant(name) is None:
        return None
    listed = elements(args.arg(name))
    if listed is not None:
        found = [whole(a) for a in listed]
        return [f for f in found if f is not None] if listed and None not in found else (False if listed else None)
    one = whole(args.arg(name))
    return False if one is None else [one]


def reduced(args: Args) -> Any:
    """The shape after a reduction over ``dim`` with ``keepdim``."""
    over, keep = axes(args), args.constant("keepdim")
    if over is False or (not isinstance(keep, bool) and "keepdim" in args):
        return None
    assert not isinstance(over, bool)
    return shapes.reduce(given(args), over, keep is True)


def summed(args: Args) -> Any:
    """Of a sum only the sign is sure; unbounded summands leave it unbounded."""
    claim = args.facts("input").range
    if claim is None:
        return None
    if intervals.unbounded(claim.value):
        return claim
    if claim.value.low >= 0:
        return NON_NEGATIVE.loosely()
    return NON_POSITIVE.loosely() if claim.value.high <= 0 else ANYTHING


def multiplied(args: Args) -> Any:
    value = args.facts("input").interval
    if value is None:
        return None
    if value.within(UNIT):
        return UNIT.loosely()
    return NON_NEGATIVE.loosely() if value.low >= 0 else ANYTHING


def kept(*kinds: Kind) -> Any:
    """A kind field for operations that leave these kinds what they are."""
    return lambda args: KEEP if kind(args.arg("input")) in kinds else None


def total_dtype(args: Args) -> Any:
    """Sums of integers and bools are int64."""
    wanted = dtypes.asked(args)
    if wanted is not False:
        return wanted
    dtype = args.facts("input").value("dtype")
    return KEEP if dtype is None or dtypes.category(dtype) >= 2 else DType.INT64


def asked_or_kept(args: Args) -> Any:
    wanted = dtypes.asked(args)
    return KEEP if wanted is False else wanted


def spread(args: Args) -> Any:
    """norm, std and var are never negative, and unbounded where the input is."""
    value = args.facts("input").interval
    return NON_NEGATIVE if value is not None and intervals.unbounded(value) else NON_NEGATIVE.loosely()


def logsumexp(args: Args) -> Any:
    value = args.facts("input").interval
    if value is None:
        return None
    return same(args.facts("input").range, Interval(value.low, math.inf, intervals.unbounded(value)))


def best(args: Args) -> Result:
    """max, min and median of all elements."""
    return Result(loosened(args), KEEP, None, KEEP, Shape(()), KEEP)


def positions(args: Args, shape: Any) -> Result:
    """Indices along ``dim``."""
    return Result(NON_NEGATIVE.loosely(), None, None, DType.INT64, shape, False)


def best_of(better: Callable[[float, float], float]) -> Callable[[Args], Outcome]:
    """max and min: ``max(input, other)`` is elementwise, the rest is as ``ranked`` says."""
    elementwise = extremum(better)

    def outcome(args: Args) -> Outcome:
        other = args.arg("other" if "other" in args else "dim")
        if "other" in args or other.is_tensor:
            return elementwise(Args({"input": args.arg("input"), "other": other}, ()))
        return ranked(args)

    return outcome


def ranked(args: Args) -> Outcome:
    """``median(input)`` is a tensor, ``median(input, dim)`` the pair of values and indices."""
    if "dim" not in args or args.constant("dim") is None:
        return best(args)
    where = args.arg("dim")
    if where.is_tensor is not False and whole(where) is None:
        return None
    return pair(args)


def pair(args: Args) -> Outcome:
    shape = reduced(args)
    return (Result(loosened(args), KEEP, None, KEEP, same(args.facts("input").shape, shape), KEEP), positions(args, shape))


def ordered(args: Args) -> Outcome:
    """``sort``: the values in another order."""
    return (Result(KEEP, KEEP, None, KEEP, KEEP, KEEP), replace(positions(args, KEEP), shape=args.facts("input").shape))


def top(args: Args) -> Outcome:
    at = -1 if args.constant("dim") is None else axis(args)
    shape = shapes.with_dim(given(args), at, shapes.size(args.arg("k")))
    return (Result(loosened(args), KEEP, None, KEEP, shape, KEEP), positions(args, shape))


def running(args: Args) -> Outcome:
    """cummax and cummin."""
    return (Result(loosened(args), KEEP, None, KEEP, KEEP, KEEP), replace(positions(args, KEEP), shape=args.facts("input").shape))


def distinct(args: Args) -> Outcome:
    if args.constant("return_inverse") is not False or args.constant("return_counts") is not False or args.constant("dim") is not None:
        return None
    return Result(KEEP, None, None, KEEP, Shape((None,)), False)


def extremes(args: Args) -> Outcome:
    one = replace(best(args), shape=reduced(args))
    return (one, one)


def truth_dtype(args: Args) -> Any:
    """all and any are bool, but uint8 stays itself."""
    dtype = args.facts("input").value("dtype")
    return DType.BOOL if dtype is not None and dtype not in (DType.UINT8, DType.INTEGRAL) else None


def quantile(args: Args) -> Any:
    return recast(args.facts("input").range, args.facts("input").interval and loosened(args).value)


def averaged(args: Args) -> Any:
    """The mean of bounded data need not come near the ends; that of what a model returns may, as it is the same everywhere."""
    given = args.facts("input")
    return given.range if given.interval is not None and intervals.unbounded(given.interval) else given.of_some().range


DIM = "dim=None, keepdim=False"
MEAN: dict[str, Any] = {"range": averaged, "kind": kept(Kind.LOGITS, Kind.PROBABILITIES), "dtype": asked_or_kept, "shape": reduced}
SUM: dict[str, Any] = {"range": summed, "kind": kept(Kind.LOGITS), "dtype": total_dtype, "shape": reduced}
BEST: dict[str, Any] = {"range": loosened, "kind": KEEP, "shape": reduced}
SPREAD: dict[str, Any] = {"range": spread, "shape": reduced}
TRUTH: dict[str, Any] = {"range": UNIT.loosely(), "dtype": truth_dtype, "shape": reduced, "grad": False}
INDEX: dict[str, Any] = {"range": NON_NEGATIVE.loosely(), "dtype": DType.INT64, "shape": reduced, "grad": False}
PROD: dict[str, Any] = {"range": multiplied, "kind": kept(Kind.PROBABILITIES), "dtype": total_dtype, "shape": reduced}

ROWS = (
    op("torch.sum .sum torch.nansum .nansum", f"input, {DIM}, *, dtype=None", **SUM),
    op("torch.mean .mean torch.nanmean .nanmean", f"input, {DIM}, *, dtype=None", **MEAN),
    op("torch.prod .prod", f"input, {DIM}, *, dtype=None", **PROD),
    op("torch.amax .amax torch.amin .amin", f"input, {DIM}", **BEST),
    op("torch.max .max", "input, dim=None, keepdim=False, *, other=None", outcome=best_of(max)),
    op("torch.min .min", "input, dim=None, keepdim=False, *, other=None", outcome=best_of(min)),
    op("torch.median .median torch.nanmedian .nanmedian", "input, dim=None, keepdim=False", outcome=ranked),
    op("torch.mode .mode", "input, dim=-1, keepdim=False", outcome=pair),
    op("torch.kthvalue .kthvalue", "input, k, dim=-1, keepdim=False", outcome=pair),
    op("torch.aminmax .aminmax", "input, *, dim=None, keepdim=False", outcome=extremes),
    op("torch.argmax .argmax torch.argmin .argmin", f"input, {DIM}", **INDEX),
    op("torch.argsort .argsort", "input, dim=-1, descending=False", **{**INDEX, "shape": KEEP}),
    op("torch.topk .topk", "input, k, dim=-1, largest=True, sorted=True", outcome=top),
    op("torch.sort .sort", "input, dim=-1, descending=False", outcome=ordered),
    op("torch.cummax .cummax torch.cummin .cummin", "input, dim", outcome=running),
    op("torch.cumsum .cumsum", "input, dim, *, dtype=None", range=summed, kind=kept(Kind.LOGITS), dtype=total_dtype),
    op(".cumsum_", "input, dim", range=None),
    op("torch.cumprod .cumprod", "input, dim, *, dtype=None", range=multiplied, kind=kept(Kind.PROBABILITIES), dtype=total_dtype),
    op("torch.std .std torch.var .var", "input, dim=None, unbiased=True, keepdim=False, *, correction=1", **SPREAD),
    *ops({"torch.norm": f"input, p='fro', {DIM}, out=None, dtype=None", ".norm": f"input, p='fro', {DIM}, dtype=None"}, **SPREAD),
    op("torch.linalg.norm", f"A, ord=None, {DIM}, *, dtype=None", main="A", range=NON_NEGATIVE.loosely(), dtype=None, shape=None),
    op("torch.linalg.vector_norm", f"x, ord=2, {DIM}, *, dtype=None", main="x", range=NON_NEGATIVE.loosely(), dtype=None, shape=None),
    op("torch.logsumexp .logsumexp", "input, dim, keepdim=False", range=logsumexp, dtype=float_dtype, shape=reduced),
    op("torch.all .all torch.any .any", f"input, {DIM}", **TRUTH),
    op("torch.count_nonzero .count_nonzero", "input, dim=None", **INDEX),
    op("torch.unique .unique", "input, sorted=True, return_inverse=False, return_counts=False, dim=None", outcome=distinct),
    op("torch.quantile .quantile", f"input, q, {DIM}, *, interpolation='linear'", range=quantile, shape=None),
    op("torch.bincount .bincount", "input, weights=None, minlength=0", range=None, dtype=None, shape=Shape((None,)), grad=False),
)
