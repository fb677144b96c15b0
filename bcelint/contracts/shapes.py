"""Arithmetic of shapes: broadcasting, reshaping, joining. What cannot be computed exactly is dropped, never guessed.

A closed shape has its rank; an open one knows only trailing dimensions. ``None`` stands for a shape of which nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence

from bcelint.contracts.schema import Arg
from bcelint.facts import Dim, Shape

ANY = Shape((), open=True)
"""Some tensor: what stands in where nothing is known of its shape."""


def size(arg: Arg) -> Dim:
    """One size: the number, else the symbol, else None."""
    if isinstance(arg.constant, int) and not isinstance(arg.constant, bool):
        return arg.constant
    return arg.symbol


def differ(one: Dim, other: Dim) -> bool:
    """Whether two sizes are known, and not the same."""
    return isinstance(one, int) and isinstance(other, int) and one != other


def settled(shape: Shape | None) -> Shape | None:
    """None for an open shape that says nothing."""
    return None if shape == ANY else shape


def of_rank(shape: Shape | None, rank: int) -> Shape | None:
    """The shape, known to have ``rank`` dimensions; None where it is known already, or has more."""
    known = shape or ANY
    return Shape((*[None] * (rank - len(known.dims)), *known.dims)) if known.open and len(known.dims) <= rank else None


def shared(one: Shape | None, other: Shape | None) -> Shape | None:
    """What holds of a shape that is one of two: the number of dimensions, and the sizes that are the same."""
    if one is None or other is None or one == other:
        return one if one == other else None
    if one.open or other.open or one.rank != other.rank:
        return None
    return Shape(tuple(a if a == b else None for a, b in zip(one.dims, other.dims)))


def position(shape: Shape, axis: int, extra: int = 0) -> int | None:
    """``axis`` as an index into ``dims`` (of ``extra`` more dimensions), or None where it cannot be placed."""
    length = len(shape.dims) + extra
    if shape.open and axis >= 0:
        return None
    at = axis if axis >= 0 else axis + length
    return at if 0 <= at < length else None


def broadcast(one: Shape | None, other: Shape | None) -> Shape | None:
    """The shape of ``one ∘ other``; sizes other than 1 survive whatever the other operand is."""
    left, right = one or ANY, other or ANY
    length = max(len(left.dims), len(right.dims))
    dims = [_broadcast(_dim_at(left, -i), _dim_at(right, -i)) for i in range(length, 0, -1)]
    if any(d == -1 for d in dims):
        return None
    return settled(Shape(tuple(dims), left.open or right.open))


def broadcast_all(shapes: Sequence[Shape | None]) -> Shape | None:
    joined: Shape | None = Shape(())
    for shape in shapes:
        joined = broadcast(joined, shape)
    return joined


def _dim_at(shape: Shape, axis: int) -> Dim:
    return shape.dim(axis) if -axis <= len(shape.dims) else (None if shape.open else 1)


def _broadcast(one: Dim, other: Dim) -> Dim:
    if one == other or other == 1:
        return one
    if one == 1:
        return other
    if isinstance(one, int) and isinstance(other, int):
        return -1  # they don't fit; torch raises
    return one if isinstance(one, int) else other if isinstance(other, int) else None


def product(dims: Sequence[Dim]) -> Dim:
    """The number of elements: exact for ints, a lone symbol, or 0; else None."""
    if 0 in dims:
        return 0
    total, names = 1, [d for d in dims if not isinstance(d, int)]
    for d in dims:
        if isinstance(d, int):
            total *= d
    if not names:
        return total
    return names[0] if len(names) == 1 and total == 1 else None


def reshape(shape: Shape | None, sizes: Sequence[Dim] | None) -> Shape | None:
    """``view`` or ``reshape`` to ``sizes``, in which -1 stands for the rest."""
    if sizes is None:
        return None
    dims = list(sizes)
    if -1 in dims:
        at = dims.index(-1)
        dims[at] = None
        if shape is not None and not shape.open:
            dims[at] = quotient(shape.dims, [d for i, d in enumerate(dims) if i != at])
    return Shape(tuple(dims))


def holds_other_number(shape: Shape | None, sizes: Sequence[Dim] | None) -> bool:
    """Whether ``sizes`` are known to be for more or fewer elements than ``shape`` has: no view can be taken so."""
    if shape is None or shape.open or sizes is None:
        return False
    if sizes.count(-1) == 1:
        have, want = product(shape.dims), product([size for size in sizes if size != -1])
        return isinstance(have, int) and isinstance(want, int) and want > 0 and have % want != 0
    ours, theirs = list(shape.dims), []
    for size in sizes:
        if size in ours and size is not None:
            ours.remove(size)
        else:
            theirs.append(size)
    have, want = product(ours), product(theirs)
    return isinstance(have, int) and isinstance(want, int) and have != want


def quotient(dims: Sequence[Dim], divisors: Sequence[Dim]) -> Dim:
    """The product of ``dims`` over that of ``divisors``: names and numbers are cancelled; None where something is left open."""
    top, bottom = list(dims), []
    for d in divisors:
        if d is not None and not isinstance(d, int) and d in top:
            top.remove(d)
        else:
            bottom.append(d)
    below = product(bottom)
    if not isinstance(below, int) or below == 0:
        return None
    over = product(top)
    if isinstance(over, int):
        return over // below if over % below == 0 else None
    return over if below == 1 else None


def squeeze_all(shape: Shape | None) -> Shape | None:
    """``squeeze()``: any dimension of unknown size may be 1."""
    if shape is None or shape.open or not all(isinstance(d, int) for d in shape.dims):
        return None
    return Shape(tuple(d for d in shape.dims if d != 1))


def squeeze(shape: Shape | None, axis: int | None) -> Shape | None:
    """``squeeze(axis)``; None where the size there, or the place itself, is not known."""
    if shape is None or axis is None:
        return None
    at = position(shape, axis)
    if at is None or not isinstance(shape.dims[at], int):
        return None
    return shape if shape.dims[at] != 1 else without(shape, at)


def without(shape: Shape, at: int) -> Shape:
    return Shape(shape.dims[:at] + shape.dims[at + 1 :], shape.open)


def unsqueeze(shape: Shape | None, axis: int | None) -> Shape | None:
    if shape is None or axis is None:
        return None
    if shape.open and axis >= 0:  # somewhere among the known dimensions or before them
        return None
    at = position(shape, axis, extra=1)
    if at is None:
        return None
    return Shape((*shape.dims[:at], 1, *shape.dims[at:]), shape.open)


def with_dim(shape: Shape | None, axis: int | None, size: Dim) -> Shape | None:
    """``shape`` with another size along ``axis``."""
    if shape is None or axis is None:
        return None
    at = position(shape, axis)
    if at is None:
        return None
    return Shape((*shape.dims[:at], size, *shape.dims[at + 1 :]), shape.open)


def reduce(shape: Shape | None, axes: Sequence[int] | None, keepdim: bool) -> Shape | None:
    """A reduction over ``axes``; None stands for all of them."""
    if axes is None:
        if not keepdim:
            return Shape(())
        return None if shape is None or shape.open else Shape((1,) * len(shape.dims))
    if shape is None:
        return None
    places = [position(shape, axis) for axis in axes]
    known = {p for p in places if p is not None}
    if len(known) < len(places):
        return None
    if keepdim:
        return Shape(tuple(1 if i in known else d for i, d in enumerate(shape.dims)), shape.open)
    return settled(Shape(tuple(d for i, d in enumerate(shape.dims) if i not in known), shape.open))


def transpose(shape: Shape | None, one: int | None, other: int | None) -> Shape | None:
    if shape is None or one is None or other is None:
        return None
    i, j = position(shape, one), position(shape, other)
    if i is None or j is None:
        return None
    dims = list(shape.dims)
    dims[i], dims[j] = dims[j], dims[i]
    return Shape(tuple(dims), shape.open)


def permute(shape: Shape | None, axes: Sequence[int | None]) -> Shape | None:
    """``permute(axes)`` fixes the rank, whatever is known of the shape."""
    length = len(axes)
    dims: list[Dim] = []
    for axis in axes:
        if axis is None or shape is None or (not shape.open and len(shape.dims) != length):
            dims.append(None)
        else:
            dims.append(shape.dim(axis if axis < 0 else axis - length))
    return Shape(tuple(dims))


def flatten(shape: Shape | None, start: int | None, end: int | None) -> Shape | None:
    if start is None or end is None:
        return None
    if shape is None or shape.open:
        if end != -1 or start < 0:
            return None
        return Shape((None,) * (start + 1)) if start else Shape((None,))
    if not shape.dims:
        return Shape((1,))
    i, j = position(shape, start), position(shape, end)
    if i is None or j is None or i > j:
        return None
    return Shape((*shape.dims[:i], product(shape.dims[i : j + 1]), *shape.dims[j + 1 :]))


def unflatten(shape: Shape | None, axis: int | None, sizes: Sequence[Dim] | None) -> Shape | None:
    if shape is None or axis is None or sizes is None:
        return None
    at = position(shape, axis)
    inner = None if at is None else reshape(Shape((shape.dims[at],)), sizes)
    if at is None or inner is None:
        return None
    return Shape((*shape.dims[:at], *inner.dims, *shape.dims[at + 1 :]), shape.open)


def expand(shape: Shape | None, sizes: Sequence[Dim] | None) -> Shape | None:
    """``expand(sizes)``, in which -1 keeps a size."""
    if sizes is None:
        return None
    dims = tuple((shape.dim(i - len(sizes)) if shape is not None else None) if d == -1 else d for i, d in enumerate(sizes))
    return Shape(dims)


def repeat(shape: Shape | None, counts: Sequence[Dim] | None) -> Shape | None:
    if counts is None or shape is None:
        return None if counts is None else Shape((None,) * len(counts))
    if len(shape.dims) > len(counts):
        return None
    dims = [_scaled(_dim_at(shape, i - len(counts)), n) for i, n in enumerate(counts)]
    return Shape(tuple(dims))


def _scaled(size: Dim, count: Dim) -> Dim:
    if count == 1:
        return size
    if size == 1:
        return count
    return size * count if isinstance(size, int) and isinstance(count, int) else None


def cat(shapes: Sequence[Shape | None], axis: int | None, exact: bool) -> Shape | None:
    """``cat`` of tensors of one rank; ``exact`` says that these are all there are."""
    if axis is None or not shapes:
        return None
    known = [s for s in shapes if s is not None]
    closed = [s for s in known if not s.open and s.dims != (0,)]
    model = closed[0] if closed else (known[0] if len(known) == len(shapes) else None)
    if model is None:
        return None
    length = len(model.dims) if closed else min(len(s.dims) for s in known)
    if any(not s.open and len(s.dims) != length for s in closed):
        return None
    at = axis if axis < 0 else axis - length
    if (axis >= 0 and not closed) or not -at >= 1:
        return None
    if -at > length:
        return None
    dims: list[Dim] = []
    for i in range(-length, 0):
        column = [s.dim(i) if s is not None else None for s in shapes]
        dims.append(_total(column, exact) if i == at else _agreed(column))
    return settled(Shape(tuple(dims), not closed))


def stack(shapes: Sequence[Shape | None], axis: int | None, count: int | None) -> Shape | None:
    """``stack`` of ``count`` tensors of one shape."""
    known = [s for s in shapes if s is not None]
    if axis is None or not known:
        return None
    best = next((s for s in known if not s.open), known[0])
    if any(len(s.dims) != len(best.dims) and not s.open and not best.open for s in known):
        return None
    if best.open and axis >= 0:
        return None
    at = position(best, axis, extra=1)
    return None if at is None else Shape((*best.dims[:at], count, *best.dims[at:]), best.open)


def _agreed(column: Sequence[Dim]) -> Dim:
    """The one size of dimensions that must be equal: a number before a symbol."""
    numbers = [d for d in column if isinstance(d, int)]
    if numbers:
        return numbers[0]
    return next((d for d in column if d is not None), None)


def _total(column: Sequence[Dim], exact: bool) -> Dim:
    if not exact:
        return None
    if len(column) == 1:
        return column[0]
    numbers = [d for d in column if isinstance(d, int)]
    return sum(numbers) if len(numbers) == len(column) else None


def matmul(one: Shape | None, other: Shape | None) -> Shape | None:
    """``one @ other``, as far as the operands' ranks are known."""
    if other is None or (one is None and len(other.dims) < 2):
        return None
    if len(other.dims) < 2:
        return Shape(one.dims[:-1]) if one is not None and one.dims and not one.open and not other.open else None
    if one is None or (one.open and len(one.dims) < 2):
        return Shape((other.dims[-1],), open=True)
    if not one.open and len(one.dims) < 2:
        return Shape((*other.dims[:-2], other.dims[-1]), other.open) if one.dims else None
    batch = broadcast(Shape(one.dims[:-2], one.open), Shape(other.dims[:-2], other.open)) or ANY
    return Shape((*batch.dims, one.dims[-2], other.dims[-1]), batch.open)
