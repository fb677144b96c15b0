"""What is remembered of guards for as long as an evaluation lasts."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_FORGET: list[Callable[[], None]] = []


def remembered(most: int) -> Callable[[F], F]:
    """Remember the last ``most`` answers of a function, until ``forget``.

    The function may look at nothing that equal atoms differ in, as their texts and loops.
    """

    def wrap(function: F) -> F:
        cached = lru_cache(maxsize=most)(function)
        _FORGET.append(cached.cache_clear)
        return cached  # type: ignore[return-value]

    return wrap


def forget() -> None:
    """Drop what was remembered: the texts of guards keep the syntax trees alive that they are read from."""
    for clear in _FORGET:
        clear()
