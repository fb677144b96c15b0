"""Joining tensors into one, and taking one apart."""

from __future__ import annotations

from typing import Any, Callable

from bcelint.contracts import shapes
from bcelint.contracts.operands import agreed_kind, elements, gradient, interval, joined_dtype, same, some_elements, together, whole
from bcelint.contracts.ops.views import axis, given
from bcelint.contracts.rows import op, ops
from bcelint.contracts.schema import KEEP, Arg, Args, Many, Outcome, Result
from bcelint.facts import Dim, Shape

EMPTY = Shape((0,))
Joined = Callable[[Args, list["Shape | None"], bool], "Shape | None"]


def joined(shape_of: Joined) -> Callable[[Args], Outcome]:
    """The outcome of joining ``tensors``. ``shape_of`` gets the arguments, the shapes of the parts, and whether these are all."""

    def outcome(args: Args) -> Outcome:
        tensors = args.arg("tensors")
        parts, exact = some_elements(tensors), elements(tensors) is not None
        parts = tuple(part for part in parts if shape_claim(part) != EMPTY) or parts  # cat ignores `torch.tensor([])` (measured)
        if not parts:
            return None
        shape = shape_of(args, [shape_claim(p) for p in parts], exact)
        uneven = len({interval(part) for part in parts}) > 1
        return Result(together(parts), agreed_kind(parts), None, joined_dtype(parts), same(parts[0].facts.shape, shape), gradient(parts), uneven)

    return outcome


def shape_claim(arg: Arg) -> Shape | None:
    return None if arg.facts.shape is None else arg.facts.shape.value


def _cat(args: Args, parts: list[Shape | None], exact: bool) -> Shape | None:
    return shapes.cat(parts, axis(args), exact)


def _stack(args: Args, parts: list[Shape | None], exact: bool) -> Shape | None:
    return shapes.stack(parts, axis(args), len(parts) if exact else None)


def _hstack(args: Args, parts: list[Shape | None], exact: bool) -> Shape | None:
    if any(p is None or p.open or not p.dims for p in parts):
        return None
    return shapes.cat(parts, 0 if all(p is not None and len(p.dims) == 1 for p in parts) else 1, exact)


def _vstack(args: Args, parts: list[Shape | None], exact: bool) -> Shape | None:
    if any(p is None or p.open or len(p.dims) < 2 for p in parts):
        return None
    return shapes.cat(parts, 0, exact)


def piece(args: Args, shape: Shape | None) -> Result:
    return Result(args.facts("input").of_part().range, KEEP, None, KEEP, same(args.facts("input").shape, shape), KEEP)


def _size_along(args: Args) -> Dim:
    shape, at = given(args), axis(args)
    return None if shape is None or at is None else shape.dim(at)


def chunked(args: Args) -> Outcome:
    size, count = _size_along(args), whole(args.arg("chunks"))
    if isinstance(size, int) and count is not None and count > 0:
        each = -(-size // count)
        exact = each > 0 and size % each == 0
        pieces = -(-size // each) if each else None
        return Many(piece(args, shapes.with_dim(given(args), axis(args), each if exact else None)), pieces)
    return Many(piece(args, shapes.with_dim(given(args), axis(args), None)))


def split(args: Args) -> Outcome:
    listed = elements(args.arg("split_size"))
    if listed is not None:
        sizes = [shapes.size(a) for a in listed]
        return tuple(piece(args, shapes.with_dim(given(args), axis(args), s)) for s in sizes)
    size, each = _size_along(args), whole(args.arg("split_size"))
    if isinstance(size, int) and each:
        return Many(piece(args, shapes.with_dim(given(args), axis(args), each if size % each == 0 else None)), -(-size // each))
    return Many(piece(args, shapes.with_dim(given(args), axis(args), None)))


def unbound(args: Args) -> Outcome:
    size, at = _size_along(args), axis(args)
    shape = None if at is None else shapes.reduce(given(args), [at], False)
    return Many(piece(args, shape), size if isinstance(size, int) else None)


def parted(args: Args) -> Outcome:
    return Many(piece(args, shapes.with_dim(given(args), axis(args), None)), _parts(args))


def _parts(args: Args) -> int | None:
    return whole(args.arg("indices_or_sections"))


TENSORS: dict[str, Any] = {"main": "tensors"}
SPLIT: dict[str, Any] = {"outcome": split}
ROWS = (
    op("torch.cat torch.concat torch.concatenate", "tensors, dim=0", outcome=joined(_cat), **TENSORS),
    op("torch.stack", "tensors, dim=0", outcome=joined(_stack), **TENSORS),
    op("torch.hstack torch.column_stack", "tensors", outcome=joined(_hstack), **TENSORS),
    op("torch.vstack torch.row_stack", "tensors", outcome=joined(_vstack), **TENSORS),
    op("torch.dstack", "tensors", outcome=joined(lambda args, parts, exact: None), **TENSORS),
    op("torch.chunk .chunk", "input, chunks, dim=0", outcome=chunked),
    *ops({".split": "input, split_size, dim=0"}, **SPLIT),
    op("torch.split", "tensor, split_size_or_sections, dim=0", main="tensor", outcome=lambda a: split(renamed(a))),
    op("torch.unbind .unbind", "input, dim=0", outcome=unbound),
    op("torch.tensor_split .tensor_split", "input, indices_or_sections, dim=0", outcome=parted),
)


def renamed(args: Args) -> Args:
    """The arguments of ``torch.split`` under the names of ``Tensor.split``."""
    names = {"input": "tensor", "split_size": "split_size_or_sections", "dim": "dim"}
    return Args({new: args.arg(old) for new, old in names.items()}, ())
