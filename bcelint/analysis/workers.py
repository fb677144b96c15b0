"""Runs tasks, in this process or in a pool of worker processes."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Callable

from bcelint.analysis.tasks import Outcome, Task, together
from bcelint.analysis.workspace import Workspace
from bcelint.finding import INTERNAL_ERROR
from bcelint.project.reading import size

WORTH_A_POOL = 12
"""Entry files below which starting worker processes costs more than it saves."""

Progress = Callable[[int, int], None]
"""Is told how many entry files are done, and how many there are."""

_workspace: Workspace | None = None


def run_tasks(workspace: Workspace, tasks: Sequence[Task], jobs: int, progress: Progress | None = None) -> list[Outcome]:
    """The outcome of every task, in their order."""
    count = _Count(sum(len(task.entries) for task in tasks), progress)
    new = []
    for task in tasks:
        if workspace.known(task) is None:
            new.append(task)
        else:
            count.add(task)
    if jobs > 1 and len(new) > 1 and sum(len(task.entries) for task in new) >= WORTH_A_POOL:
        found = _in_pool(workspace, new, jobs, count)
        return [found.get(task) or workspace.run(task) for task in tasks]
    for task in new:
        workspace.run(task)
        count.add(task)
    return [workspace.run(task) for task in tasks]


class _Count:
    def __init__(self, total: int, progress: Progress | None) -> None:
        self.done, self.total, self._progress = 0, total, progress
        self._tell()

    def add(self, task: Task) -> None:
        self.done += len(task.entries)
        self._tell()

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self.done, self.total)


def _in_pool(workspace: Workspace, tasks: Sequence[Task], jobs: int, count: _Count) -> dict[Task, Outcome]:
    found: dict[Task, Outcome] = {}
    largest_first = sorted(tasks, key=lambda task: -sum(map(size, task.entries)))
    for task in _run_in_pool(workspace, largest_first, jobs, found, count):
        found[task] = _alone(workspace, task)
        count.add(task)
    return found


def _alone(workspace: Workspace, task: Task) -> Outcome:
    """A task during which a worker died (a crash of the parser, no memory left): in a process of its own, else file by file."""
    found: dict[Task, Outcome] = {}
    if not _run_in_pool(workspace, [task], 1, found, _Count(0, None)):
        return found[task]
    if len(task.entries) > 1:
        return together(_alone(workspace, Task(task.root, (entry,), task.config)) for entry in task.entries)
    return Outcome(warnings=[(task.entries[0], f"{INTERNAL_ERROR}: the process that analysed it died")], crashed=True)


def _run_in_pool(workspace: Workspace, tasks: Sequence[Task], jobs: int, found: dict[Task, Outcome], count: _Count) -> list[Task]:
    """Fill ``found``; returns the tasks that were lost because a worker died."""
    pool = ProcessPoolExecutor(min(jobs, len(tasks)), initializer=_start, initargs=(workspace,))
    lost: list[Task] = []
    try:
        waiting = {pool.submit(_work, task): task for task in tasks}
        for done in as_completed(waiting):
            task = waiting[done]
            try:
                found[task] = done.result()
            except BrokenProcessPool:
                lost.append(task)
            else:
                count.add(task)
        pool.shutdown()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    return lost


def _start(workspace: Workspace) -> None:
    """In a worker: Ctrl-C is the parent's to handle."""
    global _workspace
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _workspace = workspace


def _work(task: Task) -> Outcome:
    assert _workspace is not None
    return _workspace.run(task)
