"""A project of two files whose mistake spans both, as it is before and after its repair."""

from __future__ import annotations

from pathlib import Path

LOGITS_MODEL = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        return self.fc(x)
"""

SIGMOID_MODEL = LOGITS_MODEL.replace("self.fc(x)", "torch.sigmoid(self.fc(x))")
"""With this model ``TRAIN`` is wrong, at line 9, column 8; the sigmoid is in line 11."""

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


def write_project(folder: Path, model: str = SIGMOID_MODEL, train: str = TRAIN) -> Path:
    """``model.py`` and ``train.py`` in ``folder``, which is the root of their project."""
    folder.mkdir(exist_ok=True)
    (folder / "pyproject.toml").write_text("", encoding="utf-8")
    (folder / "model.py").write_text(model, encoding="utf-8")
    (folder / "train.py").write_text(train, encoding="utf-8")
    return folder
