"""What the rules share when they ask: which facts are missing, and what shapes that are known in part leave open."""

from __future__ import annotations

from collections.abc import Iterator

from bcelint.facts import Dim, DType, Shape
from bcelint.losscall import Argument, LossCall
from bcelint.rules.base import Lack
from bcelint.rules.words import fits


def of_prediction(call: LossCall, *facts: str) -> Iterator[Lack]:
    return (Lack(call.loss.prediction, fact) for fact in facts)


def of_target(call: LossCall, *facts: str) -> Iterator[Lack]:
    return (Lack(call.loss.target, fact) for fact in facts)


def of_shapes(call: LossCall) -> Iterator[Lack]:
    """The shapes of prediction and target, as far as they are not wholly known; both where each is, and yet they can't be told apart."""
    open_ones = [lack for lack, shape in _shapes(call) if not is_whole(shape)]
    yield from open_ones or (lack for lack, _ in _shapes(call))


def _shapes(call: LossCall) -> Iterator[tuple[Lack, Shape | None]]:
    yield Lack(call.loss.prediction, "shape"), call.prediction.facts.value("shape")
    yield Lack(call.loss.target, "shape"), call.target.facts.value("shape")


def is_whole(shape: Shape | None) -> bool:
    return shape is not None and not shape.open and None not in shape.dims[1:]


def surely_fits(dtype: DType | None, wanted: DType) -> bool:
    """Whether a dtype is known to be the one that is declared, or of its family."""
    if wanted is DType.FLOATING or wanted is DType.INTEGRAL:
        return dtype is not None and fits(dtype, wanted)
    return dtype is wanted


def is_none(argument: Argument) -> bool:
    """Whether an option is known to be None, as it is where it is not passed."""
    return not argument.is_tensor and argument.constant is None and not argument.reason


def surely_alike(one: Shape, other: Shape) -> bool:
    """Whether two shapes are known to be the same, but for the first dimension: the batch is another from call to call, on both sides."""
    return one.rank is not None and one.rank == other.rank and all(map(_same, one.dims[1:], other.dims[1:]))


def surely_expands(whole: Shape, part: Shape) -> bool:
    """Whether ``part`` is known to expand to ``whole``, again but for the batch."""
    if part.rank is None or part.rank > whole.min_rank:
        return False
    pairs = list(zip(reversed(whole.dims), reversed(part.dims)))
    if whole.rank == part.rank:
        pairs = pairs[:-1]
    return all(b == 1 or _same(a, b) for a, b in pairs)


def _same(one: Dim, other: Dim) -> bool:
    return one is not None and one == other


def may_be_column(shape: Shape | None) -> bool:
    """Whether it may be (…, N, 1)."""
    if shape is None or (shape.open and not shape.dims):
        return True
    return (shape.open or shape.min_rank >= 2) and (not isinstance(shape.dims[-1], int) or shape.dims[-1] == 1)


def may_be_row(shape: Shape | None) -> bool:
    """Whether it may be (N,) with more than one number."""
    if shape is None or (shape.open and not shape.dims):
        return True
    return shape.min_rank == 1 and shape.dims[0] != 1
