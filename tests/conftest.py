"""What holds for all tests."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Callable

import pytest
from click.testing import CliRunner, Result

from bcelint.analysis.cache import VARIABLE
from bcelint.cli.main import main
from tests.projects import write_project

os.environ[VARIABLE] = ""  # tests find everything out anew, except those of the cache

Invoke = Callable[..., Result]
Flake8 = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def invoke() -> Invoke:
    """Runs ``bcelint`` with the given arguments; stdout and stderr apart, which click before 8.2 must be asked for."""
    apart = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}

    def run(*arguments: str, **kwargs: Any) -> Result:
        return CliRunner(**apart).invoke(main, list(arguments), **kwargs)  # type: ignore[arg-type]

    return run


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a small project, which is also the working directory: the finding is at train.py:9:8, its sigmoid in model.py:11."""
    monkeypatch.chdir(tmp_path)
    return write_project(tmp_path)


@pytest.fixture
def flake8() -> Flake8:
    """Runs flake8 with our codes only; ``start`` is the way in which worker processes start."""

    def run(*arguments: str, start: str = "", stdin: str | None = None, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        launch = "import sys; from flake8.main.cli import main; sys.exit(main())"
        if start:
            launch = f"import multiprocessing; multiprocessing.set_start_method({start!r}); {launch}"
            launch = f"if __name__ == '__main__':\n    {launch}"
        return subprocess.run(
            [sys.executable, "-c", launch, "--select=BCE", *arguments],
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **(env or {})},
            check=False,
            timeout=120,
        )

    return run
