"""What torch refuses by the sizes of the operands, and by how many dimensions they have."""

from __future__ import annotations

import re

from bcelint.contracts import operands
from bcelint.contracts.ops.views import given
from bcelint.contracts.refusals.by_axis import parts
from bcelint.contracts.refusals.by_dtype import Refuses
from bcelint.contracts.schema import Args
from bcelint.contracts.shapes import differ
from bcelint.facts import NOTHING_KNOWN, Shape

_EQUATION = re.compile(r"([a-zA-Z]+(?:,[a-zA-Z]+)*)(?:->[a-zA-Z]*)?")
"""An equation of ``einsum`` in which each dimension has its letter."""


def refuses_indices(prediction: Shape | None, target: Shape | None) -> bool:
    """Whether ``cross_entropy`` and ``nll_loss`` raise for certain on scores and class indices of such shapes: these are ``(N, d…)`` beside
    ``(N, C, d…)``. Nothing is said of two shapes of one rank, which may be class probabilities; an open one may be that of one sample, without N.
    """
    if prediction is None or target is None or target.rank is None or prediction.min_rank == 0:
        return False
    if prediction.rank is None:
        return target.rank < prediction.min_rank - 2
    if target.rank == prediction.rank:
        return False
    return target.rank != prediction.rank - 1 or any(map(differ, prediction.dims[:1] + prediction.dims[2:], target.dims))


def of_other_rank(*ranks: int, of: str = "input") -> Refuses:
    """The number of dimensions is known, and none of those."""
    return lambda args: _has_other_rank(given(args, of), *ranks)


def _has_other_rank(shape: Shape | None, *ranks: int) -> bool:
    return shape is not None and (shape.rank not in ranks if shape.rank is not None else shape.min_rank > max(ranks))


def ranks_differ(one: str, other: str) -> Refuses:
    """Two tensors that go side by side have another number of dimensions; a number counts as having one. An empty one fits to all."""

    def check(args: Args) -> bool:
        a, b = given(args, one), given(args, other)
        if b is not None and (0 in b.dims or None in b.dims):
            return False
        return a is not None and b is not None and a.rank is not None and b.rank is not None and max(a.rank, 1) != max(b.rank, 1)

    return check


def size_differs(axis: int, wanted: str) -> Refuses:
    """The size along ``axis`` is another than the one that the layer was made for."""

    def check(args: Args) -> bool:
        shape, size = given(args), operands.whole(args.arg(wanted))
        return shape is not None and size is not None and differ(shape.dim(axis), size)

    return check


def one_value_each(args: Args) -> bool:
    """A batch of one sample has one value for each channel, whose variance says nothing; in evaluation mode that is not asked for."""
    shape = given(args)
    if args.constant("training") is not True or shape is None or shape.rank is None or shape.rank < 2:
        return False
    return all(size == 1 for size in (*shape.dims[:1], *shape.dims[2:]))


def no_broadcast(one: str, other: str) -> Refuses:
    """Two sizes at one place differ, and none of them is 1."""

    def check(args: Args) -> bool:
        a, b = given(args, one), given(args, other)
        if a is None or b is None:
            return False
        return any(differ(x, y) and 1 not in (x, y) for x, y in zip(reversed(a.dims), reversed(b.dims)))

    return check


def no_product(one: str, other: str) -> Refuses:
    """The inner sizes of a product of matrices differ, or one of the two is a number."""

    def check(args: Args) -> bool:
        a, b = given(args, one), given(args, other)
        if any(shape is not None and shape.rank == 0 for shape in (a, b)):
            return True
        if a is None or b is None or not a.dims or not b.dims or b.open:
            return False
        return differ(a.dims[-1], b.dims[-1 if len(b.dims) == 1 else -2])

    return check


def last_sizes_differ(one: str, other: str) -> Refuses:
    """The last dimensions of two tensors have other sizes."""

    def check(args: Args) -> bool:
        a, b = given(args, one), given(args, other)
        return a is not None and b is not None and differ(a.dim(-1), b.dim(-1))

    return check


def no_stack(args: Args) -> bool:
    """The parts of ``stack`` differ in shape."""
    found = parts(args)
    return any(len(part.dims) != len(found[0].dims) or any(map(differ, part.dims, found[0].dims)) for part in found[1:])


def no_cat(args: Args) -> bool:
    """The parts of ``cat`` differ in rank, or in a size beside the one along which they are joined."""
    found = parts(args)
    axis = operands.whole(args.arg("dim"))
    if len({len(part.dims) for part in found}) > 1 or any(not part.dims for part in found):
        return True
    if axis is None or not found:
        return False
    along = axis % len(found[0].dims)
    return any(i != along and differ(size, found[0].dims[i]) for part in found[1:] for i, size in enumerate(part.dims))


def does_not_fit_equation(args: Args) -> bool:
    """The operands of ``einsum`` have other dimensions than the letters of the equation say, or two sizes for one letter."""
    equation = args.constant("equation")
    found = _EQUATION.fullmatch(equation.replace(" ", "")) if isinstance(equation, str) else None
    listed = operands.elements(args.star[0]) if len(args.star) == 1 else None
    tensors = args.star if listed is None else listed
    is_open = len(tensors) == 1 and tensors[0].facts == NOTHING_KNOWN  # it may be a list of them
    if found is None or not tensors or is_open or any(arg.is_tensor is False for arg in tensors):
        return False
    terms = found[1].split(",")
    if len(terms) != len(tensors):
        return True
    sizes: dict[str, set[int]] = {}
    for term, arg in zip(terms, tensors):
        shape = arg.facts.value("shape")
        if _has_other_rank(shape, len(term)):
            return True
        for letter, size in zip(reversed(term), reversed(shape.dims if shape is not None else ())):
            if isinstance(size, int) and size != 1:
                sizes.setdefault(letter, set()).add(size)
    return any(len(several) > 1 for several in sizes.values())
