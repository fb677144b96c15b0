"""Notebooks through the command line and the API, beside modules of their project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import nbformat
import pytest
from click.testing import Result

import bcelint
from bcelint.analysis.cache import VARIABLE
from bcelint.fix.write import write
from tests.projects import LOGITS_MODEL, write_project

Invoke = Callable[..., Result]
V4 = nbformat.v4

CELLS = [
    V4.new_markdown_cell("# Training"),
    "%matplotlib inline\nimport torch\nfrom torch import nn\n\nfrom model import Net\n\nfiles = !ls",
    V4.new_markdown_cell("The loss"),
    "%%time\nnet = Net()\nnet?\nx = torch.randn(4, 8)\ny = torch.rand(4, 3)\ncriterion = nn.BCEWithLogitsLoss()",
    "for _ in range(3):\n    # down\n    %time loss = criterion(net(x), y)\n    loss.backward()",
    "%%bash\nnn.BCEWithLogitsLoss()(net(x), y)",
]
MESSAGE = "BCE102 probabilities reach BCEWithLogitsLoss: sigmoid at model.py:11, and again inside the loss; use BCELoss or drop the sigmoid"
ENGINE = """\
import torch
import torch.nn.functional as F


def step(out, y):
    return F.binary_cross_entropy_with_logits(out, y)
"""
SHOWN = f"""\
train.ipynb:cell 5:3:18: {MESSAGE}
    3 |     %time loss = criterion(net(x), y)
      |                  ^^^^^^^^^^^^^^^^^^^^
    model.py:11:16: sigmoid
    train.ipynb:cell 5:3:28: returned by Net.forward
    train.ipynb:cell 4:6:13: BCEWithLogitsLoss built
"""


def write_notebook(path: Path, *cells: Any) -> Path:
    made = [V4.new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    nbformat.write(V4.new_notebook(cells=made), str(path))
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of a model and the notebook that trains it, which is also the working directory."""
    write_project(tmp_path, train="")
    write_notebook(tmp_path / "train.ipynb", *CELLS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", [".", "train.ipynb", "model.py"])
def test_a_finding_in_a_cell(folder: Path, invoke: Invoke, path: str) -> None:
    """As a notebook, in its folder, or as what uses the model that is checked."""
    done = invoke("check", "--quiet", path)
    assert (done.exit_code, done.stdout, done.stderr) == (1, SHOWN, "")


def test_json_has_the_cell(folder: Path, invoke: Invoke) -> None:
    (finding,) = json.loads(invoke("check", "--output-format", "json").stdout)
    place = {"path": "train.ipynb", "cell": 5, "line": 3, "column": 18, "end_line": 3, "end_column": 38}
    assert {key: finding[key] for key in place} == place
    assert finding["trace"] == [
        {"path": "model.py", "line": 11, "column": 16, "note": "sigmoid"},
        {"path": "train.ipynb", "cell": 5, "line": 3, "column": 28, "note": "returned by Net.forward"},
        {"path": "train.ipynb", "cell": 4, "line": 6, "column": 13, "note": "BCEWithLogitsLoss built"},
    ]
    assert finding["fix"] is None
    (call,) = json.loads(invoke("trace", "--output-format", "json", "train.ipynb").stdout)["calls"]
    assert {key: call[key] for key in place} == place


def test_trace_shows_cells(folder: Path, invoke: Invoke) -> None:
    write_notebook(folder / "train.ipynb", *CELLS[:4], "def later(out):\n    return criterion(out, y)")
    assert "train.ipynb:cell 5:2:12: BCEWithLogitsLoss in later: unknown" in invoke("trace", "train.ipynb").stdout


def test_the_api_says_where_in_the_cell(folder: Path) -> None:
    for findings in (bcelint.check_paths(["."]), bcelint.check_text((folder / "train.ipynb").read_text(encoding="utf-8"), "other.ipynb")):
        (finding,) = findings
        assert (finding.position.cell, finding.position.line_in_cell, finding.position.column) == (5, 3, 18)
        assert [(step.cell, step.line_in_cell) for step in finding.trace] == [(None, 11), (5, 3), (4, 6)]


def test_a_notebook_on_stdin(folder: Path, invoke: Invoke) -> None:
    text = (folder / "train.ipynb").read_bytes()
    (folder / "train.ipynb").unlink()
    assert invoke("check", "--quiet", "--stdin-filename", "train.ipynb", "-", input=text).stdout == SHOWN


def test_findings_are_in_the_order_of_the_cells(folder: Path, invoke: Invoke) -> None:
    write_notebook(folder / "train.ipynb", *CELLS[:4], *["\n" * (12 - number) + "criterion(net(x), y)" for number in range(12)])
    shown = invoke("check", "--quiet", ".").stdout.splitlines()
    assert [line.split(": BCE")[0] for line in shown if "BCE102" in line] == [f"train.ipynb:cell {5 + n}:{13 - n}:1" for n in range(12)]


def test_comments_in_cells_silence(folder: Path, invoke: Invoke) -> None:
    silenced = CELLS[4].replace("y)\n", "y)  # noqa: BCE102\n")
    write_notebook(folder / "train.ipynb", *CELLS[:4], silenced)
    assert invoke("check", "--quiet").stdout == ""
    write_notebook(folder / "train.ipynb", *CELLS[:4], silenced.replace("BCE102", "BCE2"))
    assert invoke("check", "--quiet").exit_code == 1


def test_a_percent_sign_in_the_cell_of_a_loss_is_no_magic(folder: Path, invoke: Invoke) -> None:
    loss = 'n = 3\nprint("loss = %d" % n)\ncriterion(net(x), y)'
    write_notebook(folder / "train.ipynb", *CELLS[:4], loss, f"%matplotlib inline\n{loss}")
    done = invoke("check", "--quiet", "--output-format", "concise")
    assert [line.split(": BCE")[0] for line in done.stdout.splitlines()] == ["train.ipynb:cell 5:3:1", "train.ipynb:cell 6:4:1"]
    assert done.stderr == ""


def test_a_cell_that_can_not_be_parsed_takes_no_other_with_it(folder: Path, invoke: Invoke) -> None:
    write_notebook(folder / "train.ipynb", *CELLS[:3], "ok = 1\ndef f(:", *CELLS[3:])
    done = invoke("check", "--quiet")
    assert done.stdout == SHOWN.replace("cell 5", "cell 6").replace("cell 4", "cell 5")
    assert done.stderr == "warning: train.ipynb: cell 4: syntax error: invalid syntax (line 2)\n"
    assert invoke("check", "--quiet", "model.py").stderr == done.stderr


@pytest.mark.parametrize(("text", "reason"), [('{"cells": [', "broken JSON: Expecting value (line 1)"), ("[]", "no notebook: it has no cells")])
def test_what_is_no_notebook_is_one_warning(folder: Path, invoke: Invoke, text: str, reason: str) -> None:
    (folder / "broken.ipynb").write_text(text, encoding="utf-8")
    done = invoke("check", "--quiet")
    assert (done.exit_code, done.stdout, done.stderr) == (1, SHOWN, f"warning: broken.ipynb: {reason}\n")
    assert invoke("check", "--quiet", "model.py").stderr == ""


def test_a_module_whose_loss_a_notebook_breaks(folder: Path, invoke: Invoke) -> None:
    """The call is in a module, the sigmoid in a cell."""
    (folder / "engine.py").write_text(ENGINE, encoding="utf-8")
    write_notebook(folder / "train.ipynb", "import torch\nfrom engine import step", "p = torch.sigmoid(torch.randn(3))", "step(p, torch.ones(3))")
    shown = invoke("check", "--quiet", "engine.py").stdout.splitlines()
    assert shown[0].startswith("train.ipynb:cell 3:1:1: BCE102 ")
    assert "sigmoid at train.ipynb:cell 2:1" in shown[0]
    assert "    engine.py:6:12: binary_cross_entropy_with_logits called" in shown


def test_fix_leaves_notebooks_alone_and_says_so(folder: Path, invoke: Invoke) -> None:
    write_notebook(folder / "train.ipynb", *CELLS[:4], "criterion(torch.sigmoid(net.fc(x)), y)")
    before = (folder / "train.ipynb").read_bytes()
    done = invoke("fix", "--unsafe", ".")
    assert done.exit_code == 1
    assert done.stdout.startswith("left  train.ipynb:cell 5:1:1: BCE102: notebooks are left alone; what could be done: drop the sigmoid\n")
    assert (folder / "train.ipynb").read_bytes() == before


def test_a_text_is_never_written_over_a_notebook(folder: Path) -> None:
    path = str(folder / "train.ipynb")
    before = (folder / "train.ipynb").read_text(encoding="utf-8")
    written = write({path: before}, {path: "x = 1\n"}, [])
    assert (written.done, list(written.failed)) == ([], [path])
    assert (folder / "train.ipynb").read_text(encoding="utf-8") == before


def test_fix_repairs_a_module_that_a_notebook_calls(folder: Path, invoke: Invoke) -> None:
    engine = (
        "import torch\nimport torch.nn.functional as F\n\n\ndef step(out, y):\n    return F.binary_cross_entropy_with_logits(torch.sigmoid(out), y)\n"
    )
    (folder / "engine.py").write_text(engine, encoding="utf-8")
    write_notebook(folder / "train.ipynb", "import torch\nfrom engine import step", "step(torch.randn(3), torch.ones(3))")
    done = invoke("fix", ".")
    assert (done.exit_code, (folder / "engine.py").read_text(encoding="utf-8")) == (0, ENGINE)


def test_the_cache_serves_notebooks_until_they_change(folder: Path, invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    assert [invoke("check", "--quiet").stdout for _ in range(2)] == [SHOWN, SHOWN]
    assert len(list((tmp_path / "cache").glob("*/*.json"))) == 1
    monkeypatch.setattr("bcelint.trace.tracer.traced", None)
    assert invoke("check", "--quiet").stdout == SHOWN
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    write_notebook(folder / "train.ipynb", *CELLS[:3], V4.new_markdown_cell("More"), *CELLS[3:])
    assert invoke("check", "--quiet").stdout == SHOWN.replace("cell 5", "cell 6").replace("cell 4", "cell 5")
    write_project(folder, model=LOGITS_MODEL, train="")
    assert invoke("check", "--quiet").stdout == ""
