"""The real flake8, and a project to look at."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.projects import write_project


@pytest.fixture(scope="session")
def flake8() -> str:
    """The executable that an editor calls: the one of the environment that the tests run in."""
    found = shutil.which("flake8", path=str(Path(sys.executable).parent))
    assert found is not None
    return found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project")
