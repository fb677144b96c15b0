"""Picking elements out of a tensor by index or mask."""

from __future__ import annotations

from typing import Any

from bcelint.contracts import shapes
from bcelint.contracts.operands import same
from bcelint.contracts.ops.views import axis, given
from bcelint.contracts.rows import MOVED, op, ops
from bcelint.contracts.schema import KEEP, Args, Result
from bcelint.facts import DType, Shape


def _picked(args: Args) -> Any:
    index = args.facts("index").value("shape")
    count = index.dims[0] if index is not None and not index.open and len(index.dims) == 1 else None
    return same(args.facts("input").shape, shapes.with_dim(given(args), axis(args), count))


def _indices(args: Args) -> Any:
    return args.facts("indices").shape if args.constant("dim") is not None else None


def _positions(args: Args) -> Any:
    shape = given(args)
    return Shape((None, len(shape.dims) if shape is not None and not shape.open else None))


def _selected(args: Args) -> Any:
    shape = given(args)
    return Shape((0 if shape is not None and 0 in shape.dims else None,))


def _masked(args: Args) -> Result:
    given = args.facts("input")
    some = given.of_asked() if args.related("input", "mask") else given.of_some()
    return Result(some.range, some.kind, None, KEEP, same(given.shape, _selected(args)))


PICKED: dict[str, Any] = {**MOVED, "range": lambda a: a.facts("input").of_some().range}

ROWS = (
    op("torch.gather .gather", "input, dim, index, *, sparse_grad=False", **PICKED, shape=lambda a: a.facts("index").shape),
    op("torch.index_select .index_select", "input, dim, index", **PICKED, shape=_picked),
    op("torch.masked_select .masked_select", "input, mask", outcome=_masked),
    op("torch.take .take", "input, index", **PICKED, shape=lambda a: a.facts("index").shape),
    op("torch.take_along_dim .take_along_dim", "input, indices, dim=None", **PICKED, shape=None),
    op(".index_put_ .index_put", "input, indices, values, accumulate=False", grad=None),
    *ops({"torch.nonzero .nonzero": "input"}, dtype=DType.INT64, grad=False, shape=_positions),
    op(".unfold", "input, dimension, size, step", **MOVED, shape=None),
)
