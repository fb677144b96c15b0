"""Room for deep recursion: evaluating, printing and positioning recurse with the code that they follow."""

from __future__ import annotations

import sys
import threading
from typing import Callable, TypeVar

T = TypeVar("T")

STACK = 512 * 1024 * 1024
RECURSION = 20_000


def with_deep_stack(function: Callable[[], T]) -> T:
    """The result of ``function``, run in a thread with a large stack; what it raises is raised here."""
    results: list[T] = []
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            results.append(function())
        except BaseException as error:  # handed on to the caller's thread
            failures.append(error)

    size, limit = threading.stack_size(STACK), sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION))
    try:
        thread = threading.Thread(target=guarded, name="bcelint", daemon=True)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if failures:
        raise failures[0]
    return results[0]
