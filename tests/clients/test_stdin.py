"""The real flake8 as editors call it: the buffer on stdin, its path as the display name, a format of the editor's own."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.clients.editor_docs import blocks
from tests.projects import LOGITS_MODEL, TRAIN, write_project

BUFFER = "\n\n" + TRAIN
"""What is in the editor; the file on disk is another."""
DEFAULT_LINE = re.compile(r"(?P<path>.+?):(?P<line>\d+):(?P<column>\d+): (?P<code>\w+) (?P<message>.*)")

Shown = tuple[int, int, str]


def call(flake8: str, arguments: Sequence[str], folder: Path, buffer: str = BUFFER) -> str:
    done = subprocess.run([flake8, *arguments], cwd=folder, input=buffer.encode(), capture_output=True, check=False)
    assert done.stderr == b""
    return done.stdout.decode()


def shown(output: str, line: re.Pattern[str]) -> list[Shown]:
    found = [line.fullmatch(each) for each in output.splitlines()]
    assert all(found), output
    return [(int(each["line"]), int(each["column"]), each["code"]) for each in found if each and each["code"].startswith("BCE")]


(SUBLIME,) = (block["linters"]["flake8"]["args"] for block in blocks("json") if "linters" in block)


@pytest.mark.parametrize("name", ["train.py", "./train.py", "{project}/train.py"])
@pytest.mark.parametrize(
    "call_of",
    [
        ["--format=default", "--stdin-display-name", "{name}", "-"],
        ["--format=default", "--stdin-display-name={name}", "-"],
        ["--format=default", *(argument.replace("${file:stdin}", "{name}") for argument in SUBLIME), "-"],
    ],
    ids=["ALE", "Flycheck", "SublimeLinter with the settings of the docs"],
)
def test_as_editors_call_it(project: Path, flake8: str, call_of: list[str], name: str) -> None:
    name = name.format(project=project)
    output = call(flake8, [argument.format(name=name) for argument in call_of], project)
    assert shown(output, DEFAULT_LINE) == [(11, 8, "BCE102")]
    assert {each.split(":")[0] for each in output.splitlines()} == {name}


def test_as_nvim_lint_calls_it(project: Path, flake8: str) -> None:
    """Its pattern takes no colon in the path, and the rest of the line for the message."""
    layout = "--format=%(path)s:%(row)d:%(col)d:%(code)s:%(text)s"
    output = call(flake8, [layout, "--no-show-source", "--stdin-display-name", str(project / "train.py"), "-"], project)
    line = re.compile(r"[^:]+:(?P<line>\d+):(?P<column>\d+):(?P<code>\w+):(?P<message>.+)")
    assert shown(output, line) == [(11, 8, "BCE102")]


def test_a_repaired_buffer_is_clean(project: Path, flake8: str) -> None:
    repaired = BUFFER.replace("with_logits as bce_logits", "with_logits as _, binary_cross_entropy as bce_logits")
    assert shown(call(flake8, ["--stdin-display-name", str(project / "train.py"), "-"], project, repaired), DEFAULT_LINE) == []


def test_the_neighbour_is_read_from_disk(project: Path, flake8: str) -> None:
    arguments = ["--stdin-display-name", str(project / "train.py"), "-"]
    assert shown(call(flake8, arguments, project), DEFAULT_LINE) == [(11, 8, "BCE102")]
    write_project(project, model=LOGITS_MODEL)
    assert shown(call(flake8, arguments, project), DEFAULT_LINE) == []


def test_a_new_file_and_one_in_a_folder_without_a_project(tmp_path: Path, flake8: str) -> None:
    """The file has not been saved yet."""
    loose = write_project(tmp_path / "loose")
    (loose / "pyproject.toml").unlink()
    assert shown(call(flake8, ["--stdin-display-name", str(loose / "new.py"), "-"], tmp_path), DEFAULT_LINE) == [(11, 8, "BCE102")]


def test_a_comment_in_the_buffer_silences(project: Path, flake8: str) -> None:
    silenced = BUFFER.replace("bce_logits(net(x), y)", "bce_logits(net(x), y)  # noqa: BCE102")
    assert shown(call(flake8, ["--stdin-display-name", str(project / "train.py"), "-"], project, silenced), DEFAULT_LINE) == []


def test_the_settings_of_the_docs(project: Path, flake8: str) -> None:
    """With them flake8 speaks of our codes alone; without, of white space too."""
    untidy = BUFFER + "print(loss) \n"
    arguments = ["--stdin-display-name", str(project / "train.py"), "-"]
    assert "W291" in call(flake8, arguments, project, untidy)
    (settings,) = blocks("ini")
    (project / ".flake8").write_text(settings, encoding="utf-8")
    assert [line.split()[1] for line in call(flake8, arguments, project, untidy).splitlines()] == ["BCE102"]


def test_the_arguments_of_the_docs_for_emacs(project: Path, flake8: str) -> None:
    (command,) = re.findall(r"python-flymake-command '\((.*?)\)\)", "".join(blocks("elisp")))
    _, *arguments = re.findall(r'"([^"]*)"', command)
    assert shown(call(flake8, arguments, project), DEFAULT_LINE) == [(11, 8, "BCE102")]
