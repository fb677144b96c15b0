"""flake8 as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Callable

import pytest

Flake8 = Callable[..., "subprocess.CompletedProcess[str]"]


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
