"""The static part in an environment of its own that has no torch: installed, it checks, by both ways in; run says what it lacks."""

from __future__ import annotations

import os
import subprocess
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """\
import torch
import torch.nn.functional as F

F.binary_cross_entropy_with_logits(torch.sigmoid(torch.randn(3)), torch.ones(3))
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of a fresh environment in which bcelint is installed as its users install it."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    found = str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
    subprocess.run([found, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(ROOT)], check=True)
    return found


def run(python: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    (cwd / "train.py").write_text(PROGRAM)
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    return subprocess.run([python, "-m", *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_torch_is_not_there(python: str, tmp_path: Path) -> None:
    assert "No module named torch" in run(python, "torch", cwd=tmp_path).stderr


@pytest.mark.parametrize("command", [["bcelint", "check", "train.py"], ["flake8", "--select", "BCE", "train.py"]], ids=["check", "flake8"])
def test_both_ways_in_find_the_misuse(python: str, tmp_path: Path, command: list[str]) -> None:
    done = run(python, *command, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "train.py:4:1: BCE102" in done.stdout


def test_run_says_how_to_get_torch(python: str, tmp_path: Path) -> None:
    done = run(python, "bcelint", "run", "train.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'bcelint[runtime]'" in done.stderr
