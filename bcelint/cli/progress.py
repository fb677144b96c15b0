"""A progress bar for runs that take more than a moment, on a terminal only."""

from __future__ import annotations

import contextlib
import threading
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
    bar = _Bar(stream)
    timer = threading.Timer(PATIENCE, bar.show)
    timer.daemon = True
    timer.start()
    try:
        yield bar.report
    finally:
        timer.cancel()
        bar.hide()


class _Bar:
    """A bar that is not there until ``show``, which another thread calls."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._done, self._total, self._over = 0, 0, False
        self._bar: Progress | None = None

    def report(self, done: int, total: int) -> None:
        with self._lock:
            self._done, self._total = done, total
            self._update()

    def show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        with self._lock:
            if self._over:
                return
            columns = TextColumn("checking"), BarColumn(), MofNCompleteColumn()
            self._bar = Progress(*columns, console=Console(file=self._stream), transient=True)
            self._bar.add_task("checking", total=None)
            self._update()
            self._bar.start()

    def hide(self) -> None:
        with self._lock:
            self._over = True
            if self._bar is not None:
                self._bar.stop()

    def _update(self) -> None:
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._done, total=self._total or None)
