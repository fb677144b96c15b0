"""What elementwise rows share: images of intervals, and the facts of two operands taken together."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Callable

from bcelint.contracts import dtypes, intervals, shapes
from bcelint.contracts.operands import recast, same
from bcelint.contracts.schema import KEEP, Arg, Args, Field, Outcome, Result
from bcelint.facts import UNBOUNDED, DType, Interval, Shape

LARGEST = 3.4e38


def safely(function: Callable[[float], float]) -> Callable[[float], float]:
    """``function`` of ends that may be too large for it, or for float32."""

    def wrapped(x: float) -> float:
        try:
            found = function(x)
        except OverflowError:
            return math.inf
        return found if abs(found) < LARGEST else math.copysign(math.inf, found)

    return wrapped


def rising(function: Callable[[float], float], unknown: Interval | None = None, low: float = -math.inf, tight: bool = True) -> Field:
    """The range field of a function that never decreases. ``unknown`` is the range where that of the input is not known; ``low`` is
    where its domain begins, below which there are only NaNs."""
    apply = safely(function)

    def field(args: Args) -> Any:
        given = args.facts("input").interval
        if given is None:
            return unknown
        if given.high < low:
            return None
        inside = given if given.low >= low else Interval(low, given.high, tight=False)
        found = intervals.image(inside, apply)
        return same(args.facts("input").range, found if tight else found.loosely())

    return field


def bounded(within: Interval) -> Field:
    """The range field of a function whose values lie in ``within``, and reach its ends where the input is known to be unbounded."""

    def field(args: Args) -> Any:
        given = args.facts("input").interval
        return within if given is not None and intervals.unbounded(given) else within.loosely()

    return field


def float_dtype(args: Args) -> Any:
    """The dtype of functions that make floats of integers and bools."""
    dtype = args.facts("input").value("dtype")
    return KEEP if dtype is None or dtypes.category(dtype) >= 2 else dtypes.DEFAULT


def shape_of_both(args: Args, one: str = "input", other: str = "other") -> Any:
    """The broadcast shape of two operands, numbers among them."""
    left, right = args.arg(one), args.arg(other)
    joined = shapes.broadcast(shape(left), shape(right))
    return same(left.facts.shape, joined)


def shape(arg: Arg) -> Any:
    """The shape of an operand; a number has none to broadcast."""
    if arg.facts.shape is not None:
        return arg.facts.shape.value
    return Shape(()) if dtypes.is_number(arg.constant) or arg.is_tensor is False else None


def in_place(outcome: Callable[[Args], Outcome]) -> Callable[[Args], Outcome]:
    """The outcome of an operation that writes into its first operand, whose dtype and shape stay."""

    def wrapped(args: Args) -> Outcome:
        result = outcome(args)
        assert isinstance(result, Result)
        held = args.facts("input").value("dtype")
        found = result.range
        if isinstance(found, Interval):
            found = dtypes.fits(found, held)
        return replace(result, range=found, dtype=KEEP, shape=KEEP)

    return wrapped


def loosened(args: Args, name: str = "input") -> Any:
    """The range of ``name``, its ends no longer approached unless it is unbounded: the field of means and of single elements."""
    claim = args.facts(name).range
    if claim is None or intervals.unbounded(claim.value):
        return claim
    return recast(claim, claim.value.loosely())


def held(value: Interval | None, dtype: DType | None) -> Interval | None:
    """``value`` as a tensor of ``dtype`` can hold it. Where an integer's width is not known it may have wrapped around."""
    if dtype is DType.INTEGRAL and value is not None and not (value.low >= 0 and value.high <= 127):
        return None
    return dtypes.fits(value, dtype)


ANYTHING = UNBOUNDED.loosely()
"""Any real number, with no claim that large ones occur."""
