"""Programs under the watcher, in this process."""

from __future__ import annotations

import runpy
import sys
import textwrap
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from bcelint.contracts.schema import Loss
from bcelint.finding import JudgedCall
from bcelint.runtime import Report, Watcher, watch
from tests.runtime.harm import Call

HEADER = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\ntorch.manual_seed(0)\n"
HEADER_LINES = HEADER.count("\n")


@dataclass
class Watched:
    """What a program did: the watcher and its report, and what it raised."""

    watcher: Watcher
    report: Report
    error: BaseException | None
    path: str
    made: dict[int, Call]
    """The arguments of the first call of each event, by its number."""

    @property
    def codes(self) -> dict[int, set[str]]:
        """The codes found, without advice, by line of the program's own text (from 1, after the imports)."""
        found: dict[int, set[str]] = {}
        for finding in self.report.findings:
            if not finding.advice:
                found.setdefault(finding.position.line - HEADER_LINES, set()).add(finding.code)
        return found

    @property
    def call(self) -> JudgedCall:
        """The one loss call that ran."""
        (only,) = self.report.calls
        return only


def keep_arguments(watcher: Watcher) -> dict[int, Call]:
    """Keep what each loss call is given, which the watcher itself does not."""
    made: dict[int, Call] = {}
    called = watcher._criteria.called

    def keeping(row: Loss, args: Sequence[Any], kwargs: Mapping[str, Any], frame: FrameType) -> int | None:
        number = called(row, args, kwargs, frame)
        if number is not None and number not in made:
            made[number] = Call(watcher._criteria.numbered[number].loss, args, kwargs)
        return number

    watcher._criteria.called = keeping  # type: ignore[method-assign]
    return made


def run_file(path: Path, argv: Sequence[str] = ()) -> Watched:
    """Run a file as the main program, whatever it raises."""
    error: BaseException | None = None
    before = sys.argv, list(sys.path)
    sys.argv, sys.path[:0] = [str(path), *argv], [str(path.parent)]
    watcher = watch()
    made = keep_arguments(watcher)
    try:
        with warnings.catch_warnings(), watcher:
            warnings.simplefilter("ignore")
            runpy.run_path(str(path), run_name="__main__")
    except Exception as raised:
        error = raised
    finally:
        sys.argv, sys.path[:] = before
        torch.set_grad_enabled(True)
    return Watched(watcher, watcher.report(), error, str(path), made)


def run_text(folder: Path, text: str) -> Watched:
    """Run a text, with torch, ``nn``, ``F`` and a seed in front of it. Its first line counts as line 1."""
    path = folder / "program.py"
    path.write_text(HEADER + textwrap.dedent(text).strip("\n") + "\n", encoding="utf-8")
    watched = run_file(path)
    assert not watched.report.notes, watched.report.notes
    return watched
