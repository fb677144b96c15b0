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
again = bce_logits(net.fc(x), (y > 0.1).long())
third = bce_logits(net.fc(x), (y > 0.2).long())
"""


@pytest.fixture
def five(project: Path) -> Path:
    """Two findings of BCE102, one of which has a safe repair, and five of BCE201 that have one."""
    (project / "train.py").write_text((project / "train.py").read_text() + MORE)
    return project


def test_text(five: Path, invoke: Invoke) -> None:
    result = invoke("check", "--statistics")
    assert result.stdout.splitlines() == [
        "3\tBCE201\tinteger-target\t(3 fixable)",
        "2\tBCE102\tdouble-sigmoid\t(1 fixable, 1 more with --unsafe)",
        "Found 5 problems.",
    ]
    assert result.exit_code == 1
    assert invoke("check", "--statistics", "--output-format", "concise", "-q").stdout.splitlines() == result.stdout.splitlines()[:2]


def test_numbers_are_below_each_other(five: Path, invoke: Invoke) -> None:
    (five / "train.py").write_text((five / "train.py").read_text() + "other = bce_logits(net(x), y)\n" * 9)
    assert [line.partition("\t")[0] for line in invoke("check", "--statistics", "-q").stdout.splitlines()] == ["11", " 3"]


def test_json(five: Path, invoke: Invoke) -> None:
    rows = json.loads(invoke("check", "--statistics", "--output-format", "json").stdout)
    assert rows == [
        {"code": "BCE201", "name": "integer-target", "count": 3, "fixable": 3, "fixable_unsafe": 0},
        {"code": "BCE102", "name": "double-sigmoid", "count": 2, "fixable": 1, "fixable_unsafe": 1},
    ]


@pytest.mark.parametrize("form", ["github", "sarif"])
def test_no_other_form(five: Path, invoke: Invoke, form: str) -> None:
    result = invoke("check", "--statistics", "--output-format", form)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"--statistics has no {form} form; use text, concise or json" in result.stderr


def test_nothing_found(five: Path, invoke: Invoke) -> None:
    (five / "train.py").unlink()
    result = invoke("check", "--statistics")
    assert (result.stdout, result.exit_code) == ("All checks passed!\n", 0)
    assert json.loads(invoke("check", "--statistics", "--output-format", "json").stdout) == []


def test_output_file(five: Path, invoke: Invoke) -> None:
    printed = invoke("check", "--statistics").stdout
    assert invoke("check", "--statistics", "-o", "counts.txt").stdout == ""
    assert (five / "counts.txt").read_text() == printed
