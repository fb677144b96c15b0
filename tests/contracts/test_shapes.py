"""The arithmetic of shapes, against torch on every closed case and against itself on open ones."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch

from bcelint.contracts import indexes, shapes
from bcelint.contracts.indexes import ELLIPSIS, FULL_SLICE, MASK, NEW_AXIS, SOME_SLICE, Index
from bcelint.facts import Shape
from tests.contracts.checking import fits

REAL = {FULL_SLICE: slice(None), SOME_SLICE: slice(0, 1), ELLIPSIS: Ellipsis, NEW_AXIS: None}
MARKS: list[Index] = [0, -1, FULL_SLICE, SOME_SLICE, ELLIPSIS, NEW_AXIS, slice(None, 1), slice(-2, None), slice(1, 9, 2)]
ACTUAL = [(3,), (2, 3), (4, 1, 2)]


def views(actual: tuple[int, ...]) -> list[Shape]:
    """All that may be known of a tensor of this shape."""
    found = [Shape(actual)]
    found += [Shape(actual[i:], open=True) for i in range(len(actual) + 1)]
    return [*found, Shape(tuple(f"s{d}" for d in actual)), Shape((None,) * len(actual))]


@pytest.mark.parametrize("actual", ACTUAL)
def test_indexing(actual: tuple[int, ...]) -> None:
    x = torch.zeros(actual)
    ran = 0
    for length in (1, 2, 3):
        for index in itertools.product(MARKS, repeat=length):
            if index.count(ELLIPSIS) > 1:
                continue
            try:
                real = x[tuple(i if isinstance(i, (int, slice)) else REAL[i] for i in index)]
            except IndexError:
                continue
            ran += 1
            for known in views(actual):
                found = indexes.indexed(known, index)
                assert found is None or fits(found, tuple(real.shape)), (known, index, found, tuple(real.shape))
    assert ran > 20


def test_indexing_tells_what_it_can() -> None:
    assert indexes.indexed(Shape((None, 3)), [FULL_SLICE, 0]) == Shape((None,))
    assert indexes.indexed(Shape((8, 3, 5)), [0]) == Shape((3, 5))
    assert indexes.indexed(Shape((None, 1), open=True), [FULL_SLICE, 0]) is None
    assert indexes.indexed(Shape((None, 1), open=True), [ELLIPSIS, 0]) == Shape((None,), open=True)
    assert indexes.indexed(Shape((None, 1), open=True), [SOME_SLICE]) == Shape((None, 1), open=True)
    assert indexes.indexed(Shape((8, 3)), [MASK]) is None
    assert indexes.indexed(Shape((8, 3)), [FULL_SLICE, NEW_AXIS]) == Shape((8, 1, 3))
    assert indexes.indexed(Shape((8, 3)), [slice(2, None), slice(None, 1)]) == Shape((6, 1))
    assert indexes.indexed(Shape((None, 3), open=True), [ELLIPSIS, slice(-1, None)]) == Shape((None, 1), open=True)
    assert indexes.indexed(Shape((None, "b")), [slice(None, 1), slice(None, 1)]) == Shape((None, None))


@pytest.mark.parametrize("one", [(), (1,), (3,), (2, 3), (2, 1), (4, 2, 3), (1, 1, 3)])
@pytest.mark.parametrize("other", [(), (1,), (3,), (2, 3), (2, 1), (4, 2, 3), (4, 1, 1)])
def test_broadcasting(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    real = tuple(torch.broadcast_shapes(one, other))
    assert shapes.broadcast(Shape(one), Shape(other)) == Shape(real)
    for left, right in itertools.product([*views(one), None], [*views(other), None]):
        found = shapes.broadcast(left, right)
        assert found is None or fits(found, real), (left, right, found)


def test_a_width_of_one_is_dropped_unless_it_is_computed_exactly() -> None:
    scores = Shape((None, 1), open=True)
    assert shapes.squeeze(scores, -1) == Shape((None,), open=True)
    assert shapes.squeeze_all(Shape((None, 1))) is None
    assert shapes.reshape(scores, [-1]) == Shape((None,))
    assert shapes.reshape(Shape(("b", 1)), [-1]) == Shape(("b",))
    assert shapes.reshape(scores, ["b", -1]) == Shape(("b", None))
    assert shapes.reshape(Shape(("b", 3, 4)), ["b", -1]) == Shape(("b", 12))
    assert shapes.cat([Shape((8, 1)), Shape((8, 1))], 1, exact=True) == Shape((8, 2))
    assert shapes.cat([Shape((8, 1)), Shape((8, 1))], 1, exact=False) == Shape((8, None))
    assert shapes.stack([Shape((8, 1)), Shape((8, 1))], -1, 2) == Shape((8, 1, 2))
    assert shapes.transpose(Shape((None, 1), open=True), 1, 2) is None


@pytest.mark.parametrize("sizes", [(-1,), (6, -1), (2, 3, 4), (-1, 4), (2, -1, 2)])
def test_reshape(sizes: tuple[int, ...]) -> None:
    real: Any = torch.zeros(2, 3, 4).reshape(sizes)
    assert shapes.reshape(Shape((2, 3, 4)), list(sizes)) == Shape(tuple(real.shape))


def test_shapes_that_do_not_fit() -> None:
    assert shapes.broadcast(Shape((2,)), Shape((3,))) is None
    assert shapes.broadcast(Shape((4, 2)), Shape((3, 2))) is None


def test_of_two_shapes_the_number_of_dimensions_and_equal_sizes_are_shared() -> None:
    assert shapes.shared(Shape((4, 3)), Shape((4, 5))) == Shape((4, None))
    assert shapes.shared(Shape((4, 3)), Shape((4, 3))) == Shape((4, 3))
    for one, other in ((Shape((4,)), Shape((4, 1))), (Shape((3,), open=True), Shape((4,))), (None, Shape((4,)))):
        assert shapes.shared(one, other) is None
