"""Normalisation and dropout as functions, and similarity."""

from __future__ import annotations

from typing import Any

from bcelint.contracts import dtypes, intervals, shapes
from bcelint.contracts.elementwise import shape
from bcelint.contracts.operands import gradient, interval, kind, number, recast, whole
from bcelint.contracts.rows import op, ops
from bcelint.contracts.schema import KEEP, Args, Result
from bcelint.facts import NON_NEGATIVE, SYMMETRIC, UNBOUNDED, UNIT, Interval, Kind


def logits_stay(args: Args) -> Any:
    """Normalised logits are logits; of anything else the kind goes."""
    return KEEP if kind(args.arg("input")) is Kind.LOGITS else None


def unit_norm(args: Args) -> Any:
    """``F.normalize``: no element is larger than its p-norm, for p of 1 and more."""
    p, given = number(args.arg("p")), args.facts("input").interval
    if p is None or p < 1:
        return None
    if given is None:
        return SYMMETRIC.loosely()
    if given.low >= 0:
        return UNIT.loosely()
    return SYMMETRIC if intervals.unbounded(given) else SYMMETRIC.loosely()


def cosine(args: Args) -> Result:
    """The cosine of the angle between two vectors; not negative where neither has a negative component."""
    one, other = args.arg("x1"), args.arg("x2")
    left, right = interval(one), interval(other)
    if left is not None and right is not None and left.low >= 0 and right.low >= 0:
        ranged = UNIT.loosely()
    else:
        known = [i for i in (left, right) if i is not None]
        ranged = SYMMETRIC if all(i.tight and i.low < 0 < i.high for i in known) and args.independent("x1", "x2") else SYMMETRIC.loosely()
    joined = shapes.broadcast(shape(one), shape(other))
    at = whole(args.arg("dim"))
    reduced = None if at is None else shapes.reduce(joined, [at], False)
    return Result(ranged, None, None, dtypes.result(one, other), reduced, gradient((one, other)))


def distance(args: Args) -> Result:
    one, other = args.arg("x1"), args.arg("x2")
    left, right = interval(one), interval(other)
    wide = args.independent("x1", "x2") and any(i is not None and intervals.unbounded(i) for i in (left, right))
    keep = args.constant("keepdim")
    joined = shapes.broadcast(shape(one), shape(other))
    reduced = shapes.reduce(joined, [-1], keep) if isinstance(keep, bool) else None
    return Result(NON_NEGATIVE if wide else NON_NEGATIVE.loosely(), None, None, dtypes.result(one, other), reduced, gradient((one, other)))


def dropped(args: Args) -> Any:
    """Dropout in training zeroes elements and scales the rest by 1 / (1 - p); in evaluation it does nothing."""
    claim, p = args.facts("input").range, number(args.arg("p"))
    if claim is None or intervals.unbounded(claim.value) or args.constant("training") is False or p == 0:
        return claim
    if p is None or not 0 <= p < 1:
        return None
    value, scale = claim.value, 1 / (1 - p)
    return recast(claim, Interval(min(value.low, intervals.times(value.low, scale), 0.0), max(value.high * scale, value.high, 0.0), False))


def dropped_kind(args: Args) -> Any:
    return KEEP


DROPOUT: dict[str, Any] = {"range": dropped, "kind": dropped_kind, "axis": KEEP}
NORM: dict[str, Any] = {"range": UNBOUNDED, "kind": logits_stay}
ALPHA: dict[str, Any] = {"range": lambda a: a.facts("input").range if a.constant("training") is False else None}

ROWS = (
    op("F.normalize", "input, p=2.0, dim=1, eps=1e-12, out=None", range=unit_norm),
    op("F.cosine_similarity torch.cosine_similarity", "x1, x2, dim=1, eps=1e-08", main="x1", outcome=cosine),
    op("F.pairwise_distance torch.pairwise_distance", "x1, x2, p=2.0, eps=1e-06, keepdim=False", main="x1", outcome=distance),
    op("F.dropout F.dropout1d F.dropout2d F.dropout3d", "input, p=0.5, training=True, inplace=False", **DROPOUT),
    op("torch.dropout", "input, p, train", range=None, kind=None),
    op("F.alpha_dropout F.feature_alpha_dropout", "input, p=0.5, training=False, inplace=False", **ALPHA),
    op("F.batch_norm", "input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-05", **NORM),
    op("F.layer_norm", "input, normalized_shape, weight=None, bias=None, eps=1e-05", **NORM),
    op("F.group_norm", "input, num_groups, weight=None, bias=None, eps=1e-05", **NORM),
    op("F.rms_norm", "input, normalized_shape, weight=None, eps=None", **NORM),
    *ops(
        {"F.instance_norm": "input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-05"},
        **NORM,
    ),
    op("F.local_response_norm", "input, size, alpha=0.0001, beta=0.75, k=1.0", range=None, kind=logits_stay),
)
