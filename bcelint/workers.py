"""Runs tasks, in this process or in a pool of worker processes."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Callable

from bcelint.workspace import Outcome, Task, Workspace

WORTH_A_POOL = 12
"""Tasks below which starting worker processes costs more than it saves."""
CHUNK = 4
"""Entry files that go to a worker together: neighbours import the same modules, which are then parsed once."""

_workspace: Workspace | None = None


def run_tasks(workspace: Workspace, tasks: Sequence[Task], jobs: int, progress: Callable[[int, int], None] | None = None) -> list[Outcome]:
    """The outcome of every task, in their order."""
    if jobs > 1 and len(tasks) >= WORTH_A_POOL:
        return _in_pool(workspace, tasks, jobs, progress)
    outcomes = []
    for number, task in enumerate(tasks):
        if progress is not None:
            progress(number, len(tasks))
        outcomes.append(workspace.run(task))
    return outcomes


def _in_pool(workspace: Workspace, tasks: Sequence[Task], jobs: int, progress: Callable[[int, int], None] | None) -> list[Outcome]:
    chunks = [tuple(tasks[start : start + CHUNK]) for start in range(0, len(tasks), CHUNK)]
    found: dict[Task, Outcome] = {}
    lost = _run_chunks(workspace, chunks, jobs, found, progress, len(tasks))
    for task in lost:
        # A worker died (a crash of the parser, no memory left). Each task that it may have been gets a process of its own.
        if _run_chunks(workspace, [(task,)], 1, found, progress, len(tasks)):
            found[task] = Outcome(warnings=[(task.entry, "the process that analysed it died")], crashed=True)
    return [found[task] for task in tasks]


def _run_chunks(
    workspace: Workspace,
    chunks: Sequence[tuple[Task, ...]],
    jobs: int,
    found: dict[Task, Outcome],
    progress: Callable[[int, int], None] | None,
    total: int,
) -> list[Task]:
    """Fill ``found``; returns the tasks that were lost because a worker died."""
    pool = ProcessPoolExecutor(min(jobs, len(chunks)), initializer=_start, initargs=(workspace,))
    try:
        waiting: dict[Future[list[Outcome]], tuple[Task, ...]] = {pool.submit(_work, chunk): chunk for chunk in chunks}
        lost: list[Task] = []
        for done in as_completed(waiting):
            try:
                found.update(zip(waiting[done], done.result()))
            except BrokenProcessPool:
                lost.extend(waiting[done])
            if progress is not None:
                progress(len(found), total)
        pool.shutdown()
        return lost
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()
        raise


def _start(workspace: Workspace) -> None:
    """In a worker: Ctrl-C is the parent's to handle."""
    global _workspace
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _workspace = workspace


def _work(chunk: Sequence[Task]) -> list[Outcome]:
    assert _workspace is not None
    return [_workspace.run(task) for task in chunk]
