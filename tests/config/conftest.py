"""A small project with four mistakes, and its configuration."""

from __future__ import annotations

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
