"""A small project with four mistakes, and its configuration."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

TRAIN = """\
import torch
from torch import nn

x = nn.Linear(3, 3)(torch.randn(4, 3))
y = torch.rand(4, 3)
nn.BCELoss()(x, y)
nn.BCEWithLogitsLoss()(torch.sigmoid(x), y)
nn.BCEWithLogitsLoss()(x, torch.ones(4, 3).long())
nn.BCELoss()(torch.sigmoid(x), y)
"""
"""BCE101 in line 6, BCE102 in 7, BCE201 in 8; the advice BCE901 in 9."""

Codes = Callable[..., "list[str]"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's folder, which is also the working directory."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "train.py").write_text(TRAIN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def flake8() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the real flake8."""

    def run(*arguments: str, start: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "flake8", "--select=BCE", *arguments]
        if start:  # the way in which worker processes start
            code = f"import multiprocessing\nif __name__ == '__main__':\n    multiprocessing.set_start_method({start!r})\n"
            command[1:3] = ["-c", f"{code}    from flake8.main.cli import main\n    raise SystemExit(main())"]
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=120)

    return run
