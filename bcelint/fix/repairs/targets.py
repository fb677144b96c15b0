"""Repairs of the target: BCE201, BCE203, BCE204."""

from __future__ import annotations

import ast

from bcelint.analysis.callsite import CallSite
from bcelint.facts import DType, Shape
from bcelint.fix.context import NOT_WRITTEN, ROWS, Context
from bcelint.fix.edits import Outcome, Refusal
from bcelint.fix.wrapping import behind, cast

_CASTS = {DType.FLOAT64: "double", DType.FLOAT16: "half", DType.BFLOAT16: "bfloat16"}


def integer_target(context: Context, site: CallSite) -> Outcome:
    """BCE201: the target as floats of the prediction's dtype, at the call."""
    at = context.argument(site, "target")
    if at is None:
        return NOT_WRITTEN
    dtypes = {each.prediction.dtype for each in context.of_call(site)}
    casts = {_CASTS.get(DType(dtype), "float") if dtype is not None else "float" for dtype in dtypes}
    if len(casts) != 1:
        return Refusal("predictions of several dtypes come here; cast the target to the prediction's own")
    method = casts.pop()
    return cast(at, method).repair(True, f"add .{method}() to the target")


def target_shape(context: Context, site: CallSite) -> Outcome:
    """BCE203: the target in the prediction's shape; safe where both are known and torch would raise."""
    shared = context.of_call(site)
    shapes = {read for each in shared for read in [_as_read(each.prediction.shape, each.target.shape)] if read is not None}
    at, prediction = context.argument(site, "target", len(shapes) > 1), context.argument(site, "prediction")
    if at is None:
        return NOT_WRITTEN if len(shapes) == 1 else Refusal("other shapes come here too; give prediction and target one shape where they are made")
    ours, theirs = site.prediction.shape, site.target.shape
    if ours is None or theirs is None:
        return Refusal("give the target the prediction's shape")
    targets = ROWS[site.loss].targets
    raises = targets.same_shape and not targets.broadcasts
    if ours.rank == 2 and ours.dims[1] == 1 and theirs.rank == 1:
        return behind(at, ".unsqueeze(1)").repair(raises, "add .unsqueeze(1) to the target")
    if theirs.rank == 2 and theirs.dims[1] == 1 and ours.rank == 1:
        return behind(at, ".squeeze(1)").repair(raises, "add .squeeze(1) to the target")
    sizes = _size(ours), _size(theirs)
    if None not in sizes and sizes[0] != sizes[1]:
        return Refusal("prediction and target have different numbers of elements")
    column = ours.min_rank >= 2 and ours.dims[-1] == 1 and theirs.rank == ours.min_rank - 1
    if column:
        return behind(at, ".unsqueeze(-1)").repair(False, "add .unsqueeze(-1) to the target")
    if _misfit(ours, theirs) or prediction is None or prediction.code is not at.code or not isinstance(prediction.node, (ast.Name, ast.Attribute)):
        return Refusal("give prediction and target one shape")
    text = prediction.code.source(prediction.node)
    return behind(at, f".view_as({text})").repair(raises and None not in sizes, f"add .view_as({text}) to the target")


def _as_read(ours: Shape | None, theirs: Shape | None) -> object:
    """Both shapes, whatever their sizes are called: the batch of one caller is not that of another. None where a shape is not known."""
    if ours is None or theirs is None:
        return None
    names: dict[str, str] = {}
    dims = [names.setdefault(dim, f"size {len(names)}") if isinstance(dim, str) else dim for dim in (*ours.dims, *theirs.dims)]
    return len(ours.dims), ours.open, theirs.open, tuple(dims)


def _size(shape: Shape) -> int | None:
    product = 1
    for dim in shape.dims:
        if not isinstance(dim, int) or shape.open:
            return None
        product *= dim
    return product


def _misfit(ours: Shape, theirs: Shape) -> bool:
    """Whether the known sizes tell that the shapes have different numbers of elements, as (N, 10) and (N,) have."""
    known = [[dim for dim in shape.dims if isinstance(dim, int) and dim != 1] for shape in (ours, theirs)]
    symbols = [{dim for dim in shape.dims if isinstance(dim, str)} for shape in (ours, theirs)]
    return sorted(known[0]) != sorted(known[1]) and symbols[0] == symbols[1]


def class_indices(context: Context, site: CallSite) -> Outcome:
    """BCE204: long class indices; floats for a one-hot target of CrossEntropyLoss."""
    at = context.argument(site, "target")
    if at is None:
        return NOT_WRITTEN
    facts, dtype = site.target, DType(site.target.dtype or "int64")
    shape, scores = facts.shape, site.prediction.shape
    same_rank = shape is not None and scores is not None and shape.rank is not None and shape.rank == scores.rank
    if dtype in (DType.INT64, DType.INTEGRAL, DType.UINT8):
        if same_rank and shape is not None and shape.dims[-1] == 1:
            return behind(at, ".squeeze(-1)").repair(shape.rank == 2, "add .squeeze(-1) to the target")
        if site.loss == "CrossEntropyLoss" and (shape is None or 1 not in shape.dims) and not (dtype is DType.UINT8 and not same_rank):
            return cast(at, "float").repair(True, "add .float() to the one-hot target")
        if dtype is not DType.UINT8:
            return Refusal("pass class indices, not a one-hot target")
    if dtype.is_floating and same_rank:
        return Refusal("it looks like class probabilities, which only CrossEntropyLoss takes, on logits")
    if shape is not None and shape.rank == 2 and shape.dims[1] == 1 and (scores is None or scores.rank != 3):
        return behind(at, ".squeeze(1).long()").repair(False, "add .squeeze(1).long() to the target")
    return cast(at, "long").repair(True, "add .long() to the target")
