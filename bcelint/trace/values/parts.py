"""Parts of tensors: what is known of ``x[i]``, and of ``x`` after ``x[i] = y``."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bcelint.contracts import indexes, shapes
from bcelint.contracts.schema import UNKNOWN
from bcelint.facts import NOTHING_KNOWN, Claim, Dim, DType, Facts, Interval
from bcelint.trace.interpreter import Value
from bcelint.trace.values.tuples import Tuple

_WHOLE = (indexes.FULL_SLICE, indexes.ELLIPSIS, indexes.NEW_AXIS)


def parts_of(index: Any) -> tuple[tuple[Any, ...], list[Value]]:
    """The parts of an index, and those of them that are values."""
    parts = index if isinstance(index, tuple) else (index,)
    if len(parts) == 1 and isinstance(parts[0], Tuple):
        parts = parts[0].items
    return parts, [part for part in parts if isinstance(part, Value)]


def part_of(facts: Facts, parts: Sequence[Any], asked: bool) -> Facts:
    """The facts of ``x[parts]``, which are values and slices of values; ``asked`` where x itself has been asked for them."""
    shape = facts.shape
    marks = list(map(_mark, parts))
    new = indexes.indexed(None if shape is None else shape.value, marks)
    if asked:
        found = facts.of_asked()
    elif indexes.MASK in marks:
        found = facts.of_some()
    else:
        found = facts if all(mark in _WHOLE for mark in marks) else facts.of_part()
    return replace(found, shape=None if new is None or shape is None else Claim(new, shape.steps), axis=None)


def is_refused(facts: Facts, parts: Sequence[Any]) -> bool:
    """Whether ``x[parts]`` raises: more dimensions are asked for than there are, a place that is none, or by a mask of another size."""
    shape = facts.value("shape")
    taken = [_taken(part) for part in parts]
    if shape is None or shape.open or any(dims is None for dims in taken):
        return False
    wanted = [size for dims in taken if dims is not None and dims is not ... for size in dims]
    if len(wanted) > len(shape.dims):
        return True
    behind = taken[taken.index(...) + 1 :] if ... in taken else []
    last = [size for dims in behind if dims is not None and dims is not ... for size in dims]
    first = wanted[: len(wanted) - len(last)]
    pairs = [*zip(first, shape.dims), *zip(reversed(last), reversed(shape.dims))]
    return any(is_outside(size) for is_outside, size in pairs)


def _taken(part: Any) -> Any:
    """What a part of an index asks of each dimension that it takes, as a function that tells of a size whether it is refused; ``...`` of an
    ellipsis, and None where it is not known which dimensions it takes.
    """
    if isinstance(part, slice):
        return [_never]
    if isinstance(part, Value) and (part.constant is None or part.constant is ...):
        return [] if part.constant is None else ...
    at = part.constant if isinstance(part, Value) else UNKNOWN
    if isinstance(at, int) and not isinstance(at, bool):
        return [lambda size: isinstance(size, int) and not -size <= at < size]
    facts = part.as_arg().facts if isinstance(part, Value) else NOTHING_KNOWN
    dtype = facts.value("dtype")
    if dtype is None:
        return None
    if dtype is not DType.BOOL:
        return [_never] if dtype.is_integral and dtype is not DType.UINT8 else None
    shape = facts.value("shape")
    return None if shape is None or shape.open else [functools.partial(shapes.differ, wanted) for wanted in shape.dims]


def _never(size: Dim) -> bool:
    return False


def _mark(part: Any) -> Any:
    if isinstance(part, slice):
        bounds = [_bound(bound) for bound in (part.start, part.stop, part.step)]
        if bounds == [None, None, None]:
            return indexes.FULL_SLICE
        return slice(*bounds) if all(bound is None or type(bound) is int for bound in bounds) else indexes.SOME_SLICE
    constant = part.constant if isinstance(part, Value) else UNKNOWN
    if constant is ...:
        return indexes.ELLIPSIS
    if constant is None:
        return indexes.NEW_AXIS
    return constant if isinstance(constant, int) and not isinstance(constant, bool) else indexes.MASK


def _bound(bound: Value | None) -> Any:
    return None if bound is None else bound.constant


def patched(facts: Facts, new: Facts | None, constant: Any, blank: bool) -> Facts:
    """What holds of the old and the new part alike, if a part is overwritten by a tensor with the facts ``new``, or by ``constant``.

    ``blank`` is a tensor that was made to be filled, whatever it is made of.
    """
    value = _point(constant) if new is None else new.interval
    old = facts.interval
    hull = None if old is None or value is None else Interval(min(old.low, value.low), max(old.high, value.high), old == value and old.tight)
    steps = new.range.steps if new is not None and new.range else facts.range.steps if facts.range else ()
    kind = None
    if new is not None and new.kind is not None:
        if blank or (old is not None and old.low == old.high) or (facts.kind is not None and facts.kind.value is new.kind.value):
            kind = new.kind
    elif new is None and constant is not UNKNOWN:
        kind = facts.kind
    return Facts(Claim(hull, steps) if hull else None, kind, None, facts.dtype, facts.shape, _gradient(facts, new, constant))


def _gradient(facts: Facts, new: Facts | None, constant: Any) -> Claim[bool] | None:
    """A tensor with a gradient keeps it, and takes on that of what it is overwritten with."""
    learns = [part.grad for part in (facts, new) if part is not None and part.grad is not None and part.grad.value]
    if learns:
        return learns[-1]
    return None if facts.grad is None or (new is None and constant is UNKNOWN) else facts.grad if new is None else new.grad


def _point(constant: Any) -> Interval | None:
    try:
        return Interval(float(constant), float(constant)) if isinstance(constant, (int, float)) else None
    except OverflowError:  # a number that no tensor holds
        return None
