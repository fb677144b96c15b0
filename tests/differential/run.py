"""Running a program under torch and the watcher, linting it, and comparing what was put in, inferred and observed."""

from __future__ import annotations

import os
import runpy
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from bcelint.api import loss_calls
from bcelint.runtime import Watcher, watch
from tests.differential.limits import beyond_the_watcher
from tests.differential.program import Program

Found = tuple[str, int, str]
"""The file, the line and the code of a misuse."""


class Broken(AssertionError):
    """A program did not do what its generator says of it: a mistake here, not in bcelint."""


@dataclass
class Comparison:
    """``false`` are static misuses that are not confirmed, ``missed`` misuses in calls that are judged ok, or partly known, of rules that are said to
    be answered; ``partial`` are those in calls for which another misuse is reported. ``partly`` are marked calls that are partly known,
    ``unknown`` (with the reason) and ``unseen`` those that are not judged, or not found at all.

    ``phantom`` are misuses that the watcher observed and nobody put in, ``overlooked`` those that were put in and that it did not observe,
    though the run came to them, but for its known ``limits``; ``watched`` is how many marked calls it came to.
    """

    false: set[Found] = field(default_factory=set)
    missed: set[Found] = field(default_factory=set)
    partial: set[Found] = field(default_factory=set)
    partly: set[tuple[str, int]] = field(default_factory=set)
    unknown: dict[tuple[str, int], str] = field(default_factory=dict)
    unseen: set[tuple[str, int]] = field(default_factory=set)
    judged: int = 0
    phantom: set[Found] = field(default_factory=set)
    overlooked: set[Found] = field(default_factory=set)
    limits: set[Found] = field(default_factory=set)
    watched: int = 0

    @property
    def disagrees(self) -> bool:
        return bool(self.false or self.missed or self.phantom or self.overlooked)


def compare(program: Program) -> Comparison:
    """Run ``program`` under the watcher and lint it. Raises ``Broken`` where the run is not what the generator says."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(os.path.realpath(name))
        program.write(folder)
        watcher = watch()
        reached = _confirm(program, folder, watcher)
        result = _compared(program, folder, put_in(program))
        _add_observed(result, program, folder, watcher, reached)
        return result


def put_in(program: Program) -> set[Found]:
    """The misuses that are really there: those that the generator put in."""
    return {(*program.mark(name), code) for name, expected in program.expected.items() for code in expected.codes}


def _add_observed(result: Comparison, program: Program, folder: Path, watcher: Watcher, reached: Mapping[str, str]) -> None:
    """Hold what the watcher saw against what was put in, in the calls that the run ``reached``."""
    observed = {(*_place(f.position.path, f.position.line, folder), f.code) for f in watcher.report().findings if not f.advice}
    ends = {program.mark(name): outcome for name, outcome in reached.items()}
    true = {found for found in put_in(program) if found[:2] in ends}
    result.phantom = observed - true
    result.limits = {found for found in true - observed if beyond_the_watcher(found[2], bool(ends[found[:2]]))}
    result.overlooked = true - observed - result.limits
    result.watched = len(reached)


def _place(path: str, line: int, folder: Path) -> tuple[str, int]:
    return os.path.relpath(path, folder).replace(os.sep, "/"), line


def _compared(program: Program, folder: Path, true: set[Found]) -> Comparison:
    result = Comparison()
    verdicts: dict[tuple[str, int], str] = {}
    reasons: dict[tuple[str, int], str] = {}
    open_rules: dict[tuple[str, int], tuple[str, ...]] = {}
    static: set[Found] = set()
    for call in loss_calls([folder], jobs=1):
        place = _place(call.position.path, call.position.line, folder)
        static |= {(*place, finding.code) for finding in call.findings if not finding.advice}
        verdicts[place] = call.verdict.value
        reasons[place] = call.reason
        open_rules[place] = call.open_rules
    result.false = static - true
    for place in (program.mark(name) for name in program.expected):
        lacking = {found for found in true - static if found[:2] == place}
        verdict = verdicts.get(place)
        if verdict is None:
            result.unseen.add(place)
        elif verdict in ("ok", "partly"):
            result.missed |= {found for found in lacking if found[2] not in open_rules[place]}
            result.partly |= {place} if verdict == "partly" else set()
        elif verdict == "misuse":
            result.partial |= lacking
        else:
            result.unknown[place] = reasons[place]
        result.judged += verdict in ("ok", "partly", "misuse")
    return result


def _confirm(program: Program, folder: Path, watcher: Watcher) -> dict[str, str]:
    """Run it and hold its course against what is expected. Returns how each loss call ended that the run came to: an exception's name, or nothing."""
    raised, lines = run(folder, watcher)
    if raised is None:
        places = [program.mark(name) for name in program.expected]
        ended = [""] * len(places)
    else:
        frames = {_place(frame.filename, frame.lineno or 0, folder) for frame in traceback.extract_tb(raised.__traceback__)}
        places = [program.mark(name) for name in program.expected]
        at = next((i for i, place in enumerate(places) if place in frames), None)
        if at is None:
            raise Broken(f"{raised!r} away from every loss call in\n{program}")
        places = places[: at + 1]
        ended = [""] * at + [type(raised).__name__]
    for place, outcome, (name, expected) in zip(places, ended, program.expected.items()):
        if place not in lines:
            raise Broken(f"loss call {name} is never reached in\n{program}")
        if outcome not in expected.raises:
            raise Broken(f"loss call {name} ends with {outcome or 'no error'} ({raised!r}), not {set(expected.raises)}, in\n{program}")
    return dict(zip(program.expected, ended))


def run(folder: Path, watcher: Watcher) -> tuple[Exception | None, set[tuple[str, int]]]:
    """Run ``main.py`` under ``watcher``: the exception that ended it, and the lines of the folder's files that were executed."""
    lines: set[tuple[str, int]] = set()
    inside = str(folder) + os.sep

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        path = frame.f_code.co_filename
        if not path.startswith(inside):
            return None
        lines.add(_place(path, frame.f_lineno, folder))
        return trace

    with _fresh_imports(folder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.set_num_threads(1)
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            with watcher:
                runpy.run_path(str(folder / "main.py"), run_name="__main__")
        except Exception as error:
            return error, lines
        finally:
            sys.settrace(before)
    return None, lines


@contextmanager
def _fresh_imports(folder: Path) -> Iterator[None]:
    """Imports from the folder first, and nothing left of them afterwards."""
    modules, path = set(sys.modules), list(sys.path)
    sys.path.insert(0, str(folder))
    sys.path_importer_cache.pop(str(folder), None)
    try:
        yield
    finally:
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            if (getattr(sys.modules[name], "__file__", None) or "").startswith(str(folder) + os.sep):
                del sys.modules[name]
