"""What the rows ask of their arguments: numbers, intervals, and the claims of several operands taken together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from bcelint.contracts import dtypes, intervals
from bcelint.contracts.schema import Arg, Args
from bcelint.facts import Claim, DType, Facts, Interval, Kind

T = TypeVar("T")


def number(arg: Arg) -> float | int | None:
    """The Python number that ``arg`` is, or None."""
    return arg.constant if dtypes.is_number(arg.constant) and arg.constant == arg.constant else None


def whole(arg: Arg) -> int | None:
    """The Python int that ``arg`` is, or None."""
    return arg.constant if isinstance(arg.constant, int) and not isinstance(arg.constant, bool) else None


def is_whole(arg: Arg) -> bool:
    """Whether ``arg`` is one size or axis, known or not, and no sequence of them."""
    return whole(arg) is not None or (arg.symbol is not None and arg.is_tensor is False)


def interval(arg: Arg) -> Interval | None:
    """Where the values of a tensor or a number lie, or None."""
    value = number(arg)
    return arg.facts.interval if value is None else Interval(float(value), float(value))


def kind(arg: Arg) -> Kind | None:
    return None if arg.facts.kind is None else arg.facts.kind.value


def dtype(arg: Arg) -> DType | None:
    return None if arg.facts.dtype is None else arg.facts.dtype.value


def elements(arg: Arg) -> tuple[Arg, ...] | None:
    """The elements of a tuple or list whose length is known."""
    if arg.items is not None:
        return arg.items if arg.rest is None else None
    if isinstance(arg.constant, (tuple, list)):
        return tuple(Arg(constant=c, is_tensor=False) for c in arg.constant)
    return None


def some_elements(arg: Arg) -> tuple[Arg, ...]:
    """Stand-ins for all the elements of a list, of whatever length; empty where nothing is known of them."""
    listed = arg.items or ()
    return listed if arg.rest is None else (*listed, arg.rest)


def star(args: Args) -> tuple[Arg, ...] | None:
    """The sizes or axes passed as ``*sizes`` or as one sequence; None where their number is not known."""
    given = args.star
    if len(given) == 1:
        only = given[0]
        listed = elements(only)
        if listed is not None:
            return listed
        if not is_whole(only):
            return None
    return None if any(a.items is not None or a.rest is not None for a in given) else given


def listing(args: Args, name: str) -> tuple[Arg, ...] | None:
    """The sizes or axes passed as ``name``, one or a sequence of them; None where their number is not known."""
    arg = args.arg(name)
    listed = elements(arg)
    if listed is not None:
        return listed
    return (arg,) if is_whole(arg) else None


def same(claim: Claim[T] | None, value: T | None) -> Any:
    """``value``, under the steps of ``claim`` where it says the same."""
    return claim if claim is not None and claim.value == value else value


def recast(claim: Claim[T] | None, value: T | None) -> Any:
    """``value`` under the steps of ``claim``: what was true there only became wider."""
    return value if claim is None or value is None else Claim(value, claim.steps)


def gradient(operands: Iterable[Arg]) -> Any:
    """It flows where it flows through any operand, and is cut where it is cut in all; numbers have none."""
    claims = [a.facts.grad for a in operands if a.is_tensor is not False and number(a) is None]
    for claim in claims:
        if claim is not None and claim.value:
            return claim
    return None if not claims or None in claims else claims[0]


def is_data(facts: Facts) -> bool:
    """Whether the tensor never had a gradient, as one made by ``randint`` has none: it was born without, and nothing cut it off."""
    grad = facts.grad
    if grad is None or grad.value:
        return False
    births = [claim.steps[:1] for claim in (facts.range, facts.dtype, facts.shape) if claim is not None]
    return grad.steps[:1] in [(), *births]


def together(operands: Sequence[Arg]) -> Any:
    """The hull of the ranges of all operands, or None."""
    parts = [interval(a) for a in operands]
    known = [p for p in parts if p is not None]
    if not known or len(known) < len(parts):
        return None
    whole_range = intervals.hull(known)
    return same(operands[0].facts.range, whole_range)


def agreed_kind(operands: Sequence[Arg]) -> Any:
    """The kind on which all operands agree, or None."""
    kinds = {kind(a) for a in operands}
    return operands[0].facts.kind if len(kinds) == 1 else None


def agreed_axis(operands: Sequence[Arg]) -> int | None:
    axes = {a.facts.axis for a in operands}
    return operands[0].facts.axis if len(axes) == 1 else None


def joined_dtype(operands: Sequence[Arg]) -> Any:
    """The dtype of tensors and numbers joined into one, or None."""
    if not operands:
        return None
    joined = operands[0]
    for arg in operands[1:]:
        value = dtypes.result(joined, arg)
        if value is None:
            return None
        shapes = (joined.facts.shape, arg.facts.shape)
        joined = Arg(Facts(dtype=Claim(value), shape=None if None in shapes else shapes[0]))
    return same(operands[0].facts.dtype, dtype(joined))
