"""The flake8 plugin: the findings that ``bcelint check`` has for the file in hand, seen in its whole project."""

from __future__ import annotations

import ast
import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bcelint import __version__

if TYPE_CHECKING:
    from bcelint.finding import Finding
    from bcelint.workspace import Workspace

_NAMELESS = "stdin"
"""What flake8 calls a text on stdin without ``--stdin-display-name``; it is taken for a module in the working directory."""

Report = tuple[int, int, str, type]

_workspace: Workspace | None = None
_complained = False
_said: set[str] = set()


class Plugin:
    """What flake8 makes for every file and runs. flake8 selects, ignores and heeds ``# noqa`` besides."""

    name: ClassVar[str] = "bcelint"
    version: ClassVar[str] = __version__
    advice: ClassVar[bool] = False

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

    @classmethod
    def parse_options(cls, options: Any) -> None:
        cls.advice = bool(getattr(options, "bcelint_advice", False))
        try:
            _look_at_configuration()
        except Exception as error:
            _complain(os.getcwd(), error)

    def run(self) -> Iterator[Report]:
        """(line from 1, column from 0, text, type) for each finding. Never raises: an error here would end the whole flake8 run."""
        try:
            findings = _findings(self._text, self._path, self.advice)
        except Exception as error:
            _complain(self._path, error)
            return
        for finding in findings:
            at = finding.position
            yield at.line, at.column - 1, f"{finding.code} {finding.message}", type(self)


def _findings(text: str, path: str, advice: bool) -> list[Finding]:
    """The findings in ``path``. The projects of a process are read once, and each of their entry files is evaluated once."""
    global _workspace
    from bcelint.cache import default_cache
    from bcelint.config import Settings
    from bcelint.session import findings_in
    from bcelint.workspace import Workspace

    if _workspace is None:
        _workspace = Workspace(cache=default_cache(), settings=Settings(advice=advice or None, complain=_say_once))
    findings = findings_in(_workspace, path, text)
    if not findings:
        return []
    codes = _workspace.settings.codes(path)
    return [finding for finding in findings if finding.code in codes]


def _look_at_configuration() -> None:
    """Say what is wrong with the working directory's configuration before there are worker processes, which would each say it again."""
    here = os.getcwd()
    if any(os.path.isfile(os.path.join(here, name)) for name in ("bcelint.toml", "pyproject.toml")):
        from bcelint.config import Settings

        is_worker = multiprocessing.parent_process() is not None
        Settings(complain=_said.add if is_worker else _say_once).config(os.path.join(here, "any.py"))


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
