"""``check --add-noqa``."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable

import pytest
from click.testing import Result

Invoke = Callable[..., Result]

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def test_after_it_check_is_clean(project: Path, invoke: Invoke) -> None:
    before = (project / "train.py").read_text()
    result = invoke("check", "--add-noqa")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "Silenced 1 finding.\n", "")
    after = before.replace("loss = bce_logits(net(x), y)\n", "loss = bce_logits(net(x), y)  # noqa: BCE102\n")
    assert (project / "train.py").read_text() == after
    assert invoke("check").exit_code == 0
    flake8 = subprocess.run([sys.executable, "-m", "flake8", "--select", "BCE", "."], capture_output=True, encoding="utf-8", check=False)
    assert (flake8.stdout, flake8.returncode) == ("", 0)
    assert invoke("check", "--add-noqa").stdout == "Silenced 0 findings.\n"
    assert (project / "train.py").read_text() == after


MORE = """\
a = bce_logits(net(x), torch.randint(0, 2, (4, 3)))  # noqa: E501
b = bce_logits(
    net(x),
    y,
)
c = 1 + \\
    bce_logits(net(x), y)
d = bce_logits(net(x), y, reduction=\"\"\"\\
mean\"\"\")
"""


def test_several_lines_and_codes(project: Path, invoke: Invoke) -> None:
    with open(project / "train.py", "a", encoding="utf-8") as file:
        file.write(MORE)
    assert invoke("check", "--add-noqa", "-q").stdout == ""
    lines = (project / "train.py").read_text().splitlines()
    assert [line.partition("# noqa: ")[2] for line in lines[8:]] == [
        "BCE102",
        "",
        "E501, BCE102, BCE201",
        "BCE102",
        "",
        "",
        "",
        "",
        "BCE102",
        "",
        "BCE102",
    ]
    assert invoke("check").exit_code == 0


@pytest.mark.parametrize("folder", ["bce102-double-sigmoid", "bce203-target-shape", "bce302-swapped-arguments"])
def test_the_fixtures(tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    """Afterwards nothing is found, and no comment is too many."""
    shutil.copytree(FIXTURES / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    found = invoke("check", "--advice", "--output-format", "concise", "-q").stdout.splitlines()
    assert invoke("check", "--advice", "--add-noqa").stdout == f"Silenced {len(found)} findings.\n"
    assert len(found) > 2
    result = invoke("check", "--advice", "--unused-noqa")
    assert (result.exit_code, result.stdout) == (0, "All checks passed!\n")


def test_only_what_is_selected_and_not_in_the_baseline(project: Path, invoke: Invoke) -> None:
    invoke("check", "--write-baseline", "known.json")
    with open(project / "train.py", "a", encoding="utf-8") as file:
        file.write(MORE)
    assert invoke("check", "--select", "BCE201", "--add-noqa").stdout == "Silenced 1 finding.\n"
    assert invoke("check", "--baseline", "known.json", "--add-noqa").stdout == "Silenced 4 findings.\n"
    assert next(line for line in (project / "train.py").read_text().splitlines() if "BCE" in line).startswith("a = ")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1", "utf-8"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_rest_of_the_file_stays_as_it_is(project: Path, invoke: Invoke, encoding: str, newline: str) -> None:
    path = project / "train.py"
    text = ("# coding: latin-1\n" if encoding == "latin-1" else "") + "name = 'é'\n" + path.read_text()
    path.write_bytes(text.replace("\n", newline).encode(encoding))
    path.chmod(0o640)
    assert invoke("check", "--add-noqa").exit_code == 0
    after = text.replace("net(x), y)\n", "net(x), y)  # noqa: BCE102\n").replace("\n", newline)
    assert path.read_bytes() == after.encode(encoding)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(each.name for each in project.iterdir()) == ["model.py", "pyproject.toml", "train.py"]


def test_what_cannot_be_silenced_is_said(project: Path, invoke: Invoke) -> None:
    path = project / "train.py"
    path.write_text(path.read_text().replace("y)\n", "y); print('# noqa: E501')\n", 1).replace("loss.backward()", "b = bce_logits(net(x), y)"))
    result = invoke("check", "--add-noqa")
    assert (result.exit_code, result.stdout) == (1, "Silenced 1 finding.\n")
    assert result.stderr.startswith("warning: not silenced, because a `# noqa` stands in a string there, ")
    assert "train.py:9:8: BCE102" in result.stderr
    assert path.read_text().count("# noqa: BCE102") == 1


def test_a_file_that_cannot_be_written(project: Path, invoke: Invoke) -> None:
    path = project / "train.py"
    before = path.read_text()
    path.chmod(0o440)
    result = invoke("check", "--add-noqa")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "Silenced 0 findings.\n", "error: train.py: it is read-only\n")
    assert path.read_text() == before


def test_written_whole_or_not_at_all(project: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    before = (project / "train.py").read_text()
    monkeypatch.setattr(os, "fsync", full)
    result = invoke("check", "--add-noqa")
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr
    assert (project / "train.py").read_text() == before
    assert len(list(project.iterdir())) == 3


def test_stdin_has_nowhere_to_write_to(project: Path, invoke: Invoke) -> None:
    result = invoke("check", "--add-noqa", "-", input="")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "don't go together" in result.stderr
