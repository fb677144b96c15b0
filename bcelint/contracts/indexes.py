"""Indexes of tensors: what ``x[index]`` leaves of a shape. What cannot be computed exactly is dropped, never guessed."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Union

from bcelint.contracts.shapes import settled
from bcelint.facts import Dim, Shape


class IndexMark(enum.Enum):
    """One element of an index other than an int or a ``slice`` of ints and None."""

    FULL_SLICE = ":"
    SOME_SLICE = "a slice of unknown length"
    ELLIPSIS = "..."
    NEW_AXIS = "None"
    MASK = "a boolean or index tensor"


FULL_SLICE = IndexMark.FULL_SLICE
SOME_SLICE = IndexMark.SOME_SLICE
ELLIPSIS = IndexMark.ELLIPSIS
NEW_AXIS = IndexMark.NEW_AXIS
MASK = IndexMark.MASK
Index = Union[int, slice, IndexMark]


def indexed(shape: Shape | None, index: Sequence[Index]) -> Shape | None:
    """The shape of ``x[index]``. A slice other than ``:`` has a size where the dimension has; an index tensor or mask gives the shape up."""
    if shape == Shape((0,)) and MASK in index:
        return shape  # of nothing, nothing is left
    if shape is None or MASK in index or list(index).count(ELLIPSIS) > 1:
        return None
    marks = list(index)
    at = marks.index(ELLIPSIS) if ELLIPSIS in marks else len(marks)
    front, back = marks[:at], marks[at + 1 :]
    taken_back = sum(1 for m in back if m is not NEW_AXIS)
    taken_front = sum(1 for m in front if m is not NEW_AXIS)
    dims = shape.dims
    if taken_front + taken_back > len(dims) and not shape.open:
        return None
    if taken_back > len(dims):
        return None
    middle, tail = (dims[: len(dims) - taken_back], dims[len(dims) - taken_back :])
    end = _apply(tail, back)
    if not shape.open:
        return Shape((*_apply(middle[:taken_front], front), *middle[taken_front:], *end))
    if all(m is FULL_SLICE for m in front):
        return settled(Shape(dims[: len(dims) - taken_back] + end, open=True))
    # the front takes from unknown dimensions, or from the first of the known ones: only those further back are sure
    blurred: tuple[Dim, ...] = ()
    if all(isinstance(m, slice) or m in (FULL_SLICE, SOME_SLICE) for m in front):
        blurred = (None,) * min(taken_front, len(middle))
    return settled(Shape((*blurred, *middle[taken_front:], *end), open=True))


def _apply(dims: Sequence[Dim], marks: Sequence[Index]) -> tuple[Dim, ...]:
    """The sizes that the index ``marks`` leave of ``dims``, one mark a dimension."""
    left = list(dims)
    out: list[Dim] = []
    for mark in marks:
        if mark is NEW_AXIS:
            out.append(1)
            continue
        size = left.pop(0)
        if not isinstance(mark, int):
            out.append(size if mark is FULL_SLICE else _sliced(size, mark))
    return tuple(out)


def _sliced(size: Dim, mark: Index) -> Dim:
    """How much of a dimension a slice leaves: of an unknown size the bounds tell only the most that it can be."""
    if not isinstance(mark, slice) or not isinstance(size, int) or (mark.step is not None and mark.step < 1):
        return None
    return len(range(*mark.indices(size)))
