"""The plugin inside a real flake8."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

Flake8 = Callable[..., "subprocess.CompletedProcess[str]"]
SHOWN = re.compile(r"(?P<path>[^:]+):(?P<line>\d+):(?P<column>\d+): (?P<code>BCE\d{3}) (?P<message>.+)")


def places(process: subprocess.CompletedProcess[str]) -> list[tuple[str, int, int, str]]:
    assert process.stderr == ""
    matches = [SHOWN.fullmatch(line) for line in process.stdout.splitlines()]
    assert all(matches), process.stdout
    return [(Path(m["path"]).name, int(m["line"]), int(m["column"]), m["code"]) for m in matches if m]


def test_across_files(project: Path, flake8: Flake8) -> None:
    assert places(flake8(".")) == [("train.py", 9, 8, "BCE102")]
    assert places(flake8("train.py")) == [("train.py", 9, 8, "BCE102")]
    assert places(flake8("model.py")) == []


ENGINE = """\
import torch.nn.functional as F


def step(model, x, y):
    out = model(x)
    loss = F.binary_cross_entropy_with_logits(out, y)
    loss.backward()
"""

MAIN = """\
import torch

from engine import step
from model import Net

step(Net(), torch.randn(4, 8), torch.rand(4, 3))
"""


def test_the_same_as_check(project: Path, flake8: Flake8) -> None:
    """Place and message, and the file of the loss call gets its verdict from the file that imports it."""
    (project / "engine.py").write_text(ENGINE)
    (project / "main.py").write_text(MAIN)
    checked = subprocess.run(
        [sys.executable, "-m", "bcelint", "check", "--output-format", "json"], capture_output=True, encoding="utf-8", check=False
    )
    expected = [(f["path"], f["line"], f["column"], f"{f['code']} {f['message']}") for f in json.loads(checked.stdout)]
    assert {path for path, *_ in expected} == {"engine.py", "train.py"}
    matches = [SHOWN.fullmatch(line) for line in flake8(".").stdout.splitlines()]
    assert [(Path(m["path"]).name, int(m["line"]), int(m["column"]), f"{m['code']} {m['message']}") for m in matches if m] == expected
    assert [place[0] for place in places(flake8("engine.py"))] == ["engine.py"]


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_worker_processes(project: Path, flake8: Flake8, start: str) -> None:
    train = (project / "train.py").read_text()
    (project / "again.py").write_text(train)
    assert places(flake8("-j", "2", ".", start=start)) == [("again.py", 9, 8, "BCE102"), ("train.py", 9, 8, "BCE102")]


ADVICE = """\
import torch
from torch import nn

from model import Net

x = torch.randn(4, 8)
y = torch.rand(4, 3)
loss = nn.BCELoss()(Net()(x), y)
loss.backward()
"""


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_advice_reaches_the_workers(project: Path, flake8: Flake8, start: str) -> None:
    (project / "train.py").write_text(ADVICE)
    (project / "again.py").write_text(ADVICE)
    assert places(flake8("-j", "2", ".", start=start)) == []
    both = [("again.py", 8, 8, "BCE901"), ("train.py", 8, 8, "BCE901")]
    assert places(flake8("-j", "2", "--bcelint-advice", ".", start=start)) == both
    (project / "setup.cfg").write_text("[flake8]\nbcelint-advice = true\n")
    assert places(flake8("-j", "2", ".", start=start)) == both


def test_flake8_selects_ignores_and_silences(project: Path, flake8: Flake8) -> None:
    train = (project / "train.py").read_text()
    assert places(flake8("--extend-ignore=BCE102", ".")) == []
    assert places(flake8("--select=BCE2", ".")) == []
    (project / "train.py").write_text(train.replace("net(x), y)", "net(x), y)  # noqa: BCE102"))
    assert places(flake8(".")) == []
    assert places(flake8("--disable-noqa", ".")) == [("train.py", 9, 8, "BCE102")]


def test_stdin_is_judged_in_the_project_of_its_display_name(project: Path, flake8: Flake8) -> None:
    train = (project / "train.py").read_text()
    buffer = "\n\n" + train
    (project / "train.py").write_text("")
    assert places(flake8("--stdin-display-name", "train.py", "-", stdin=buffer)) == [("train.py", 11, 8, "BCE102")]
    assert places(flake8("--stdin-display-name", str(project / "train.py"), "-", stdin=buffer)) == [("train.py", 11, 8, "BCE102")]
    assert places(flake8("--stdin-display-name", "new.py", "-", stdin=buffer)) == [("new.py", 11, 8, "BCE102")]
    assert places(flake8("-", stdin=buffer)) == [("stdin", 11, 8, "BCE102")]


@pytest.mark.parametrize("before", ['s = "日本é𝒳"; ', 'if True:\ts = "é\t"; ', "s = 'e\u0301'; "])
def test_columns_count_characters(project: Path, flake8: Flake8, before: str) -> None:
    train = (project / "train.py").read_text()
    (project / "train.py").write_text(train.replace("loss = bce", f"{before}loss = bce"), encoding="utf-8")
    assert places(flake8("train.py")) == [("train.py", 9, len(before) + 8, "BCE102")]


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_line_endings(project: Path, flake8: Flake8, newline: str) -> None:
    train = (project / "train.py").read_text()
    (project / "train.py").write_bytes(train.replace("\n", newline).encode())
    assert places(flake8("train.py")) == [("train.py", 9, 8, "BCE102")]


def test_a_byte_order_mark_moves_nothing(project: Path, flake8: Flake8) -> None:
    one_line = "import torch; from torch.nn.functional import binary_cross_entropy_with_logits as f; from model import Net; "
    text = one_line + "loss = f(Net()(torch.randn(4, 8)), torch.rand(4, 3)); loss.backward()\n"
    (project / "train.py").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert places(flake8("train.py")) == [("train.py", 1, len(one_line) + 8, "BCE102")]


def test_a_bad_neighbour_does_not_matter(project: Path, flake8: Flake8) -> None:
    (project / "broken.py").write_bytes(b"import train\nprint 'python 2' \xff\n")
    process = flake8(".")
    assert [line for line in process.stdout.splitlines() if "BCE" in line and "train.py:9:8" in line]


def test_libcst_stays_out_where_no_loss_is_reached(project: Path) -> None:
    (project / "train.py").unlink()
    (project / "plain.py").write_text("import model\n\nprint(model.Net())\n")
    launch = (
        "import sys\nfrom flake8.main.cli import main\n"
        "main(['--select=BCE', '-j1', '.'])\nprint(sorted(m for m in sys.modules if m.split('.')[0] == 'libcst'))"
    )
    process = subprocess.run([sys.executable, "-c", launch], capture_output=True, encoding="utf-8", check=True)
    assert process.stdout == "[]\n"
