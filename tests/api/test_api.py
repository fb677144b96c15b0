"""The public interface."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import bcelint
from bcelint.finding import Position


def test_check_paths(project: Path) -> None:
    (finding,) = bcelint.check_paths([project])
    assert isinstance(finding, bcelint.Finding)
    assert (finding.code, finding.name) == ("BCE102", "double-sigmoid")
    assert finding.position == Position(str(project / "train.py"), 9, 8, 9, 29)
    assert (finding.trace[0].path, finding.trace[0].line) == (str(project / "model.py"), 11)


def test_check_paths_of_the_model_alone(project: Path) -> None:
    assert [finding.position.path for finding in bcelint.check_paths([str(project / "model.py")])] == [str(project / "train.py")]


def test_check_text_wins_over_the_disk(project: Path) -> None:
    text = (project / "train.py").read_text()
    (project / "train.py").write_text("")
    (finding,) = bcelint.check_text("\n" + text, project / "train.py")
    assert finding.position.line == 10
    assert bcelint.check_text("", project / "train.py") == []


def test_check_text_speaks_of_that_file_only(project: Path) -> None:
    assert bcelint.check_text((project / "model.py").read_text(), project / "model.py") == []


def test_check_text_that_cannot_be_parsed(project: Path) -> None:
    for text in ("import torch\nF.binary_cross_entropy((", "F.binary_cross_entropy(\0)"):
        with pytest.warns(bcelint.UnreadWarning, match=r"^train\.py: "):
            assert bcelint.check_text(text, project / "train.py") == []


def test_selection(project: Path) -> None:
    text = (project / "train.py").read_text()
    assert bcelint.check_text(text, project / "train.py", select=["BCE2"]) == []
    assert bcelint.check_text(text, project / "train.py", ignore=["BCE102"]) == []
    assert bcelint.check_paths([project], select=["BCE1"], ignore=["BCE103"]) != []
    with pytest.raises(ValueError, match="BCE199"):
        bcelint.check_paths([project], select=["BCE199"])


def test_advice(project: Path) -> None:
    text = (project / "train.py").read_text().replace("binary_cross_entropy_with_logits as", "binary_cross_entropy as")
    assert bcelint.check_text(text, project / "train.py") == []
    assert [finding.code for finding in bcelint.check_text(text, project / "train.py", advice=True)] == ["BCE901"]


def test_loss_calls(project: Path) -> None:
    (call,) = bcelint.loss_calls([project])
    assert call.loss == "binary_cross_entropy_with_logits"
    assert call.verdict.value == "misuse"
    assert "probabilities" in call.facts["input"]


def test_findings_are_sorted(project: Path) -> None:
    train = (project / "train.py").read_text()
    (project / "a.py").write_text(train + "again = bce_logits(net(x), y)\nagain.backward()\n")
    found = [(Path(finding.position.path).name, finding.position.line) for finding in bcelint.check_paths([project])]
    assert found == [("a.py", 9), ("a.py", 11), ("train.py", 9)]


def test_importing_bcelint_is_light() -> None:
    code = "import sys, bcelint; print(sorted({m.split('.')[0] for m in sys.modules} & {'libcst', 'rich', 'click', 'flake8', 'torch'}))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_loss_that_nobody_makes(project: Path) -> None:
    """What is evaluated without being called, as a loss of a library's own, stands in no line of the code."""
    text = """\
import torch
from torch import nn


class LogCrossEntropy(nn.CrossEntropyLoss):
    def forward(self, p, y):
        return super().forward(torch.log(torch.softmax(p, 1)), y)
"""
    (finding,) = bcelint.check_text(text, project / "losses.py", advice=True)
    assert (finding.code, finding.position.line, [step.line for step in finding.trace]) == ("BCE902", 7, [7, 5])
