"""Programs of the kind that articles on these losses show: each wrong one is reported, each right one is silent, and torch agrees.

Articles differ on what goes wrong: a NaN loss, a warning, an error on sizes. What torch does is run here.
"""

from __future__ import annotations

import math
import runpy
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bcelint.api import check_paths
from tests.fixture_lines import expectations


class Program(NamedTuple):
    """``raises`` is a part of torch's error message, ``loss`` the name of a result that must be finite where there is none."""

    name: str
    text: str
    raises: str = ""
    advice: str = ""
    """The code that is reported, on the same line, where advice is asked for."""


OUTSIDE = "all elements of input should be between 0 and 1"

PROGRAMS = [
    Program(
        "raw_outputs_into_bce",
        """\
import torch
from torch import nn

scores = 4 * torch.randn(64, 1)
truth = torch.randint(0, 2, (64, 1)).float()
objective = nn.BCELoss()
try:
    loss = objective(scores, truth)  # BCE101
    print(loss.item())
except ValueError as problem:
    print(problem)
""",
        raises=OUTSIDE,
    ),
    Program(
        "raw_outputs_into_functional_bce",
        """\
import torch
import torch.nn.functional as F

scores = torch.randn(64, 1)
truth = torch.randint(0, 2, (64, 1)).float()
loss = F.binary_cross_entropy(scores, truth)  # BCE101
""",
        raises=OUTSIDE,
    ),
    Program(
        "sigmoid_then_bce",
        """\
import torch
from torch import nn

scores = torch.randn(10, 1)
chances = torch.sigmoid(scores)
truth = torch.randint(0, 2, (10, 1)).float()
objective = nn.BCELoss()
loss = objective(chances, truth)  # ok
""",
        advice="BCE901",
    ),
    Program(
        "raw_outputs_into_bce_with_logits",
        """\
import torch
from torch import nn

scores = torch.randn(10, 1)
truth = torch.randint(0, 2, (10, 1)).float()
loss = nn.BCEWithLogitsLoss()(scores, truth)  # ok
""",
    ),
    Program(
        "sigmoid_then_bce_with_logits",
        """\
import torch
from torch import nn

chances = torch.randn(10, 1).sigmoid()
truth = torch.randint(0, 2, (10, 1)).float()
loss = nn.BCEWithLogitsLoss()(chances, truth)  # BCE102
""",
    ),
    Program(
        "written_out_probabilities_into_bce",
        """\
import torch
from torch import nn

objective = nn.BCELoss(weight=None, reduction="mean")
chances = torch.tensor([[0.9], [0.15]], dtype=torch.float)
truth = torch.tensor([[1.0], [0.0]], dtype=torch.float)
loss = objective(chances, truth)  # ok
""",
    ),
    Program(
        "written_out_logits_into_bce",
        """\
import torch
from torch import nn

objective = nn.BCELoss()
scores = torch.tensor([[3.0], [-2.0]], dtype=torch.float)
truth = torch.tensor([[1.0], [0.0]], dtype=torch.float)
loss = objective(scores, truth)  # BCE101
""",
        raises=OUTSIDE,
    ),
    Program(
        "wrong_and_right_in_one_file",
        """\
import torch
from torch import nn

objective = nn.BCELoss()
truth = torch.tensor([1, 0], dtype=torch.float32)
scores = torch.tensor([-0.3, 0.4], dtype=torch.float32)
chances = torch.sigmoid(scores)
right = objective(chances, truth)  # ok
loss = objective(scores, truth)  # BCE101
""",
        raises=OUTSIDE,
        advice="BCE901",
    ),
    Program(
        "integer_targets_into_bce",
        """\
import torch
from torch import nn

chances = torch.tensor([0.2, 0.7, 0.4])
truth = torch.tensor([0, 1, 0])
loss = nn.BCELoss()(chances, truth)  # BCE201
""",
        raises="Found dtype Long but expected Float",
    ),
    Program(
        "integer_targets_into_bce_with_logits",
        """\
import torch
from torch import nn

scores = torch.tensor([0.8, 0.2, -1.1])
truth = torch.tensor([1, 1, 0])
loss = nn.BCEWithLogitsLoss()(scores, truth)  # BCE201
""",
        raises="result type Float can't be cast to the desired output type Long",
    ),
    Program(
        "integers_made_float",
        """\
import torch
from torch import nn


def demonstrate():
    truth = torch.tensor([0, 1, 0], dtype=torch.float32)
    chances = torch.tensor([0.6, 0.5, 0.3], dtype=torch.float32)
    objective = nn.BCELoss()
    loss = objective(chances, truth)  # ok
    print("loss:", loss.item())


if __name__ == "__main__":
    demonstrate()
""",
    ),
    Program(
        "class_indices_into_cross_entropy",
        """\
import torch
from torch import nn

objective = nn.CrossEntropyLoss()
scores = torch.tensor([[1.5, -0.5], [0.25, 2.0]], dtype=torch.float)
truth = torch.tensor([0, 1], dtype=torch.long)
loss = objective(scores, truth)  # ok
""",
    ),
    Program(
        "probabilities_into_cross_entropy",
        """\
import torch
from torch import nn

objective = nn.CrossEntropyLoss()
chances = torch.softmax(torch.randn(6, 2), dim=1)
truth = torch.tensor([0, 1, 1, 0, 0, 1])
loss = objective(chances, truth)  # BCE103
""",
    ),
    Program(
        "sigmoid_outputs_into_cross_entropy",
        """\
import torch
from torch import nn


class Segmenter(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Conv2d(1, 2, 3, padding=1)

    def forward(self, scans):
        return torch.sigmoid(self.body(scans))


masks = torch.randint(0, 2, (2, 8, 8))
loss = nn.CrossEntropyLoss()(Segmenter()(torch.rand(2, 1, 8, 8)), masks)  # BCE103
""",
    ),
    Program(
        "one_column_into_cross_entropy",
        """\
import torch
from torch import nn

classifier = nn.Linear(5, 1)
truth = torch.zeros(4, dtype=torch.long)
loss = nn.CrossEntropyLoss()(classifier(torch.randn(4, 5)), truth)  # BCE301
""",
    ),
    Program(
        "probabilities_at_the_ends",
        """\
import torch
from torch import nn

chances = torch.tensor([0.0, 1.0])
truth = torch.tensor([1.0, 0.0])
loss = nn.BCELoss()(chances, truth)  # ok
""",
    ),
    Program(
        "weights_per_class",
        """\
import torch
from torch import nn

objective = nn.BCELoss(weight=torch.tensor([0.1, 0.9]))
chances = torch.sigmoid(torch.randn(4, 1))
truth = torch.ones(4, 1)
loss = objective(chances, truth)  # BCE304
""",
        raises="doesn't match the broadcast shape",
        advice="BCE901",
    ),
    Program(
        "column_against_row",
        """\
import torch
from torch import nn

chances = torch.sigmoid(torch.randn(4, 1))
truth = torch.ones(4)
loss = nn.BCELoss()(chances, truth)  # BCE203
""",
        raises="Using a target size",
        advice="BCE901",
    ),
    Program(
        "an_unknown_reduction",
        """\
import torch
from torch import nn

objective = nn.BCELoss(reduction="average")  # BCE307
loss = objective(torch.rand(3), torch.ones(3))
""",
        raises="average is not a valid value for reduction",
    ),
]
BY_NAME = [pytest.param(program, id=program.name) for program in PROGRAMS]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    return tmp_path / "article.py"


@pytest.mark.parametrize("program", BY_NAME)
def test_reports_the_wrong_ones_only(program: Program, file: Path) -> None:
    file.write_text(program.text, encoding="utf-8")
    expected = {(line.line, code) for line in expectations(file) for code in line.codes}
    assert {(finding.position.line, finding.code) for finding in check_paths([file], jobs=1)} == expected


@pytest.mark.parametrize("program", BY_NAME)
def test_advice_is_given_where_it_applies(program: Program, file: Path) -> None:
    file.write_text(program.text, encoding="utf-8")
    advice = {finding.code for finding in check_paths([file], advice=True, jobs=1) if finding.advice}
    assert advice == ({program.advice} if program.advice else set())


@pytest.mark.parametrize("program", BY_NAME)
def test_torch_does_what_is_said(program: Program, file: Path) -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    file.write_text(program.text, encoding="utf-8")
    raised: Exception | None = None
    names: dict[str, Any] = {}
    try:
        names = runpy.run_path(str(file), run_name="__main__")
    except Exception as error:
        raised = error
    assert program.raises in str(raised)
    assert bool(program.raises) == (raised is not None), raised
    if "loss" in names:
        assert math.isfinite(names["loss"].item())


def test_the_programs_are_both_right_and_wrong() -> None:
    assert {bool("# BCE" in program.text) for program in PROGRAMS} == {True, False}
