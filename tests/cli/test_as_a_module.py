"""``python -m bcelint`` in a folder whose files are named like Python's own: none of them is imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("name", ["re", "typing", "json", "glob", "copy"])
def test_files_of_the_folder_are_not_imported(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.py").write_text("raise SystemExit('it was run')\n", encoding="utf-8")
    command = [sys.executable, "-m", "bcelint", "check", "--isolated", "--no-cache", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "All checks passed!" in done.stdout


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python has no -P")
def test_what_stands_in_the_place_of_the_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise SystemExit('it was run')\n", encoding="utf-8")
    command = [sys.executable, "-P", "-m", "bcelint", "check", "--isolated", "--no-cache", "."]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert done.stderr == "it was run\n"
