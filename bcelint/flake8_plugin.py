"""The flake8 plugin: the findings that ``bcelint check`` has for the file in hand, seen in its whole project."""

from __future__ import annotations

import ast
import atexit
import gc
import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bcelint import __version__

if TYPE_CHECKING:
    from bcelint.analysis.workspace import Workspace
    from bcelint.finding import Finding
    from bcelint.silence.baselines import Baseline

_NAMELESS = "stdin"
"""What flake8 calls a text on stdin without ``--stdin-display-name``; it is taken for a module in the working directory."""

Report = tuple[int, int, str, type]

_workspace: Workspace | None = None
_complained = False
_said: set[str] = set()
_baselines: dict[str, Baseline | None] = {}


class Plugin:
    """What flake8 makes for every file and runs. flake8 selects, ignores and heeds ``# noqa`` besides."""

    name: ClassVar[str] = "bcelint"
    version: ClassVar[str] = __version__
    advice: ClassVar[bool] = False
    unused_noqa: ClassVar[bool] = False
    baseline: ClassVar[str] = ""

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
        """Called once for each run of flake8, of which an editor's extension makes many in one process: files may have changed in between."""
        global _workspace
        _workspace = None
        _baselines.clear()
        cls.advice = bool(getattr(options, "bcelint_advice", False))
        cls.unused_noqa = bool(getattr(options, "bcelint_unused_noqa", False))
        cls.baseline = getattr(options, "bcelint_baseline", None) or ""
        try:
            _look_at_configuration()
        except Exception as error:
            _complain(os.getcwd(), error)

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


def _findings(text: str, path: str, advice: bool, unused_noqa: bool, baseline: str) -> list[Finding]:
    """The findings in ``path``. The projects of a process are read once, and each of their entry files is evaluated once."""
    global _workspace
    from bcelint.analysis.cache import default_cache
    from bcelint.analysis.known import new_findings
    from bcelint.analysis.session import findings_in
    from bcelint.analysis.workspace import Workspace
    from bcelint.config import Settings
    from bcelint.project.source import is_code

    if not is_code(path, text):
        return []  # flake8 takes a notebook's JSON for Python, and its lines are not those of the cells
    if _workspace is None:
        settings = Settings(advice=advice or None, complain=_say_once, unused_noqa=unused_noqa or None)
        _workspace = Workspace(cache=default_cache(), settings=settings)
        atexit.unregister(gc.freeze)
        atexit.register(gc.freeze)  # or Python looks through all syntax trees for garbage before it ends
    findings = findings_in(_workspace, path, text)
    if not findings:
        return []
    known = _loaded(_found_above(baseline) if baseline else _workspace.settings.baseline(path))
    codes = _workspace.settings.codes(path)
    findings = [finding for finding in findings if finding.code in codes]
    return findings if known is None else new_findings(findings, text, known)


def _look_at_configuration() -> None:
    """Say what is wrong with the working directory's configuration before there are worker processes, which would each say it again."""
    from bcelint.project.roots import CONFIGURATIONS

    here = os.getcwd()
    if any(os.path.isfile(os.path.join(here, name)) for name in CONFIGURATIONS):
        from bcelint.config import Settings

        is_worker = multiprocessing.parent_process() is not None
        Settings(complain=_said.add if is_worker else _say_once).config(os.path.join(here, "any.py"))


def _loaded(path: str | None) -> Baseline | None:
    """The baseline; where it can't be read, a line on stderr, once, and none."""
    if path is None:
        return None
    if path in _baselines:
        return _baselines[path]
    from bcelint.silence.baselines import load

    _baselines[path] = None
    try:
        _baselines[path] = load(path)
    except Exception as error:
        _say(str(error))
    return _baselines[path]


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


def _say_once(problem: str) -> None:
    """What is wrong with a configuration, each thing once; it is left aside then."""
    if problem not in _said:
        _said.add(problem)
        _say(f"{problem}; this configuration is left aside")


def _say(text: str) -> None:
    print(" ".join(f"bcelint: {text}".split()), file=sys.stderr)
