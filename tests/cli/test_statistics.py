"""``check --statistics``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Callable

import pytest
from click.testing import Result

Invoke = Callable[..., Result]

MORE = """\
safe = bce_logits(torch.sigmoid(net.fc(x)), y)
whole = bce_logits(net.fc(x), (y > 0.5).long())
"""


@pytest.fixture
def three(project: Path) -> Path:
    """Two findings of BCE102, one of which has a safe repair, and a BCE201 that has one."""
    (project / "train.py").write_text((project / "train.py").read_text() + MORE)
    return project


def test_text(three: Path, invoke: Invoke) -> None:
    result = invoke("check", "--statistics")
    assert result.stdout.splitlines() == [
        "2\tBCE102\tdouble-sigmoid\t(1 fixable, 1 more with --unsafe)",
        "1\tBCE201\tinteger-target\t(1 fixable)",
        "Found 3 problems.",
    ]
    assert result.exit_code == 1
    assert invoke("check", "--statistics", "--output-format", "concise", "-q").stdout.splitlines() == result.stdout.splitlines()[:2]


def test_numbers_are_below_each_other(three: Path, invoke: Invoke) -> None:
    (three / "train.py").write_text((three / "train.py").read_text() + "other = bce_logits(net(x), y)\n" * 9)
    assert [line.partition("\t")[0] for line in invoke("check", "--statistics", "-q").stdout.splitlines()] == ["11", " 1"]


def test_json(three: Path, invoke: Invoke) -> None:
    rows = json.loads(invoke("check", "--statistics", "--output-format", "json").stdout)
    assert rows == [
        {"code": "BCE102", "name": "double-sigmoid", "count": 2, "fixable": 1, "fixable_unsafe": 1},
        {"code": "BCE201", "name": "integer-target", "count": 1, "fixable": 1, "fixable_unsafe": 0},
    ]


@pytest.mark.parametrize("form", ["github", "sarif"])
def test_no_other_form(three: Path, invoke: Invoke, form: str) -> None:
    result = invoke("check", "--statistics", "--output-format", form)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"--statistics has no {form} form; use text, concise or json" in result.stderr


def test_nothing_found(three: Path, invoke: Invoke) -> None:
    (three / "train.py").unlink()
    result = invoke("check", "--statistics")
    assert (result.stdout, result.exit_code) == ("All checks passed!\n", 0)
    assert json.loads(invoke("check", "--statistics", "--output-format", "json").stdout) == []


def test_output_file(three: Path, invoke: Invoke) -> None:
    printed = invoke("check", "--statistics").stdout
    assert invoke("check", "--statistics", "-o", "counts.txt").stdout == ""
    assert (three / "counts.txt").read_text() == printed
