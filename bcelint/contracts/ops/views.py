"""Views and other rearrangements of one tensor: the values go through, the shape changes."""

from __future__ import annotations

from typing import Any, Callable

from bcelint.contracts import dtypes, shapes
from bcelint.contracts.operands import elements, listing, same, star, whole
from bcelint.contracts.rows import MOVED, op, ops
from bcelint.contracts.schema import KEEP, REFUSED, Arg, Args, Outcome, Result
from bcelint.facts import Dim, Shape

Sized = Callable[[Args], Any]


def given(args: Args, name: str = "input") -> Shape | None:
    """The shape of ``name``, or None."""
    claim = args.facts(name).shape
    return None if claim is None else claim.value


def axis(args: Args, name: str = "dim") -> int | None:
    return whole(args.arg(name))


def sizes(found: tuple[Arg, ...] | None) -> list[Dim] | None:
    return None if found is None else [shapes.size(a) for a in found]


def shaped(function: Callable[[Args], Shape | None]) -> Sized:
    """A shape field that keeps the claim where nothing changes."""
    return lambda args: same(args.facts("input").shape, function(args))


def _reshaped(args: Args) -> Outcome:
    """``view`` and ``reshape``; ``view(dtype)`` reads the same bits as other numbers."""
    if "dtype" in args or any(dtypes.named(a.constant) is not None for a in args.star):
        return None
    wanted = sizes(star(args))
    if shapes.holds_other_number(given(args), wanted):
        return REFUSED
    viewed = None if wanted is None else shapes.reshape(given(args), wanted)
    return Result(KEEP, KEEP, None, KEEP, same(args.facts("input").shape, viewed), KEEP)


def _axes(args: Args, found: tuple[Arg, ...] | None) -> Shape | None:
    return None if found is None else shapes.permute(given(args), [whole(a) for a in found])


def _moved(args: Args) -> Shape | None:
    shape, source, target = given(args), axis(args, "source"), axis(args, "destination")
    if shape is None or source is None or target is None:
        return None
    i, j = shapes.position(shape, source), shapes.position(shape, target)
    if i is None or j is None:
        return None
    dims = list(shape.dims)
    dims.insert(j, dims.pop(i))
    return Shape(tuple(dims), shape.open)


def _squeezed(args: Args) -> Shape | None:
    return shapes.squeeze(given(args), axis(args)) if "dim" in args else shapes.squeeze_all(given(args))


def _narrowed(args: Args) -> Shape | None:
    return shapes.with_dim(given(args), axis(args), shapes.size(args.arg("length")))


def _selected(args: Args) -> Shape | None:
    at = axis(args)
    return None if at is None else shapes.reduce(given(args), [at], False)


def _repeated(args: Args) -> Shape | None:
    if args.constant("dim") is None:
        return Shape((None,))
    by = whole(args.arg("repeats"))
    shape, at = given(args), axis(args)
    size = shape.dim(at) if shape is not None and at is not None else None
    return shapes.with_dim(shape, at, size * by if isinstance(size, int) and by is not None else None)


def _diagonal(args: Args) -> Shape | None:
    shape = given(args)
    return Shape((None,) * (len(shape.dims) - 1)) if shape is not None and not shape.open and len(shape.dims) >= 2 else None


def _matrix(args: Args) -> Shape | None:
    shape = given(args)
    return shapes.transpose(shape, -1, -2) if shape is not None and len(shape.dims) >= 2 else None


def _turned(args: Args) -> Shape | None:
    """``t`` and ``T``: all dimensions the other way round."""
    shape = given(args)
    return None if shape is None or shape.open else Shape(shape.dims[::-1])


def _sized(args: Args) -> Shape | None:
    found = sizes(star(args))
    return None if found is None else Shape(tuple(found))


TRANSPOSE: dict[str, Any] = {**MOVED, "shape": shaped(lambda a: shapes.transpose(given(a), axis(a, "dim0"), axis(a, "dim1")))}
SWAP: dict[str, Any] = {**MOVED, "shape": shaped(lambda a: shapes.transpose(given(a), axis(a, "axis0"), axis(a, "axis1")))}
RESHAPE: dict[str, Any] = {"outcome": _reshaped}
TURNED: dict[str, Any] = {**MOVED, "shape": shaped(_turned)}
FLATTEN: dict[str, Any] = {**MOVED, "shape": shaped(lambda a: shapes.flatten(given(a), axis(a, "start_dim"), axis(a, "end_dim")))}
UNFLATTEN: dict[str, Any] = {
    **MOVED,
    "shape": shaped(lambda a: shapes.unflatten(given(a), axis(a), sizes(elements(a.arg("sizes"))))),
}
LIKE_OTHER: dict[str, Any] = {**MOVED, "shape": lambda a: a.facts("other").shape}
TILE: dict[str, Any] = {**MOVED, "shape": None}
FLIP: dict[str, Any] = dict(MOVED)
PART: dict[str, Any] = {**MOVED, "range": lambda a: a.facts("input").of_part().range}

ROWS = (
    op(".view .reshape", "input, *shape, dtype=None", **RESHAPE),
    op("torch.reshape", "input, shape", **MOVED, shape=shaped(lambda a: shapes.reshape(given(a), sizes(listing(a, "shape"))))),
    op(".view_as .reshape_as", "input, other", **LIKE_OTHER),
    op(".expand_as", "input, other", **LIKE_OTHER),
    op(".resize_", "input, *size", shape=lambda a: _sized(a)),
    op(".resize_as_", "input, other", shape=lambda a: a.facts("other").shape),
    op("torch.squeeze .squeeze .squeeze_", "input, dim=None", **MOVED, shape=shaped(_squeezed)),
    op("torch.unsqueeze .unsqueeze .unsqueeze_", "input, dim", **MOVED, shape=shaped(lambda a: shapes.unsqueeze(given(a), axis(a)))),
    op("torch.flatten .flatten", "input, start_dim=0, end_dim=-1", **FLATTEN),
    op("torch.ravel .ravel", "input", **MOVED, shape=shaped(lambda a: shapes.flatten(given(a), 0, -1))),
    op("torch.unflatten .unflatten", "input, dim, sizes", **UNFLATTEN),
    op("torch.permute", "input, dims", **MOVED, shape=shaped(lambda a: _axes(a, listing(a, "dims")))),
    op(".permute", "input, *dims", **MOVED, shape=shaped(lambda a: _axes(a, star(a)))),
    op("torch.transpose .transpose .transpose_ torch.swapdims .swapdims", "input, dim0, dim1", **TRANSPOSE),
    op("torch.swapaxes .swapaxes", "input, axis0, axis1", **SWAP),
    op("torch.movedim .movedim torch.moveaxis .moveaxis", "input, source, destination", **MOVED, shape=shaped(_moved)),
    op("torch.t .t .t_", "input", **TURNED),
    op(".T", "input", **TURNED, attribute=True),
    op(".mT", "input", **MOVED, shape=shaped(_matrix), attribute=True),
    op(".expand", "input, *size", **MOVED, shape=shaped(lambda a: shapes.expand(given(a), sizes(star(a))))),
    op(
        "torch.broadcast_to .broadcast_to",
        "input, size",
        **MOVED,
        shape=shaped(lambda a: shapes.expand(given(a), sizes(listing(a, "size")))),
    ),
    op(".repeat", "input, *repeats", **MOVED, shape=shaped(lambda a: shapes.repeat(given(a), sizes(star(a))))),
    op("torch.tile", "input, dims", **TILE),
    op(".tile", "input, *dims", **TILE),
    op("torch.repeat_interleave .repeat_interleave", "input, repeats=None, dim=None, *, output_size=None", **MOVED, shape=shaped(_repeated)),
    op("torch.narrow .narrow", "input, dim, start, length", **PART, shape=shaped(_narrowed)),
    op("torch.select .select", "input, dim, index", **PART, shape=shaped(_selected)),
    op("torch.roll .roll", "input, shifts, dims=()", **MOVED),
    op("torch.flip", "input, dims", **FLIP),
    op(".flip", "input, *dims", **FLIP),
    op("torch.fliplr .fliplr torch.flipud .flipud", "input", **FLIP),
    *ops({"torch.rot90 .rot90": "input, k=1, dims=(0, 1)"}, **MOVED, shape=None),
    op("torch.diagonal .diagonal", "input, offset=0, dim1=0, dim2=1", **PART, shape=shaped(_diagonal)),
    op("torch.atleast_1d torch.atleast_2d torch.atleast_3d", "*tensors", shape=None, dtype=None, main="tensors", grad=None),
)
