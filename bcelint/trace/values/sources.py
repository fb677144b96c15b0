"""What values were computed from: two that have no source in common are independent of one another."""

from __future__ import annotations

from bcelint.trace.identity import Sources
from bcelint.trace.interpreter import Value

MAX_SOURCES = 48


def merged_sources(*values: Value) -> Sources:
    """The union of the values' sources; None as soon as one is not known or they are too many."""
    total: frozenset[int] = frozenset()
    for value in values:
        sources = value.origins()
        if sources is None:
            return None
        total |= sources
    return total if len(total) <= MAX_SOURCES else None
