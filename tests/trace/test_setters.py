"""What functions set that nobody calls: the others may be called after them, or not."""

from __future__ import annotations

from pathlib import Path

import pytest

import bcelint

BEFORE = """
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, ends_in_sigmoid=False):
        super().__init__()
        self.body = nn.Linear(8, 1)
        self.head = nn.Sigmoid() if ends_in_sigmoid else nn.Identity()

    def forward(self, x):
        return self.head(self.body(x))


class Config:
    sigmoid = False


class Box(dict):
    def __getattr__(self, name):
        return self[name]

    def __setattr__(self, name, value):
        self[name] = value


CONFIG = {"sigmoid": False, "loss": "bce"}
EMPTY = {}
ON = {"sigmoid": True}
box = Box(model=Box(sigmoid=False))
on_box = Box(model=Box(sigmoid=True))
config = Config()
SIGMOID = False
ACTIVATION = None
criterion = nn.BCEWithLogitsLoss()
model = Net()
late = None


def merge(a, b):
    for k, v in a.items():
        if isinstance(v, dict):
            merge(v, b[k])
        else:
            b[k] = v


def train(loader):
    for x, y in loader:
        out = model(x)
"""

NOT_KNOWN = {
    "a name": ("if SIGMOID: out = out.sigmoid()", "def on():\n    global SIGMOID\n    SIGMOID = True"),
    "a name that was None": ("if ACTIVATION is not None: out = ACTIVATION(out)", "def on():\n    global ACTIVATION\n    ACTIVATION = torch.sigmoid"),
    "an item": ("if CONFIG['sigmoid']: out = out.sigmoid()", "def on():\n    CONFIG['sigmoid'] = True"),
    "an item that was not there": ("if EMPTY.get('sigmoid', False): out = out.sigmoid()", "def on():\n    EMPTY['sigmoid'] = True"),
    "an item on one line": ("if CONFIG['sigmoid']: out = out.sigmoid()", "def on(): CONFIG['sigmoid'] = True"),
    "an item that is taken out": ("if ON.get('sigmoid', False): out = out.sigmoid()", "def off():\n    ON.pop('sigmoid')"),
    "items under names that are not known": ("if ON['sigmoid']: out = out.sigmoid()", "def load(options):\n    ON.update(options)"),
    "items that another function sets": ("if box.model.sigmoid: out = out.sigmoid()", "def load(path):\n    merge(torch.load(path), box)"),
    "an attribute of a class": ("if Config.sigmoid: out = out.sigmoid()", "def on():\n    Config.sigmoid = True"),
    "an attribute of an object": ("if config.sigmoid: out = out.sigmoid()", "def on():\n    setattr(config, 'sigmoid', True)"),
    "two that set it": (
        "if CONFIG['sigmoid']: out = out.sigmoid()",
        "def off():\n    CONFIG['sigmoid'] = None\n\n\ndef on():\n    CONFIG['sigmoid'] = True",
    ),
}
STAYS = {
    "another layer": ("pass", "def export(path):\n    model.head = nn.Sigmoid()\n    torch.save(model, path)"),
    "another model": ("pass", "def serve(x):\n    global model\n    model = Net(ends_in_sigmoid=True)\n    return model(x)"),
    "another criterion": ("pass", "def evaluate(p, y):\n    global criterion\n    criterion = nn.BCELoss()\n    return criterion(p.sigmoid(), y)"),
}


def codes(tmp_path: Path, lines: str, setter: str) -> list[str]:
    loss = "        criterion(out, torch.randint(0, 2, out.shape).float()).backward()\n"
    program = f"{BEFORE}        {lines}\n{loss}\n\n{setter}\n"
    compile(program, "train.py", "exec")
    return [finding.code for finding in bcelint.check_text(program, tmp_path / "train.py", isolated=True)]


@pytest.mark.parametrize(("lines", "setter"), NOT_KNOWN.values(), ids=NOT_KNOWN)
def test_a_setting_is_not_known(tmp_path: Path, lines: str, setter: str) -> None:
    assert codes(tmp_path, lines, setter) == []


@pytest.mark.parametrize("lines", ["if ON['sigmoid']: out = out.sigmoid()", "if on_box.model.sigmoid: out = out.sigmoid()", "out = out.sigmoid()"])
def test_a_setting_is_known_that_nobody_sets(tmp_path: Path, lines: str) -> None:
    assert codes(tmp_path, lines, "def look():\n    print(ON['sigmoid'], on_box, model)") == ["BCE102"]


@pytest.mark.parametrize(("lines", "setter"), STAYS.values(), ids=STAYS)
def test_a_model_stays_what_it_is_for_the_others(tmp_path: Path, lines: str, setter: str) -> None:
    assert codes(tmp_path, lines, setter) == []
    assert codes(tmp_path, "out = out.sigmoid()", setter) == ["BCE102"]


def test_a_model_that_is_made_late_is_there(tmp_path: Path) -> None:
    setter = "def build():\n    global late\n    late = Net(ends_in_sigmoid=True)"
    assert codes(tmp_path, "out = late(x)", setter) == ["BCE102"]
