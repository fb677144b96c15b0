"""Arithmetic on two operands, each a tensor, a Python number or unknown. Operators (``+``, ``1 - p``) are looked up under these names."""

from __future__ import annotations

import math
from typing import Any, Callable

from bcelint.contracts import dtypes, intervals
from bcelint.contracts.elementwise import held, in_place, shape_of_both
from bcelint.contracts.operands import gradient, interval, is_data, kind, number, same
from bcelint.contracts.rows import op, ops
from bcelint.contracts.schema import Arg, Args, Result
from bcelint.facts import UNBOUNDED, UNIT, Interval, Kind

TINY = 1e-3
"""An epsilon up to this size leaves probabilities what they are."""

Combine = Callable[[Interval, Interval, bool], Interval]


def scored(one: Arg, other: Arg, free: bool) -> Any:
    """The claim of logits that logits ∘ anything independent stay, or None."""
    for mine, theirs in ((one, other), (other, one)):
        if kind(mine) is Kind.LOGITS and free and interval(theirs) != Interval(0.0, 0.0):
            return mine.facts.kind
    return None


def ranged(combine: Combine, one: Arg, other: Arg, free: bool, logits: bool) -> Interval | None:
    """The range of ``one ∘ other``; unknown operands leave none, unless logits say that it is unbounded anyway. Where the values of both stand each
    at its place, their ends need not meet."""
    left, right = interval(one), interval(other)
    if left is not None and right is not None:
        ordered = one.facts.uneven and other.facts.uneven and not (intervals.unbounded(left) or intervals.unbounded(right))
        return combine(left, right, free and not ordered)
    return UNBOUNDED if logits else None


def claimed(value: Interval | None, one: Arg, other: Arg) -> Any:
    """``value`` as the claim of the operand that already said so."""
    for arg in (one, other):
        if arg.facts.range is not None and arg.facts.range.value == value:
            return arg.facts.range
    return value


def lands_on_unit(value: Interval | None, one: Arg, other: Arg) -> bool:
    """Whether a constant brings a tight range that was another one to exactly [0, 1]. Data (``randint(0, 256) / 255``) only becomes a soft label."""
    if value != UNIT:
        return False
    for mine, theirs in ((one, other), (other, one)):
        before = interval(mine)
        if number(theirs) is not None and number(mine) is None and before is not None and not is_data(mine.facts):
            return before != UNIT and math.isfinite(before.low) and math.isfinite(before.high)
    return False


def epsilon(arg: Arg) -> bool:
    value = number(arg)
    return value is not None and abs(value) <= TINY


def finish(args: Args, value: Interval | None, a_kind: Any, one: Arg, other: Arg, axis: Any = None, dtype: Any = None, grad: Any = ()) -> Result:
    wide = dtypes.result(one, other) if dtype is None else dtype
    value = held(value, wide)
    if a_kind is None and lands_on_unit(value, one, other):
        a_kind = Kind.PROBABILITIES
    return Result(
        claimed(value, one, other),
        a_kind,
        axis,
        same(one.facts.dtype, wide),
        shape_of_both(args),
        gradient((one, other)) if grad == () else grad,
    )


def added(sign: int) -> Callable[[Args], Result]:
    """add (``sign`` 1) and sub (-1)."""

    def outcome(args: Args) -> Result:
        one, other = args.arg("input"), args.arg("other")
        if "alpha" in args and number(args.arg("alpha")) != 1:
            return finish(args, None, None, one, other)
        free = args.independent("input", "other")
        logits = scored(one, other, free)
        if logits is None:
            for mine, theirs in ((one, other), (other, one)):
                if kind(mine) is Kind.PROBABILITIES and epsilon(theirs) and (sign > 0 or mine is one):
                    return finish(args, interval(mine), mine.facts.kind, one, other, axis=mine.facts.axis)
        value = ranged(intervals.add if sign > 0 else intervals.subtract, one, other, free, logits is not None)
        a_kind = logits
        if sign < 0 and number(one) == 1 and kind(other) is Kind.PROBABILITIES:
            a_kind = other.facts.kind
        return finish(args, value, a_kind, one, other)

    return outcome


def multiplied(args: Args) -> Result:
    one, other = args.arg("input"), args.arg("other")
    free = args.independent("input", "other")
    if Kind.LOG_PROBABILITIES in (kind(one), kind(other)) and number(one) is None and number(other) is None:
        return finish(args, None, None, one, other)  # weighted, by a mask or an advantage, they are still meant for nll_loss
    a_kind, axis = scored(one, other, free), None
    if a_kind is None:
        for mine, theirs in ((one, other), (other, one)):
            if kind(mine) is not Kind.PROBABILITIES:
                continue
            factor = interval(theirs)
            if number(theirs) == 1:
                a_kind, axis = mine.facts.kind, mine.facts.axis
            elif number(theirs) is None and factor is not None and factor.within(UNIT):
                a_kind = mine.facts.kind
    value = ranged(intervals.multiply, one, other, free, a_kind is not None and a_kind.value is Kind.LOGITS)
    return finish(args, value, a_kind, one, other, axis)


def divided(args: Args) -> Result:
    one, other = args.arg("input"), args.arg("other")
    rounding = args.constant("rounding_mode") if "rounding_mode" in args else None
    if rounding is not None:
        return floored(args) if rounding == "floor" else finish(args, None, None, one, other, grad=None)
    free = args.independent("input", "other")
    a_kind = one.facts.kind if kind(one) is Kind.LOGITS and free else None
    value = ranged(intervals.divide, one, other, free, a_kind is not None)
    axis = None
    if number(other) == 1:
        a_kind, axis = one.facts.kind, one.facts.axis
    return finish(args, value, a_kind, one, other, axis, dtype=dtypes.true_division(dtypes.result(one, other)))


def floored(args: Args) -> Result:
    """Floor division, which no gradient passes."""
    one, other = args.arg("input"), args.arg("other")
    value = ranged(intervals.divide, one, other, args.independent("input", "other"), False)
    if value is not None:
        value = Interval(_floor(value.low), _floor(value.high), intervals.unbounded(value))
    return finish(args, value, None, one, other, grad=False)


def _floor(x: float) -> float:
    return x if math.isinf(x) else float(math.floor(x))


def remainder(args: Args) -> Result:
    """The remainder by a number lies between 0 and it."""
    one, other = args.arg("input"), args.arg("other")
    by = number(other)
    value = None
    if by:
        value = Interval(min(0.0, by), max(0.0, by), tight=False)
    return finish(args, value, None, one, other)


def powered(args: Args) -> Result:
    """A tensor to a number, or a positive number to a tensor."""
    one, other = args.arg("input"), args.arg("exponent")
    exponent, base = number(other), number(one)
    given = interval(one)
    value, a_kind = None, None
    if exponent is not None and given is not None:
        value = intervals.power(given, float(exponent))
        a_kind = one.facts.kind if exponent == 1 else None
    elif base is not None and base > 0 and interval(other) is not None:
        raised = interval(other)
        assert raised is not None
        ends = sorted(_power(float(base), e) for e in (raised.low, raised.high))
        value = Interval(ends[0], ends[1], raised.tight)
    wide = dtypes.result(one, other)
    value = held(value, wide)
    joined = shape_of_both(args, "input", "exponent")
    return Result(same(one.facts.range, value), a_kind, None, same(one.facts.dtype, wide), joined, gradient((one, other)))


def _power(base: float, exponent: float) -> float:
    try:
        return float(base**exponent)
    except OverflowError:
        return math.inf


def extremum(best: Callable[[float, float], float]) -> Callable[[Args], Result]:
    """maximum and minimum of two operands."""

    def outcome(args: Args) -> Result:
        one, other = args.arg("input"), args.arg("other")
        left, right = interval(one), interval(other)
        value = None
        if left is not None and right is not None:
            tight = left.tight and right.tight and args.independent("input", "other")
            value = Interval(best(left.low, right.low), best(left.high, right.high), tight)
        a_kind = one.facts.kind if kind(one) is not None and kind(one) is kind(other) else None
        return finish(args, value, a_kind, one, other)

    return outcome


TWO = "input, other"
ROWS = (
    op("torch.add .add", "input, other, *, alpha=1", outcome=added(1)),
    op(".add_", "input, other, *, alpha=1", outcome=in_place(added(1))),
    op("torch.sub .sub torch.subtract .subtract", "input, other, *, alpha=1", outcome=added(-1)),
    op(".sub_ .subtract_", "input, other, *, alpha=1", outcome=in_place(added(-1))),
    op("torch.mul .mul torch.multiply .multiply", TWO, outcome=multiplied),
    op(".mul_ .multiply_", TWO, outcome=in_place(multiplied)),
    op("torch.div .div torch.divide .divide", "input, other, *, rounding_mode=None", outcome=divided),
    op(".div_ .divide_", "input, other, *, rounding_mode=None", outcome=in_place(divided)),
    op("torch.true_divide .true_divide", TWO, outcome=divided),
    op(".true_divide_", TWO, outcome=in_place(divided)),
    op("torch.floor_divide .floor_divide", TWO, outcome=floored),
    op(".floor_divide_", TWO, outcome=in_place(floored)),
    op("torch.remainder .remainder", TWO, outcome=remainder),
    op(".remainder_", TWO, outcome=in_place(remainder)),
    *ops({"torch.pow .pow": "input, exponent"}, outcome=powered),
    op(".pow_", "input, exponent", outcome=in_place(powered)),
    op("torch.maximum .maximum", TWO, outcome=extremum(max)),
    op("torch.minimum .minimum", TWO, outcome=extremum(min)),
)
