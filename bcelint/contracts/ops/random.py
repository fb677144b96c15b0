"""Random tensors, and filling in place."""

from __future__ import annotations

from typing import Any

from bcelint.contracts import dtypes
from bcelint.contracts.operands import interval, number, whole
from bcelint.contracts.ops.factories import OPTIONS, filled, like, made, passed
from bcelint.contracts.rows import MEASURED, op, ops
from bcelint.contracts.schema import KEEP, Args, Outcome, Result
from bcelint.facts import UNBOUNDED, UNIT, DType, Interval, Shape


def integers(args: Args) -> Outcome:
    """``randint(high, size)``, ``randint(low, high, size)``: from ``low`` to ``high - 1``."""
    found = args.star
    if "size" in args and len(found) == 2:
        (low, high), size = found, args.arg("size")
    elif "high" in args:
        low, high, size = args.arg("low"), args.arg("high"), args.arg("size")
        if "size" not in args and len(found) == 1:
            size = found[0]
    elif len(found) == 3:
        low, high, size = found
    elif len(found) == 2:
        low, (high, size) = args.arg("low"), found
    elif len(found) == 1 and "size" in args:
        low, high, size = args.arg("low"), found[0], args.arg("size")
    else:
        return Result(None, None, None, made(args, DType.INT64), None, False)
    dtype = made(args, DType.INT64)
    shaped = Args({"size": size}, ())
    return Result(between(whole(low), whole(high), dtype), None, None, dtype, passed(shaped), False)


def between(low: int | None, high: int | None, dtype: DType | None) -> Interval | None:
    if low is None or high is None or high <= low:
        return None
    return dtypes.fits(Interval(float(low), float(high - 1)), dtype)


def integers_like(args: Args) -> Outcome:
    found = args.star
    low, high = (0, whole(found[0])) if len(found) == 1 else (whole(found[0]), whole(found[1])) if len(found) == 2 else (None, None)
    wanted = dtypes.asked(args)
    dtype: DType | None = args.facts("input").value("dtype") if isinstance(wanted, bool) else wanted
    return Result(between(low, high, dtype), None, None, KEEP if wanted is False else wanted, KEEP, False)


def uniform(args: Args) -> Any:
    low, high = number(args.arg("from")), number(args.arg("to"))
    return Interval(float(low), float(high)) if low is not None and high is not None else None


def filled_with(args: Args) -> Any:
    value = interval(args.arg("value"))
    return dtypes.fits(value, args.facts("input").value("dtype")) if value is not None else None


def copied(args: Args) -> Any:
    """The values of ``src``, in the dtype of the receiver."""
    mine, theirs = args.facts("input").value("dtype"), args.facts("src").value("dtype")
    return args.facts("src").range if mine is not None and (mine.is_floating or mine is theirs) else None


def sampled_shape(args: Args) -> Any:
    before, count = args.facts("input").value("shape"), whole(args.arg("num_samples"))
    return None if before is None or before.open else Shape((*before.dims[:-1], count))


NORMAL = UNBOUNDED
ROWS = (
    op("torch.rand", f"*size, {OPTIONS[3:]}", main="size", **filled(UNIT)),
    op("torch.randn", f"*size, {OPTIONS[3:]}", main="size", **filled(NORMAL)),
    op("torch.rand_like", f"input, {OPTIONS}", **like(UNIT)),
    op("torch.randn_like", f"input, {OPTIONS}", **like(NORMAL)),
    op("torch.randint", f"*args, low=0, high=None, size=None, {OPTIONS[3:]}", main="size", outcome=integers),
    op("torch.randint_like", f"input, *args, {OPTIONS[3:]}", outcome=integers_like),
    op("torch.randperm", "n, *, dtype=None", main="n", range=None, dtype=lambda a: made(a, DType.INT64), shape=None, grad=False),
    op("torch.bernoulli .bernoulli", "input, p=None", range=UNIT, grad=None, source=MEASURED),
    op("torch.multinomial .multinomial", "input, num_samples, replacement=False", dtype=DType.INT64, grad=False, shape=sampled_shape),
    op("torch.normal", "mean=0.0, std=1.0, size=None", main="mean", range=UNBOUNDED, dtype=None, shape=None, grad=None),
    op(".normal_", "input, mean=0, std=1", range=UNBOUNDED),
    op(".uniform_", "input, *args", outcome=lambda a: uniform_outcome(a)),
    op(".random_ .cauchy_ .exponential_ .geometric_ .log_normal_", "input, *args", range=None),
    op(".bernoulli_", "input, p=0.5", range=UNIT),
    op(".zero_", "input", range=Interval(0.0, 0.0)),
    op(".fill_", "input, value", range=filled_with),
    *ops({".copy_": "input, src, non_blocking=False"}, range=copied, kind=None, grad=None),
)


def uniform_outcome(args: Args) -> Outcome:
    """``uniform_(low, high)``; its parameters are called ``from`` and ``to``, so they can only be read by position."""
    ends = [number(a) for a in args.star]
    low, high = (*ends, *(0.0, 1.0)[len(ends) :]) if len(ends) <= 2 else (None, None)
    ranged = Interval(float(low), float(high)) if low is not None and high is not None else None
    return Result(ranged, None, None, KEEP, KEEP, KEEP)
