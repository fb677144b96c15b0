"""What holds for all tests."""

from __future__ import annotations

import inspect
import os
from typing import Any, Callable

import pytest
from click.testing import CliRunner, Result

from bcelint.cache import VARIABLE
from bcelint.cli.main import main

os.environ[VARIABLE] = ""  # tests find everything out anew, except those of the cache

Invoke = Callable[..., Result]


@pytest.fixture
def invoke() -> Invoke:
    """Runs ``bcelint`` with the given arguments; stdout and stderr apart, which click before 8.2 must be asked for."""
    apart = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}

    def run(*arguments: str, **kwargs: Any) -> Result:
        return CliRunner(**apart).invoke(main, list(arguments), **kwargs)  # type: ignore[arg-type]

    return run
