"""One of several containers that are not equally long: what is made of it is made in each case by itself, so that its length stays known."""

from __future__ import annotations

from collections.abc import Callable

from bcelint.trace.interpreter import Interpreter, Value
from bcelint.trace.values.choices import Choice
from bcelint.trace.values.dicts import DictCell
from bcelint.trace.values.lists import ListCell
from bcelint.trace.values.tuples import Tuple

MAX_CASES = 8


def each_length(at: Interpreter, value: Value, make: Callable[[Value], Value]) -> Value:
    """What ``make`` makes of a container; of one of several with all items known, but not equally many, case by case."""
    value = at.narrow(value)
    return at.lift_call(make, value) if isinstance(value, Choice) and _are_of_several_lengths(at, value) else make(value)


def _are_of_several_lengths(at: Interpreter, value: Choice) -> bool:
    singles = [single for _, single in value.alternatives]
    if len(singles) > MAX_CASES or not all(isinstance(single, (DictCell, ListCell, Tuple)) for single in singles):
        return False
    contents = [at.narrow(single.content) if isinstance(single, (DictCell, ListCell)) else single for single in singles]
    if any(isinstance(content, Choice) for content in contents):
        return False
    items = [single.iterate(at) for single in singles]
    return all(content.rest is None for content in items) and len({len(content.items) for content in items}) > 1
