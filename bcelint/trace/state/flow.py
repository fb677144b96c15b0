"""How a block of statements ends."""

from __future__ import annotations

import enum


class Flow(enum.Enum):
    NEXT = "goes on"
    RETURN = "returns"
    RAISE = "raises"
    BREAK = "leaves the loop"
    CONTINUE = "leaves the iteration"
