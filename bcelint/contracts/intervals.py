"""Interval arithmetic, sound for real numbers: the result holds every value that the operands' intervals allow.

``free`` says that the two operands are independent; only then can a result be tight. NaNs are left out of account.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Callable

from bcelint.facts import UNBOUNDED, Interval

INF = math.inf


def unbounded(interval: Interval) -> bool:
    """Whether both ends are infinite and really approached: independent summands and factors change nothing about that."""
    return interval == UNBOUNDED


def infinite(interval: Interval) -> bool:
    """Whether both ends are infinite, approached or not."""
    return interval.low == -INF and interval.high == INF


def times(one: float, other: float) -> float:
    """The product of two interval ends, where an infinite end stands for values as large as you like, never for infinity itself."""
    return 0.0 if one == 0 or other == 0 else one * other


def add(one: Interval, other: Interval, free: bool) -> Interval:
    tight = free and ((one.tight and other.tight) or unbounded(one) or unbounded(other))
    low, high = one.low + other.low, one.high + other.high
    return Interval(-INF if low != low else low, INF if high != high else high, tight)  # a NaN where infinities meet


def negate(one: Interval) -> Interval:
    return Interval(0.0 - one.high, 0.0 - one.low, one.tight)


def subtract(one: Interval, other: Interval, free: bool) -> Interval:
    return add(one, negate(other), free)


def multiply(one: Interval, other: Interval, free: bool) -> Interval:
    ends = [times(a, b) for a in (one.low, one.high) for b in (other.low, other.high)]
    return Interval(min(ends), max(ends), free and one.tight and other.tight)


def divide(one: Interval, other: Interval, free: bool) -> Interval:
    """Division; a divisor that may be 0 opens the result on the side of each sign."""
    if other.low < 0 < other.high or other.low == other.high == 0:
        return Interval(-INF, INF, free and unbounded(one))
    if other.high == 0:  # whose zeros may have either sign, and so the infinities
        return Interval(-INF, INF, free and unbounded(one))
    if other.low == 0:
        result = multiply(one, Interval(1 / other.high, INF), free)
        return Interval(result.low, result.high, free and unbounded(one))
    inverse = Interval(1 / other.high, 1 / other.low, other.tight)
    return multiply(one, inverse, free)


def power(one: Interval, exponent: float) -> Interval | None:
    """``one ** exponent`` for a constant exponent."""
    if exponent == 0:
        return Interval(1.0, 1.0)
    if exponent < 0:
        positive = power(one, -exponent)
        if positive is None or positive.low < 0:
            return None
        result = divide(Interval(1.0, 1.0), positive, True)
        return Interval(result.low, result.high, result.tight and positive.low > 0)
    whole = float(exponent).is_integer()
    if whole and exponent % 2 == 1:
        return Interval(_pow(one.low, exponent), _pow(one.high, exponent), one.tight)
    if whole:
        size = magnitude(one)
        return Interval(_pow(size.low, exponent), _pow(size.high, exponent), size.tight)
    if one.high < 0:
        return None
    return Interval(_pow(max(one.low, 0.0), exponent), _pow(one.high, exponent), one.tight and one.low >= 0)


def magnitude(one: Interval) -> Interval:
    """The absolute value. A range that straddles 0 need not come near it: ``tensor([-1, 1])`` does not."""
    if one.low >= 0:
        return one
    if one.high <= 0:
        return negate(one)
    return Interval(0.0, max(-one.low, one.high), unbounded(one))


def hull(intervals: Iterable[Interval]) -> Interval:
    """The smallest interval around all; tight if all are, since an end of the hull is an end of one of them."""
    parts = list(intervals)
    return Interval(min(p.low for p in parts), max(p.high for p in parts), all(p.tight for p in parts))


def clamp(one: Interval, low: float, high: float) -> Interval:
    """``min(max(x, low), high)``."""
    return Interval(min(max(one.low, low), high), min(max(one.high, low), high), one.tight)


def image(one: Interval, function: Callable[[float], float]) -> Interval:
    """The image under a continuous function that never decreases; ``function`` must take infinities."""
    return Interval(function(one.low), function(one.high), one.tight)


def _pow(base: float, exponent: float) -> float:
    try:
        return float(base**exponent)
    except OverflowError:
        return -INF if base < 0 and exponent % 2 == 1 else INF
