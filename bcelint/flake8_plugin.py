"""The flake8 plugin: the findings that ``bcelint check`` has for the file in hand, seen in its whole project."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bcelint import __version__

if TYPE_CHECKING:
    from bcelint.baseline import Baseline
    from bcelint.finding import Finding
    from bcelint.workspace import Workspace

_NAMELESS = "stdin"
"""What flake8 calls a text on stdin without ``--stdin-display-name``; it is taken for a module in the working directory."""

Report = tuple[int, int, str, type]

_workspace: Workspace | None = None
_complained = False


class Plugin:
    """What flake8 makes for every file and runs. Selecting, ignoring and ``# noqa`` are flake8's own business."""

    name: ClassVar[str] = "bcelint"
    version: ClassVar[str] = __version__
    advice: ClassVar[bool] = False
    unused_noqa: ClassVar[bool] = False
    baseline: ClassVar[Baseline | None] = None

    def __init__(self, tree: ast.AST, lines: Sequence[str], filename: str) -> None:
        self._text = "".join(lines)
        self._path = os.path.abspath("stdin.py" if filename == _NAMELESS else filename)

    @classmethod
    def add_options(cls, manager: Any) -> None:
        manager.add_option(
            "--bcelint-advice",
            action="store_true",
            default=False,
            parse_from_config=True,
            help="Also report code that is right but could be better (BCE9xx).",
        )
        manager.add_option(
            "--bcelint-unused-noqa",
            action="store_true",
            default=False,
            parse_from_config=True,
            help="Also report noqa comments that name a BCE code which is not found there (BCE001).",
        )
        manager.add_option(
            "--bcelint-baseline",
            metavar="FILE",
            parse_from_config=True,
            normalize_paths=True,
            help="Leave alone what this file holds, which `bcelint check --write-baseline` made.",
        )

    @classmethod
    def parse_options(cls, options: Any) -> None:
        cls.advice = bool(getattr(options, "bcelint_advice", False))
        cls.unused_noqa = bool(getattr(options, "bcelint_unused_noqa", False))
        cls.baseline = _loaded(getattr(options, "bcelint_baseline", None))

    def run(self) -> Iterator[Report]:
        """(line from 1, column from 0, text, type) for each finding. Never raises: an error here would end the whole flake8 run."""
        try:
            findings = _findings(self._text, self._path, self.advice, self.unused_noqa, self.baseline)
        except Exception as error:
            _complain(self._path, error)
            return
        for finding in findings:
            at = finding.position
            yield at.line, at.column - 1, f"{finding.code} {finding.message}", type(self)


def _findings(text: str, path: str, advice: bool, unused_noqa: bool, baseline: Baseline | None) -> list[Finding]:
    """The findings in ``path``. The projects of a process are read once, and each of their entry files is evaluated once."""
    global _workspace
    from bcelint.cache import default_cache
    from bcelint.session import choose_rules, findings_in, new_findings
    from bcelint.workspace import Workspace

    if _workspace is None:
        _workspace = Workspace(cache=default_cache())
    codes = choose_rules(advice=advice, unused_noqa=True) if unused_noqa else ()
    findings = [finding for finding in findings_in(_workspace, path, text, codes) if advice or not finding.advice]
    return findings if baseline is None else new_findings(findings, text, baseline)


def _loaded(path: str | None) -> Baseline | None:
    """The baseline; where it can't be read, a line on stderr and none."""
    if not path:
        return None
    from bcelint.baseline import load

    try:
        return load(_found_above(path))
    except Exception as error:
        _say(str(error))
        return None


def _found_above(path: str) -> str:
    """A bare name, which flake8 takes from its configuration as it stands, in the nearest folder from the working directory upwards."""
    if os.path.dirname(path):
        return path
    folder = os.getcwd()
    while not os.path.exists(os.path.join(folder, path)) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    above = os.path.join(folder, path)
    return above if os.path.exists(above) else path


def _complain(path: str, error: Exception) -> None:
    """One line on stderr, the first time only."""
    global _complained
    if not _complained:
        _complained = True
        _say(f"could not check {path}: {type(error).__name__}: {error}")


def _say(line: str) -> None:
    print(" ".join(f"bcelint: {line}".split()), file=sys.stderr)
