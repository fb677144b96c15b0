"""``trace``, ``explain``, ``rules``, ``--version`` and ``--help``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest
from click.testing import Result

import bcelint
from bcelint.rules.registry import EVERY_CODE

Invoke = Callable[..., Result]


def test_trace_says_what_is_known(project: Path, invoke: Invoke) -> None:
    result = invoke("trace")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("train.py:9:8: binary_cross_entropy_with_logits")
    assert lines[0].endswith(": misuse")
    assert any(line.startswith("    input: probabilities, [0, 1]") for line in lines)
    assert lines[-1] == "1 loss call: 0 ok, 0 partly, 1 misuse, 0 unknown; 100% judged wholly"
    assert result.exit_code == 0


UNKNOWN = """\
import torch.nn.functional as F
from somewhere_else import model, x, y

loss = F.binary_cross_entropy(model(x), y)
loss.backward()
"""


def test_trace_says_where_it_was_lost(project: Path, invoke: Invoke) -> None:
    (project / "unknown.py").write_text(UNKNOWN)
    calls = json.loads(invoke("trace", "--output-format", "json").stdout)
    assert [(call["path"], call["verdict"]) for call in calls["calls"]] == [("train.py", "misuse"), ("unknown.py", "unknown")]
    lost = calls["calls"][1]
    assert lost["reason"]
    assert lost["lost_at"] is None or lost["lost_at"]["path"] == "unknown.py"
    assert calls["summary"]["judged_share"] == 0.5
    assert calls["summary"]["reasons"] == [{"reason": lost["reason"], "count": 1}]
    text = invoke("trace").stdout
    assert f"    lost: {lost['reason']}" in text
    assert "2 loss calls: 0 ok, 0 partly, 1 misuse, 1 unknown; 50% judged wholly\n" in text
    assert f"     1  {lost['reason']}" in text


PARTLY = """\
import torch
import torch.nn.functional as F
from torch import nn

from somewhere_else import y

loss = F.binary_cross_entropy_with_logits(nn.Linear(3, 1)(torch.randn(8, 3)), y)
"""


def test_trace_says_what_is_not_known(project: Path, invoke: Invoke) -> None:
    (project / "partly.py").write_text(PARTLY)
    found = json.loads(invoke("trace", "partly.py", "--output-format", "json").stdout)
    (call,) = found["calls"]
    assert call["verdict"] == "partly"
    assert call["reason"].startswith("target: range, dtype and shape not known")
    assert call["not_known"] == {"target": ["range", "dtype", "shape"]}
    assert call["open_rules"] == ["BCE201", "BCE202", "BCE203"]
    assert found["summary"]["verdicts"] == {"ok": 0, "partly": 1, "misuse": 0, "unknown": 0}
    assert (found["summary"]["judged_share"], found["summary"]["wholly_or_partly_share"]) == (0.0, 1.0)
    lines = invoke("trace", "partly.py").stdout.splitlines()
    assert lines[0].endswith(": partly")
    assert f"    partly known: {call['reason']}" in lines
    assert "1 loss call: 0 ok, 1 partly, 0 misuse, 0 unknown; 0% judged wholly, 100% wholly or partly" in lines
    assert "     1  target: dtype" in lines


def test_trace_lists_what_was_not_reached(project: Path, invoke: Invoke) -> None:
    (project / "rest.py").write_text("from torch import nn\n\nif False:\n    loss = nn.functional.nll_loss(x, y)\ncriterion = nn.BCELoss()\n")
    found = json.loads(invoke("trace", "rest.py", "--output-format", "json").stdout)
    assert [(call["line"], call["loss"], call["verdict"], call["constructor"], call["reason"]) for call in found["calls"]] == [
        (4, "nll_loss", "unknown", False, "not reached: it stands in code that a test rules out"),
        (5, "BCELoss", "unknown", True, "it is built here, and no call of it was met"),
    ]
    lines = invoke("trace", "rest.py").stdout.splitlines()
    assert lines[:2] == ["rest.py:4:12: nll_loss in <module>: unknown", "    lost: not reached: it stands in code that a test rules out"]
    assert "2 loss calls: 0 ok, 0 partly, 0 misuse, 2 unknown; 0% judged wholly" in lines


def test_trace_of_nothing(project: Path, invoke: Invoke) -> None:
    (project / "other.py").write_text("import model\n")
    assert invoke("trace", "other.py").stdout == "No loss calls found.\n"


def test_trace_of_a_model_shows_the_loss_call_it_breaks(project: Path, invoke: Invoke) -> None:
    """``trace`` of the file that makes the probabilities lists the loss call that gets them."""
    calls = json.loads(invoke("trace", "model.py", "--output-format", "json").stdout)["calls"]
    assert [call["path"] for call in calls] == ["train.py"]


@pytest.mark.parametrize("name", ["BCE102", "bce102", "double-sigmoid", "Double_Sigmoid"])
def test_explain(name: str, invoke: Invoke) -> None:
    result = invoke("explain", name)
    assert result.stdout.startswith("# BCE102: double-sigmoid\n")
    assert "## Why is this bad?" in result.stdout
    assert result.exit_code == 0


def test_explain_suggests_the_nearest(invoke: Invoke) -> None:
    result = invoke("explain", "double-sigmoids")
    assert result.exit_code == 2
    assert "did you mean double-sigmoid?" in result.stderr


def test_rules_lists_every_rule(invoke: Invoke) -> None:
    lines = invoke("rules").stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [[rule.code, rule.name] for rule in EVERY_CODE]
    assert [rule.code for rule, line in zip(EVERY_CODE, lines) if line.endswith("(advice: off by default)")] == ["BCE901", "BCE902"]
    assert lines[0].endswith("(off by default: --unused-noqa)")
    rows = json.loads(invoke("rules", "--output-format", "json").stdout)
    assert [(row["code"], row["name"], row["summary"], row["advice"]) for row in rows] == [
        (rule.code, rule.name, rule.summary, rule.advice) for rule in EVERY_CODE
    ]


def test_version(invoke: Invoke) -> None:
    assert invoke("--version").stdout == f"bcelint {bcelint.__version__}\n"


def test_python_dash_m() -> None:
    process = subprocess.run([sys.executable, "-m", "bcelint", "--version"], capture_output=True, text=True, check=True)
    assert process.stdout == f"bcelint {bcelint.__version__}\n"


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_help_is_light(option: str) -> None:
    code = f"""import sys
from bcelint.cli.main import main
try:
    main(["{option}"])
finally:
    print(sorted({{name.split(".")[0] for name in sys.modules}} & {{"libcst", "rich", "flake8", "torch"}}))
"""
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert process.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_leaves_early_is_no_crash(project: Path) -> None:
    train = (project / "train.py").read_text()
    (project / "train.py").write_text(train + "loss = bce_logits(net(x), y)\n" * 400)
    command = f"{sys.executable} -m bcelint check | head -n 1"
    process = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert process.stdout.startswith("train.py:9:8: BCE102")
    assert process.stderr == ""
