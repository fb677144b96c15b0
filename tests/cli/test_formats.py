"""``--output-format`` and ``--output-file``: the same findings in every form."""

from __future__ import annotations

import functools
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable

import pytest
from click.testing import Result

Check = Callable[..., Result]

FORMATS = ("text", "concise", "json", "github", "sarif")
LINE = re.compile(r"(?P<path>.+):(?P<line>\d+):(?P<column>\d+): (?P<code>BCE\d{3}) (?P<message>.+)")
COMMAND = re.compile(r"::(?P<level>error|warning|notice) (?P<properties>.*?)::(?P<message>.*)")


@pytest.fixture
def check(invoke: Check) -> Check:
    return functools.partial(invoke, "check")


def properties(line: str) -> dict[str, str]:
    """The properties of a workflow command, read as GitHub's runner reads them."""
    match = COMMAND.fullmatch(line)
    assert match, line
    values = dict(part.split("=", 1) for part in match["properties"].split(","))
    return {
        name: value.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
        for name, value in values.items()
    }


def places(form: str, output: str) -> list[tuple[str, int, int, str]]:
    """Path, line, column and code of every finding in the output."""
    if form == "json":
        return [(each["path"], each["line"], each["column"], each["code"]) for each in json.loads(output)]
    if form == "github":
        commands = [properties(line) for line in output.splitlines()]
        return [(each["file"], int(each["line"]), int(each["col"]), each["title"].split()[0]) for each in commands if "BCE" in each["title"]]
    if form == "sarif":
        found = []
        for result in json.loads(output)["runs"][0]["results"]:
            physical = result["locations"][0]["physicalLocation"]
            region = physical["region"]
            found.append((physical["artifactLocation"]["uri"], region["startLine"], region["startColumn"], result["ruleId"]))
        return found
    lines = [LINE.fullmatch(line) for line in output.splitlines() if not line.startswith(" ") and line != "Found 1 problem."]
    return [(m["path"], int(m["line"]), int(m["column"]), m["code"]) for m in lines if m]


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_finding_in_every_form(project: Path, check: Check, form: str) -> None:
    result = check("--output-format", form)
    assert places(form, result.stdout) == [("train.py", 9, 8, "BCE102")]
    assert result.stderr == ""
    assert result.exit_code == 1


@pytest.mark.parametrize("form", FORMATS)
def test_stdin(project: Path, check: Check, form: str) -> None:
    text = "\n" + (project / "train.py").read_text()
    result = check("-", "--stdin-filename", "train.py", "--output-format", form, input=text)
    assert places(form, result.stdout) == [("train.py", 10, 8, "BCE102")]
    assert result.exit_code == 1


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_found(project: Path, check: Check, form: str) -> None:
    (project / "train.py").unlink()
    result = check("--output-format", form)
    assert places(form, result.stdout) == []
    assert result.exit_code == 0
    said = {"text": "All checks passed!\n", "concise": "All checks passed!\n", "json": "[]\n", "github": ""}
    assert form == "sarif" or result.stdout == said[form]
    assert check("--output-format", "concise", "--quiet").stdout == ""


@pytest.mark.parametrize("form", FORMATS)
def test_a_crash_is_said(crashing: Path, check: Check, form: str) -> None:
    result = check("--output-format", form)
    assert places(form, result.stdout) == [("train.py", 9, 8, "BCE102")]
    assert "warning: broken.py: " in result.stderr
    assert result.exit_code == 2
    if form == "sarif":
        (invocation,) = json.loads(result.stdout)["runs"][0]["invocations"]
        assert invocation["executionSuccessful"] is False
        (said,) = invocation["toolExecutionNotifications"]
        assert "out of luck" in said["message"]["text"]


@pytest.mark.parametrize("name", ["größe 日本.py", "a,b:c%41.py", "#odd?.py"])
def test_unusual_names(project: Path, check: Check, name: str, sarif_path: Callable[..., str]) -> None:
    (project / "train.py").rename(project / name)
    for form in ("concise", "json", "github"):
        assert places(form, check("--output-format", form).stdout) == [(name, 9, 8, "BCE102")]
    log = json.loads(check("--output-format", "sarif").stdout)
    (result,) = log["runs"][0]["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uri"].isascii()
    assert not set(artifact["uri"]) & set(" :?#,")
    assert sarif_path(log, artifact) == str(project / name)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are bytes on other systems only")
@pytest.mark.parametrize("form", FORMATS)
def test_a_name_that_is_no_text(project: Path, form: str) -> None:
    os.rename(project / "train.py", os.fsencode(project) + b"/tr\xff.py")
    done = subprocess.run([sys.executable, "-m", "bcelint", "check", "--output-format", form], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "BCE102" in done.stdout


def test_a_line_break_in_a_name_breaks_no_line(project: Path, check: Check) -> None:
    (project / "train.py").rename(project / "a\nb.py")
    (line,) = check("--output-format", "github").stdout.splitlines()
    assert properties(line)["file"] == "a\nb.py"
    assert len(check("--output-format", "concise", "-q").stdout.splitlines()) == 1


def test_github_levels_and_lines(project: Path, check: Check) -> None:
    advised = (project / "train.py").read_text().replace("binary_cross_entropy_with_logits as", "binary_cross_entropy as")
    (project / "train.py").write_text(advised.replace("bce_logits(net(x), y)", "bce_logits(\n    net(x), y\n)"))
    (line,) = check("--advice", "--output-format", "github").stdout.splitlines()
    assert line.startswith("::notice file=train.py,line=9,endLine=11,title=BCE901 prefer-bce-with-logits::train.py:9:8: BCE901 ")


def test_github_paths_are_those_of_the_checkout(project: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "sub").mkdir()
    monkeypatch.chdir(project / "sub")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(project))
    (line,) = check("..", "--output-format", "github").stdout.splitlines()
    assert properties(line)["file"] == "train.py"
    monkeypatch.setenv("GITHUB_WORKSPACE", str(project / "sub"))
    (line,) = check("..", "--output-format", "github").stdout.splitlines()
    assert properties(line)["file"] == (project / "train.py").as_posix()


@pytest.mark.parametrize("form", FORMATS)
def test_output_file(project: Path, check: Check, form: str) -> None:
    printed = check("--output-format", form)
    result = check("--output-format", form, "--output-file", "out.txt")
    assert (result.stdout, result.exit_code) == ("", 1)
    assert (project / "out.txt").read_text(encoding="utf-8") == printed.stdout
    assert "\x1b" not in printed.stdout


def test_output_file_is_replaced_whole(project: Path, check: Check) -> None:
    old = project / "out.txt"
    old.write_text("x" * 100_000)
    old.chmod(0o640)
    os.symlink("out.txt", project / "link.txt")
    before = old.stat().st_ino
    assert check("--output-format", "concise", "--quiet", "-o", "link.txt").exit_code == 1
    assert (project / "link.txt").is_symlink()
    assert len(old.read_text().splitlines()) == 1
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert old.stat().st_ino != before
    assert sorted(path.name for path in project.iterdir()) == ["link.txt", "model.py", "out.txt", "pyproject.toml", "train.py"]


def test_an_output_file_that_cannot_be_written(project: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    for bad in ("nowhere/out.txt", "."):
        result = check("--output-file", bad)
        assert (result.exit_code, result.stdout) == (2, "")
        assert bad.split("/")[0] in result.stderr

    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    (project / "out.txt").write_text("before")
    monkeypatch.setattr(os, "fsync", full)
    result = check("--output-file", "out.txt")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: out.txt: can't be written: No space left on device\n"
    assert (project / "out.txt").read_text() == "before"
    assert len(list(project.iterdir())) == 4


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="there is no such device")
def test_a_device_as_output_file(project: Path) -> None:
    command = [sys.executable, "-m", "bcelint", "check", "-q", "--output-format", "concise", "-o", "/dev/stdout"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.stdout.startswith("train.py:9:8: BCE102 ")
