"""A small project whose mistake spans two files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from click.testing import Result

Invoke = Callable[..., Result]

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


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's folder, which is also the working directory. The finding is at train.py:9:8, its sigmoid in model.py:11."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "train.py").write_text(TRAIN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def sarif_path() -> Callable[..., str]:
    """The file that an artifact location of a SARIF log means, worked out as the specification says."""

    def path(log: dict[str, Any], artifact: dict[str, str]) -> str:
        bases = log["runs"][0]["originalUriBaseIds"]
        uri = urljoin(bases[artifact["uriBaseId"]]["uri"], artifact["uri"]) if "uriBaseId" in artifact else artifact["uri"]
        assert uri.startswith("file:///")
        return unquote(urlsplit(uri).path)

    return path
