"""The flake8 plugin: the findings that ``bcelint check`` has for the file in hand, seen in its whole project."""

from __future__ import annotations

import ast
import atexit
import gc
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


class Plugin:
    """What flake8 makes for every file and runs. Selecting, ignoring and ``# noqa`` are flake8's own business."""

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
        """Called once for each run of flake8, of which an editor's extension makes many in one process: files may have changed in between."""
        global _workspace
        _workspace = None
        cls.advice = bool(getattr(options, "bcelint_advice", False))

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
    from bcelint.session import findings_in
    from bcelint.workspace import Workspace

    if _workspace is None:
        _workspace = Workspace(cache=default_cache())
        atexit.unregister(gc.freeze)
        atexit.register(gc.freeze)  # or Python looks through all syntax trees for garbage before it ends
    return [finding for finding in findings_in(_workspace, path, text) if advice or not finding.advice]


def _complain(path: str, error: Exception) -> None:
    """One line on stderr, the first time only."""
    global _complained
    if not _complained:
        _complained = True
        print(" ".join(f"bcelint: could not check {path}: {type(error).__name__}: {error}".split()), file=sys.stderr)
