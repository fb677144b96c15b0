"""Identities: of values, and of what they were computed from."""

from __future__ import annotations

import itertools
from typing import Optional

Sources = Optional[frozenset[int]]
"""Identities of what a value was computed from; None where they are not known."""

_ids = itertools.count(1)


def fresh() -> int:
    """A new identity."""
    return next(_ids)
