"""Callers come before what they call: a parameter is open only where nobody in sight calls the function."""

from __future__ import annotations

from pathlib import Path

import pytest

import bcelint

LOSS = """
import torch
import torch.nn.functional as F


def objective(scores, target, squash):
    if squash:
        scores = torch.sigmoid(scores)
    return F.binary_cross_entropy_with_logits(scores, target)
"""
CALLERS = {
    "a function": """
def train(x, y):
    return objective(x, y, False)
""",
    "by keyword": """
def train(x, y):
    return objective(x, y, squash=False)
""",
    "a function of a function": """
def step(x, y):
    return objective(x, y, False)


def train(batches):
    for x, y in batches:
        step(x, y)
""",
    "a function inside, which is handed on": """
from somewhere import Engine


def train(batches):
    squash = False

    def step(engine, batch):
        x, y = batch
        return objective(x, y, squash)

    Engine(step).run(batches)
""",
    "behind what is not known": """
def train(batches):
    for batch in batches:
        objective(*batch, False)
""",
    "a script with a function inside": """
from somewhere import Engine


def train(batches):
    def step(engine, batch):
        return objective(batch[0], batch[1], False)

    Engine(step).run(batches)


if __name__ == "__main__":
    train([])
""",
    "a method of a class that nobody makes": """
class Trainer:
    def step(self, x, y):
        return objective(x, y, self.squash())

    def squash(self):
        return False
""",
    "handed on": """
from functools import partial


def train(batches):
    loss = partial(objective, squash=False)
    for x, y in batches:
        loss(x, y)
""",
    "in a table": """
LOSSES = {"bce": objective}


def train(x, y):
    return LOSSES["bce"](x, y, False)
""",
    "two that call one another": """
def even(x, y, n):
    return objective(x, y, False) if n == 0 else odd(x, y, n - 1)


def odd(x, y, n):
    return even(x, y, n - 1)
""",
}


def codes(folder: Path, *texts: str) -> list[str]:
    for number, text in enumerate(texts):
        (folder / f"part{number}.py").write_text(text, encoding="utf-8")
    return [finding.code for finding in bcelint.check_paths([folder], isolated=True)]


@pytest.mark.parametrize("caller", CALLERS)
def test_a_parameter_has_what_its_callers_pass(tmp_path: Path, caller: str) -> None:
    assert codes(tmp_path, LOSS + "\n" + CALLERS[caller]) == []


@pytest.mark.parametrize("caller", CALLERS)
def test_what_they_pass_is_wrong(tmp_path: Path, caller: str) -> None:
    text = CALLERS[caller].replace("False", "True")
    assert codes(tmp_path, LOSS + "\n" + text) == ["BCE102"]


def test_callers_of_another_file(tmp_path: Path) -> None:
    assert codes(tmp_path, LOSS, "from part0 import objective\n" + CALLERS["a function"]) == []


@pytest.mark.parametrize(
    "others",
    [
        "",
        "def objective_of(x):\n    return x\n",
        "def train(x, y):\n    return other.objective\n",
        "class Objective:\n    def __init__(self):\n        self.objective = None\n",
        "def train(x, y):\n    raise NotImplementedError\n    objective(x, y, False)\n",
        "def train(x, y):\n    return train(x, y)\n",
    ],
)
def test_nobody_calls_it(tmp_path: Path, others: str) -> None:
    assert codes(tmp_path, f"{LOSS}\n\n{others}") == ["BCE102"]


def test_functions_that_call_one_another_are_tried(tmp_path: Path) -> None:
    text = """
import torch
import torch.nn.functional as F


def even(x, y, n):
    return F.binary_cross_entropy_with_logits(torch.sigmoid(x), y) if n == 0 else odd(x, y, n - 1)


def odd(x, y, n):
    return even(x, y, n - 1)


class Made:
    def left(self, x, y):
        return self.right(x, y)

    def right(self, x, y):
        return F.cross_entropy(torch.softmax(x, 1), y) if x.ndim == 2 else self.left(x, y)
"""
    assert codes(tmp_path, text) == ["BCE102", "BCE103"]


# todo: of the methods of a class inside of a function none is tried, and a table there is no reason to wait
@pytest.mark.parametrize("caller", sorted(CALLERS.keys() - {"a method of a class that nobody makes", "in a table"}))
def test_the_same_inside_of_a_function(tmp_path: Path, caller: str) -> None:
    inside = (LOSS + "\n" + CALLERS[caller]).replace("\n", "\n    ")
    assert codes(tmp_path, f"def outer():{inside}\n    return objective.__name__\n") == []
