"""The oracle itself: what it takes from a run, what it holds against what, and what it leaves out by name."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

pytest.importorskip("torch")

from bcelint.trace.code import libraries, statements
from bcelint.trace.values.raised import Raised
from checks.soundness.comparing import Report, normalised
from checks.soundness.mutations import EVALUATOR, ROWS
from checks.soundness.programs import check_script
from checks.soundness.report import render

PRELUDE = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"


def check(tmp_path: Path, text: str) -> Report:
    """The report of a program that ends in a loss call, without which nothing of it would matter."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "main.py").write_text(PRELUDE + textwrap.dedent(text) + "\nF.mse_loss(torch.rand(2), torch.rand(2))\n", encoding="utf-8")
    return check_script(tmp_path / "main.py", tmp_path)


def kinds(report: Report) -> set[tuple[str, str]]:
    return {(fault.name, fault.kind) for fault in report.faults.values()}


SOUND = """
    def choose(flag, size=3):
        if flag:
            return torch.sigmoid(torch.randn(size))
        return [size]

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(3, 1)

        def forward(self, x):
            return self.fc(x)

    found = {"p": choose(True), "n": choose(False)}
    net = Net()
    out = net(torch.randn(2, 3))
    last = out
"""


def test_program_that_is_followed_contradicts_nothing(tmp_path: Path) -> None:
    report = check(tmp_path, SOUND)
    assert not report.faults
    assert report.functions == report.evaluated == 5  # the module, the class, and the functions
    assert report.branches == 2
    assert report.values


@pytest.mark.parametrize(
    ("name", "expected"),
    [("randn lies in [0, 1]", "range"), ("a Linear layer has no gradient", "gradient"), ("sigmoid ends at 0.5", "range")],
)
def test_wrong_row_is_contradicted(tmp_path: Path, name: str, expected: str) -> None:
    with ROWS[name]():
        report = check(tmp_path, SOUND + "\n    p = torch.sigmoid(torch.ones(3))\n    z = torch.randn(99)\n    last = 0\n")
    assert expected in {kind for _, kind in kinds(report)}


def test_wrong_evaluator_is_contradicted(tmp_path: Path) -> None:
    with EVALUATOR["calls return None"]():
        assert ("out", "constant") in kinds(check(tmp_path, SOUND))


def test_branch_that_was_held_impossible_is_named(tmp_path: Path) -> None:
    def never(at: Any, value: Any) -> Any:
        return [], [at.state.path]

    with mock.patch.object(statements, "split", never):
        report = check(tmp_path, "flag = 1\nif flag:\n    out = 2\n")
    assert ("the test `flag`", "branch") in kinds(report)
    assert "claimed false" in render(report, 10, 10)


def test_line_that_is_never_reached_is_named(tmp_path: Path) -> None:
    with mock.patch.dict(libraries._HANDLERS, {"builtins.print": lambda *_: Raised("it is held to end here")}):
        assert {kind for _, kind in kinds(check(tmp_path, "print(1)\nout = 2\n"))} == {"line"}


LEFT_ASIDE = {
    "a context manager": "import contextlib\nvalue = [1]\nwith contextlib.suppress(KeyError):\n    value = [{}['x']]\nlast = value\n",
    "an exception was caught": "value = 1\ntry:\n    import no_such_module\nexcept ImportError:\n    value = 2\nlast = value\n",
    "a later round of a loop of unknown length": "x = torch.zeros(1)\nfor row in torch.eye(3):\n    y = x\n    x = nn.Linear(1, 1)(x)\n",
}


@pytest.mark.parametrize("reason", ["an exception was caught", "a later round of a loop of unknown length"])
def test_what_the_tracer_leaves_aside_is_exempted_by_name(tmp_path: Path, reason: str) -> None:
    report = check(tmp_path, LEFT_ASIDE[reason])
    assert not report.faults
    assert report.exempt[reason]


def test_exception_that_a_context_manager_takes_is_one_that_was_caught(tmp_path: Path) -> None:
    report = check(tmp_path, LEFT_ASIDE["a context manager"])
    assert not report.faults
    assert set(report.exempt) <= {"an exception was caught"}


def test_function_that_is_not_followed_at_its_call_is_named(tmp_path: Path) -> None:
    report = check(
        tmp_path,
        "def run():\n    class One:\n        def key(self, item):\n            return -item\n    return sorted([1, 2], key=One().key)\nrun()\n",
    )
    assert report.passed_over == {"it is not followed at its call": 1}


def test_what_is_lost_is_counted_by_its_reason(tmp_path: Path) -> None:
    report = check(tmp_path, "import os\nfolder = os.getcwd()\nlast = folder\n")
    assert report.lost["os.getcwd is outside of the project"]
    assert normalised("x: parameter that no call in the project sets") == "…: parameter that no call in the project sets"


def test_call_in_a_comprehension_is_one_from_there(tmp_path: Path) -> None:
    """Which statement a line belongs to, the file of the comprehension says, and not that of the function."""
    function = "import torch\n\n\ndef half(x, axis=0):\n    y = (x.sum(axis) /\n         2)\n    return y\n"
    (tmp_path / "tools.py").write_text(function, encoding="utf-8")
    report = check(tmp_path, "from tools import half\na = half(torch.ones(3, 2), 1)\nb = [half(x) for x in (torch.ones(3), torch.ones(4))]\n")
    assert not report.faults
