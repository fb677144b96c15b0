"""Room for deep recursion: parsing, evaluating, printing and positioning recurse with the code that they follow."""

from __future__ import annotations

import sys
import threading
from typing import Callable, TypeVar

T = TypeVar("T")

LARGE = 64 << 20
"""Bytes: enough for the parser and ``nesting.LIMIT`` levels five times over."""
DEEP = 512 << 20
"""Bytes: enough for ``RECURSION`` levels of Python."""
RECURSION = 20_000

_SETTINGS = threading.Lock()
"""The stack size is a setting of the process."""


def on_stack(size: int, work: Callable[[], T]) -> T:
    """The result of ``work``, run in a thread with a stack of ``size`` bytes; what it raises is raised here."""
    results: list[T] = []
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            results.append(work())
        except BaseException as error:  # handed on to the caller's thread
            failures.append(error)

    thread = threading.Thread(target=guarded, name="bcelint", daemon=True)
    with _SETTINGS:
        before = threading.stack_size(size)
        try:
            thread.start()
        except RuntimeError:  # no thread to be had: the stack at hand must do
            return work()
        finally:
            threading.stack_size(before)
    thread.join()
    if failures:
        raise failures[0]
    return results[0]


def with_deep_stack(work: Callable[[], T]) -> T:
    """The result of ``work``, which may recurse ``RECURSION`` levels deep."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION))
    try:
        return on_stack(DEEP, work)
    finally:
        sys.setrecursionlimit(limit)
