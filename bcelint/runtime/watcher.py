"""The watcher: a function mode of torch that sees every operation and every loss call, and holds the loss calls against the rules."""

from __future__ import annotations

import os
import sys
import weakref
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from bcelint.analysis.judge import Judged, judge
from bcelint.analysis.merging import merge
from bcelint.finding import Finding, JudgedCall
from bcelint.losscall import LossCall
from bcelint.places import FixedPlace
from bcelint.rules.registry import ALL_RULES
from bcelint.runtime import compiler, frames
from bcelint.runtime.autocast import CudaAutocast
from bcelint.runtime.criteria import Criteria
from bcelint.runtime.memory import Memory
from bcelint.runtime.observed import Sight, is_failure
from bcelint.runtime.refusals import refused_keyword
from bcelint.runtime.rows import BACKWARD, BOOL, NEGATIONS, SET_DATA, losses
from bcelint.runtime.transfer import Transfer, tensors_in


@dataclass
class Report:
    """What was seen: every loss call that ran, judged; and how often each finding occurred."""

    calls: list[JudgedCall] = field(default_factory=list)
    counts: dict[tuple[str, object], int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def findings(self) -> list[Finding]:
        """What the rules found, advice too, sorted by place."""
        return sorted({finding for call in self.calls for finding in call.findings}, key=lambda f: (f.position, f.code))

    def times(self, finding: Finding) -> int:
        """How many loss calls had this finding."""
        return self.counts.get((finding.code, finding.position), 0)


class Watcher(TorchFunctionMode):
    """Watches the torch calls of the thread that enters it, in this process. ``max_calls`` bounds the loss calls that are looked at."""

    def __init__(self, max_calls: int | None = None) -> None:
        super().__init__()
        self._memory = Memory()
        self._transfer = Transfer(self._memory)
        self._sight = Sight()
        self._criteria = Criteria(self._memory, self._sight)
        self._left = max_calls
        self._computed: tuple[weakref.ref[torch.Tensor] | None, int] = None, 0
        """What the last loss returned, and its number."""
        self._on = False
        self._hook: Any = None
        self._eager: Any = None
        self._errors: Counter[str] = Counter()
        _watchers.add(self)

    def __enter__(self) -> Watcher:
        self._on = True
        self._hook = torch.nn.modules.module.register_module_buffer_registration_hook(self._buffer)
        self._eager = compiler.Eager()
        self._criteria.autocast = CudaAutocast()
        super().__enter__()  # type: ignore[no-untyped-call]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        super().__exit__(kind, error, trace)  # type: ignore[no-untyped-call]
        self.stop()
        self._eager.end()
        if self._criteria.autocast is not None:
            self._criteria.autocast.end()
        if isinstance(error, TypeError):
            self._guarded(self._refusal, error, trace)

    def stop(self) -> None:
        """Look at nothing any more; the program goes on."""
        self._on = False
        if self._hook is not None:
            self._hook.remove()
            self._hook = None

    def __torch_function__(self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None) -> Any:
        kwargs = kwargs or {}
        frame = sys._getframe(1)
        if not self._on or id(frame.f_code) in frames.maintenance:
            return func(*args, **kwargs)
        number = None
        if func in _LOSSES or func is BACKWARD or func is BOOL or func in NEGATIONS:
            number = self._guarded(self._before, func, args, kwargs, frame)
        try:
            result = func(*args, **kwargs)
        except Exception as error:
            if is_failure(error):
                self._guarded(self._sight.fail, error, tensors_in((args, tuple(kwargs.values()))), _place(frame))
            raise
        if isinstance(result, (torch.Tensor, tuple, list)):
            self._guarded(self._after, func, args, kwargs, result, frame, number)
        elif result is None and func == SET_DATA:
            self._guarded(self._memory.forget, args[0])
        return result

    def _before(self, func: Any, args: Sequence[Any], kwargs: Mapping[str, Any], frame: FrameType) -> int | None:
        if func is BACKWARD:
            self._criteria.reached_backward(self._memory.record(args[0]).losses)
        elif func is BOOL:
            if frame.f_code is _LEGACY and frame.f_back is not None:
                module = frame.f_back.f_locals.get("self")
                if isinstance(module, torch.nn.Module):
                    self._criteria.constructed(module, frame.f_back)
        elif func in NEGATIONS:
            last, computed = self._computed
            if last is not None and args and last() is args[0]:
                self._criteria.negated(computed)
        elif self._left is None or self._left > 0:
            if self._left is not None:
                self._left -= 1
            return self._criteria.called(_LOSSES[func], args, kwargs, frame)
        return None

    def _after(self, func: Any, args: Sequence[Any], kwargs: Mapping[str, Any], result: Any, frame: FrameType, number: int | None) -> None:
        self._transfer(func, args, kwargs, result, frame)
        if number is not None and isinstance(result, torch.Tensor):
            record = self._memory.record(result)
            record.losses = record.losses | {number}
            self._computed = weakref.ref(result), number
        if self._left == 0 and func is BACKWARD:
            self.stop()

    def _buffer(self, module: torch.nn.Module, name: str, buffer: Any) -> None:
        """Called by torch whenever a module registers a buffer, as most losses do with their ``weight``."""
        if self._on:
            self._guarded(self._criteria.constructed, module, sys._getframe(1))

    def _refusal(self, error: TypeError, trace: TracebackType | None) -> None:
        found = refused_keyword(error, trace)
        if found is not None:
            self._criteria.refused(*found)

    def _guarded(self, action: Any, *args: Any) -> Any:
        """An error of the watcher's own must not become one of the program it watches; nor one of a device's an error of its own."""
        try:
            return action(*args)
        except Exception as error:
            if is_failure(error):
                self._sight.fail(error, tensors_in(args), _place(sys._getframe(1)))
                return None
            self._errors[f"{type(error).__name__}: {error}"] += 1
            return None

    def loss_calls(self) -> list[tuple[LossCall, int]]:
        """The loss calls that ran, in the form that the rules take, each with how often it was made."""
        return self._criteria.calls()

    def report(self) -> Report:
        """The judged loss calls so far."""
        judged = [(judge(call, ALL_RULES), count) for call, count in self.loss_calls()]
        return Report(merge(each.plain() for each, _ in judged), _counts(judged), self._notes())

    def _notes(self) -> list[str]:
        notes = [f"an error of bcelint's own, {count} times: {error}; please report it" for error, count in self._errors.items()]
        notes += self._sight.notes()
        if self._eager is not None and self._eager.was_needed:
            notes.append("torch.compile was asked for; the program ran uncompiled, since compiled code can't be watched")
        return notes


def watch(max_calls: int | None = None) -> Watcher:
    """A context in which every loss call is watched.

    ``with watch() as watcher: train()``, then ``watcher.report()``. What it sees is what this thread does in this process; after
    ``max_calls`` loss calls it looks at no more.
    """
    return Watcher(max_calls)


def _place(frame: FrameType) -> FixedPlace | None:
    user = frames.nearest(frame)
    return None if user is None else frames.place(user)


def _counts(judged: Sequence[tuple[Judged, int]]) -> dict[tuple[str, object], int]:
    counts: Counter[tuple[str, object]] = Counter()
    for each, count in judged:
        for finding in each.findings():
            counts[finding.code, finding.position] += count
    return dict(counts)


_LOSSES = losses()
_LEGACY = torch.nn._reduction.legacy_get_string.__code__
_watchers: weakref.WeakSet[Watcher] = weakref.WeakSet()


def _in_child() -> None:
    """A forked process, as a DataLoader's workers are, has nobody to report to."""
    for watcher in _watchers:
        watcher._on = False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
