"""Values as Python has them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from bcelint.contracts.schema import UNKNOWN
from bcelint.trace.interpreter import Value
from bcelint.trace.values.constants import Const
from bcelint.trace.values.contents import CONTENT
from bcelint.trace.values.lists import ListCell
from bcelint.trace.values.sets import SetCell
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import Unknown


def is_number(value: Value) -> bool:
    """Whether a value is a Python number, known or not."""
    return value.is_number if isinstance(value, Unknown) else isinstance(value, Const) and isinstance(value.value, (int, float))


def constants_of(value: Value) -> tuple[Any, ...] | str | None:
    """The Python constants of a tuple, list or string of them; None for anything else."""
    if isinstance(value, Const) and isinstance(value.value, str):
        return value.value
    content = content_of(value)
    if content is not None and content.rest is None and all(isinstance(item, Const) for item in content.items):
        return tuple(item.constant for item in content.items)
    return None


def content_of(value: Value) -> Tuple | None:
    """The content of a tuple or list; None where it is another value, or differs from case to case."""
    content = value.fields.get(CONTENT) if isinstance(value, ListCell) else value
    return content if isinstance(content, Tuple) else None


def as_python(value: Value) -> Any:
    """What Python itself has in its place: a constant, or a tuple, list or set of such; ``UNKNOWN`` for anything else."""
    content = content_of(value)
    if content is None or content.rest is not None or content.names:
        return value.constant
    items = [as_python(item) for item in content.items]
    if any(item is UNKNOWN for item in items):
        return UNKNOWN
    if isinstance(value, SetCell):
        return frozenset(items) if all(isinstance(item, Hashable) for item in items) else UNKNOWN
    return tuple(items) if isinstance(value, Tuple) else items
