"""The content of containers."""

from __future__ import annotations

from collections.abc import Sequence

from bcelint.trace.interpreter import Interpreter, Items, Value
from bcelint.trace.values.choices import alternatives

CONTENT = "<content>"
"""The field that holds a container's content, or a subclassed layer's native part."""


def common(values: Sequence[Value]) -> Value | None:
    """What several values have in common, as one value, where it is not known which one is meant; None where there is none that says it."""
    return values[0].in_common(values) if values else None


def any_of(at: Interpreter, content: Items) -> Value:
    """Some item, where it is not known which: the items if they are alike."""
    items = [*content.items, *([content.rest] if content.rest is not None else [])]
    if items and len({item.key() for item in items}) == 1:
        return items[0]
    shared = common([single for item in items for _, single in alternatives(item)])
    tied = all(isinstance(item, Items) or item.has_equals for item in items)  # what one container holds goes together: no case is made of its parts
    return shared or at.unknown("an item of a list at a position that is not known", *items, opaque=bool(items) and tied, among=True)
