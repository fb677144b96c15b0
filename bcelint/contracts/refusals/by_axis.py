"""What torch refuses by the axes that are named: they must be there, each of them once."""

from __future__ import annotations

from bcelint.contracts import operands, shapes
from bcelint.contracts.ops.views import given, sizes
from bcelint.contracts.refusals.by_dtype import Refuses
from bcelint.contracts.schema import Arg, Args
from bcelint.facts import Dim, Shape


def no_axis(*names: str, of: str = "input", more: int = 0) -> Refuses:
    """An axis, or one of several, is none of the tensor's, or of the result with ``more`` dimensions."""

    def check(args: Args) -> bool:
        shape = given(args, of)
        return any(_is_outside(shape, axis, more) for name in names for axis in operands.listing(args, name) or ())

    return check


def no_axis_of_parts(more: int = 0) -> Refuses:
    """The same of one of the tensors that are joined."""

    def check(args: Args) -> bool:
        return any(_is_outside(part, args.arg("dim"), more) for part in parts(args))

    return check


def _is_outside(shape: Shape | None, axis: Arg, more: int) -> bool:
    at = operands.whole(axis)
    if shape is None or shape.rank is None or at is None:
        return False
    rank = max(shape.rank + more, 1)  # a number has one axis for that purpose
    return not -rank <= at < rank


def parts(args: Args) -> list[Shape]:
    """The shapes of the parts that are joined; those whose rank is not known are left out, and of one dimension those that are or may be empty."""
    listed = operands.elements(args.arg("tensors")) or ()
    found = [arg.facts.value("shape") for arg in listed]
    return [shape for shape in found if shape is not None and not shape.open and shape.dims not in ((0,), (None,))]


def is_no_order(args: Args) -> bool:
    """The axes of ``permute`` are not those of the tensor, each of them once."""
    axes = operands.listing(args, "dims") if "dims" in args else operands.star(args)
    if axes is None:
        return False
    shape, places = given(args), [operands.whole(axis) for axis in axes]
    if shape is not None and (shape.min_rank > len(axes) or (shape.rank is not None and shape.rank < len(axes))):
        return True
    known = [place % len(axes) for place in places if place is not None and -len(axes) <= place < len(axes)]
    return len(known) == len(places) and len(set(known)) < len(known)


def is_reversed(args: Args) -> bool:
    """``flatten`` from an axis to one before it."""
    shape, start, end = given(args), operands.whole(args.arg("start_dim")), operands.whole(args.arg("end_dim"))
    if shape is None or not shape.rank or start is None or end is None:
        return False
    return start % shape.rank > end % shape.rank


def holds_other_number(args: Args) -> bool:
    """``reshape`` to sizes for more or fewer elements than there are; the methods say so by their rows."""
    return shapes.holds_other_number(given(args), sizes(operands.listing(args, "shape")))


def does_not_expand(args: Args) -> bool:
    """``expand`` to fewer dimensions than there are, or to another size where there is more than one element."""
    found = operands.listing(args, "size") if "size" in args else operands.star(args)
    shape = given(args)
    if found is None or shape is None:
        return False
    wanted = [shapes.size(arg) for arg in found]
    if shape.min_rank > len(wanted):
        return True
    if shape.rank is not None and -1 in wanted[: len(wanted) - shape.rank]:
        return True
    return any(_differs(size, dim) for size, dim in zip(reversed(wanted), reversed(shape.dims)))


def _differs(size: Dim, dim: Dim) -> bool:
    return isinstance(size, int) and isinstance(dim, int) and size != -1 and dim not in (1, size)


def has_fewer_counts(args: Args) -> bool:
    """``repeat`` with fewer numbers than there are dimensions."""
    counts, shape = operands.star(args), given(args)
    return counts is not None and shape is not None and len(counts) < shape.min_rank
