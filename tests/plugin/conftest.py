"""Projects on disk, and flake8 as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Callable

import pytest

MODEL = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        return torch.sigmoid(self.fc(x))
"""

TRAIN = """\
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce_logits

from model import Net

net = Net()
x = torch.randn(4, 8)
y = torch.rand(4, 3)
loss = bce_logits(net(x), y)
loss.backward()
"""

Flake8 = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's folder, which is also the working directory. The finding is at train.py:9:8, its sigmoid in model.py:11."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "train.py").write_text(TRAIN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


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
