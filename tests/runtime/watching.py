"""Programs under the watcher, in this process."""

from __future__ import annotations

import contextlib
import runpy
import sys
import textwrap
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bcelint.judge import JudgedCall
from bcelint.runtime import Report, Watcher, watch

HEADER = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\ntorch.manual_seed(0)\n"
HEADER_LINES = HEADER.count("\n")


@dataclass
class Watched:
    """What a program did: the watcher and its report, and what it raised."""

    watcher: Watcher
    report: Report
    error: BaseException | None
    path: str

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


def run_file(path: Path, argv: Sequence[str] = ()) -> Watched:
    """Run a file as the main program, whatever it raises."""
    error: BaseException | None = None
    before = sys.argv, list(sys.path)
    sys.argv, sys.path[:0] = [str(path), *argv], [str(path.parent)]
    watcher = watch()
    try:
        with warnings.catch_warnings(), watcher:
            warnings.simplefilter("ignore")
            runpy.run_path(str(path), run_name="__main__")
    except Exception as raised:
        error = raised
    finally:
        sys.argv, sys.path[:] = before
        with contextlib.suppress(ImportError):
            import torch

            torch.set_grad_enabled(True)
    return Watched(watcher, watcher.report(), error, str(path))


def run_text(folder: Path, text: str) -> Watched:
    """Run a text, with torch, ``nn``, ``F`` and a seed in front of it. Its first line counts as line 1."""
    path = folder / "program.py"
    path.write_text(HEADER + textwrap.dedent(text).strip("\n") + "\n", encoding="utf-8")
    watched = run_file(path)
    assert not watched.report.notes, watched.report.notes
    return watched
