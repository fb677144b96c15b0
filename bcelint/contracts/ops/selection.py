"""Choosing values elementwise: ``where``, masked and scattered writes, triangles, interpolation between two tensors."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from bcelint.contracts import dtypes, intervals
from bcelint.contracts.elementwise import held, in_place, shape
from bcelint.contracts.operands import agreed_axis, agreed_kind, gradient, interval, joined_dtype, number, same, together
from bcelint.contracts.rows import op, ops
from bcelint.contracts.schema import KEEP, Arg, Args, Outcome, Result
from bcelint.contracts.shapes import broadcast_all
from bcelint.facts import Claim, Interval


def chosen(args: Args) -> Outcome:
    """``where(condition, input, other)``; without the two it is ``nonzero``."""
    if "input" not in args or "other" not in args:
        return None
    pair = (args.arg("input"), args.arg("other"))
    joined = broadcast_all([shape(args.arg("condition")), shape(pair[0]), shape(pair[1])])
    ranged = together(pair) if number(pair[0]) is not None and number(pair[1]) is not None else _loosely(together(pair))
    agreed = agreed_kind(pair)
    if any(args.related("condition", name) for name in ("input", "other")):
        ranged, agreed = _asked(ranged), None
    return Result(ranged, agreed, agreed_axis(pair), joined_dtype(pair), same(pair[0].facts.shape, joined), gradient(pair))


def overwritten(args: Args, value: Arg, tensor: Arg) -> Any:
    """The hull of what was there and what is written into it. The kind goes: a mask in probabilities makes them something else."""
    before, after = interval(tensor), interval(value)
    if before is None or after is None:
        return None
    return same(tensor.facts.range, held(intervals.hull((before, after)), tensor.facts.value("dtype")))


def _loosely(claimed: Any) -> Any:
    """A range that need not be reached: the mask may pick just those values that lie outside of what is wanted. What is unbounded stays so."""
    value = claimed.value if isinstance(claimed, Claim) else claimed
    return claimed if not isinstance(value, Interval) or math.isinf(value.low) or math.isinf(value.high) else _asked(claimed)


def _asked(claimed: Any) -> Any:
    """The range of values that a mask of their own has chosen: even an unbounded one is a bound only."""
    if isinstance(claimed, Claim):
        return replace(claimed, value=claimed.value.loosely())
    return claimed.loosely() if isinstance(claimed, Interval) else claimed


def masked(args: Args) -> Result:
    """``masked_fill(mask, value)``."""
    tensor, value = args.arg("input"), args.arg("value")
    joined = broadcast_all([shape(tensor), shape(args.arg("mask"))])
    ranged = _loosely(overwritten(args, value, tensor))
    kept = tensor.facts.kind if _harmless(tensor, value) else None
    if args.related("input", "mask"):
        ranged, kept = _asked(ranged), None
    return Result(ranged, kept, None, KEEP, same(tensor.facts.shape, joined), KEEP if number(value) is not None else gradient((tensor, value)))


def _harmless(tensor: Arg, value: Arg) -> bool:
    """Whether the number lies where values of this kind lie anyway."""
    before, number_at = interval(tensor), number(value)
    return before is not None and number_at is not None and before.low <= number_at <= before.high


def written(name: str) -> Any:
    """``scatter_(dim, index, src)`` and its kin: what is written joins what was there."""

    def outcome(args: Args) -> Result:
        value = args.arg(name)
        grad = KEEP if number(value) is not None else gradient((args.arg("input"), value))
        ranged = overwritten(args, value, args.arg("input")) if _plain(args) else None
        return Result(ranged, None, None, KEEP, KEEP, grad)

    return outcome


def _plain(args: Args) -> bool:
    return "reduce" not in args


def triangle(args: Args) -> Result:
    """The rest of the matrix becomes 0."""
    claim = args.facts("input").range
    zero = Interval(0.0, 0.0)
    ranged = None if claim is None else same(claim, intervals.hull((replace(claim.value, tight=intervals.unbounded(claim.value)), zero)))
    return Result(ranged, None, None, KEEP, KEEP, KEEP)


def mixed(args: Args) -> Result:
    """``lerp(input, end, weight)``: between the two for a weight in [0, 1]."""
    pair = (args.arg("input"), args.arg("end"))
    weight = number(args.arg("weight"))
    ranged, kind = None, None
    left, right = interval(pair[0]), interval(pair[1])
    if weight is not None and 0 <= weight <= 1:
        kind = agreed_kind(pair)
        if left is not None and right is not None:
            ranged = intervals.hull((left, right)).loosely()
    joined = broadcast_all([shape(pair[0]), shape(pair[1]), shape(args.arg("weight"))])
    return Result(ranged, kind, None, dtypes.result(*pair), same(pair[0].facts.shape, joined), gradient((*pair, args.arg("weight"))))


ROWS = (
    op("torch.where", "condition, input=None, other=None", outcome=chosen),
    op(".where", "input, condition, other", outcome=chosen),
    op("torch.masked_fill .masked_fill", "input, mask, value", outcome=masked),
    op(".masked_fill_", "input, mask, value", outcome=in_place(masked)),
    op("torch.tril .tril .tril_ torch.triu .triu .triu_", "input, diagonal=0", outcome=triangle),
    op("torch.lerp .lerp", "input, end, weight", outcome=mixed),
    *ops({"torch.scatter .scatter .scatter_": "input, dim, index, src, *, reduce=None"}, outcome=written("src")),
    op("torch.index_fill .index_fill .index_fill_", "input, dim, index, value", outcome=written("value")),
    op("torch.index_copy .index_copy .index_copy_", "input, dim, index, source", outcome=written("source")),
    op("torch.masked_scatter .masked_scatter .masked_scatter_", "input, mask, source", outcome=written("source")),
    op(".scatter_add .scatter_add_ torch.scatter_add", "input, dim, index, src", grad=None),
    op("torch.index_add .index_add .index_add_", "input, dim, index, source, *, alpha=1", grad=None),
)
