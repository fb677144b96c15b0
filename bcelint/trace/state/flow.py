"""How a block of statements ends."""

from __future__ import annotations

import enum
from collections.abc import Iterable


class Flow(enum.Enum):
    NEXT = "goes on"
    RETURN = "returns"
    RAISE = "raises"
    BREAK = "leaves the loop"
    CONTINUE = "leaves the iteration"


def of_several(flows: Iterable[Flow]) -> Flow:
    """How a suite ends that does so in several ways, and goes on in none: where a loop goes on in some case, it does."""
    found = set(flows)
    return next(flow for flow in (Flow.CONTINUE, Flow.BREAK, Flow.RETURN, Flow.RAISE) if flow in found)
