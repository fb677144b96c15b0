"""A progress bar for runs that take more than a moment, on a terminal only."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0
"""Seconds before the bar appears."""


@contextlib.contextmanager
def progress(stream: IO[str]) -> Iterator[Callable[[int, int], None] | None]:
    """Yields a function to be told (done, total), or None where ``stream`` is no terminal. The bar is gone afterwards."""
    if not stream.isatty():
        yield None
        return
    started = time.monotonic()
    bar: Progress | None = None

    def report(done: int, total: int) -> None:
        nonlocal bar
        if bar is None:
            if time.monotonic() - started < PATIENCE or done >= total:
                return
            bar = _bar(stream, total)
        bar.update(bar.task_ids[0], completed=done, total=total)

    try:
        yield report
    finally:
        if bar is not None:
            bar.stop()


def _bar(stream: IO[str], total: int) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    bar = Progress(TextColumn("checking"), BarColumn(), MofNCompleteColumn(), console=Console(file=stream), transient=True)
    bar.add_task("checking", total=total)
    bar.start()
    return bar
