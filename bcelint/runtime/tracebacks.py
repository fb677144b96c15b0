"""Tracebacks as the program would have them without the watcher."""

from __future__ import annotations

import os
from collections.abc import Sequence
from types import TracebackType

import torch.overrides

_OWN = os.path.realpath(os.path.dirname(os.path.dirname(__file__))) + os.sep
_OVERRIDES = torch.overrides.handle_torch_function.__code__


def cleaned(error: BaseException) -> BaseException:
    """``error`` without bcelint's frames, in its own traceback and in those of what it was raised from."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        each.__traceback__ = _without_own(each.__traceback__)
        waiting += [each.__cause__, each.__context__]
    return error


def _without_own(trace: TracebackType | None) -> TracebackType | None:
    entries: list[TracebackType] = []
    while trace is not None:
        entries.append(trace)
        trace = trace.tb_next
    kept: TracebackType | None = None
    for index in range(len(entries) - 1, -1, -1):
        entry = entries[index]
        if not _is_own(entry) and not _hands_over(entries, index):
            kept = TracebackType(kept, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return kept


def _is_own(entry: TracebackType) -> bool:
    code = entry.tb_frame.f_code
    return code is _OVERRIDES or os.path.realpath(code.co_filename).startswith(_OWN)


def _hands_over(entries: Sequence[TracebackType], index: int) -> bool:
    """Whether it is torch's function on its way to the watcher, which calls it once more."""
    return index + 1 < len(entries) and entries[index + 1].tb_frame.f_code is _OVERRIDES
