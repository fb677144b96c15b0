"""What VS Code's flake8 extension runs: flake8 on saved files, again and again in one process, and the cells of a notebook as one text on stdin.

The pieces are those of the extension itself, which Microsoft publishes as a package.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Callable

import pytest

from tests.projects import LOGITS_MODEL, SIGMOID_MODEL, TRAIN, write_project

pytest.importorskip("pygls", reason="the extension's package needs Python 3.10")
from lsprotocol.types import NotebookCell, NotebookCellKind
from vscode_common_python_lsp import build_notebook_source, run_over_json_rpc, shutdown_json_rpc

RUNNER = """\
import sys
from vscode_common_python_lsp import JsonRpc, RunResult, run_message_loop, run_module

run_message_loop(JsonRpc(sys.stdin.buffer, sys.stdout.buffer), run_module, RunResult)
"""
FORMAT = "--format=%(row)d,%(col)d,%(code).1s,%(code)s:%(text)s"
LINE = re.compile(r"(?P<line>\d+),(?P<column>-?\d+),(?P<type>\w+),(?P<code>\w+\d+):(?P<message>[^\r\n]*)")

Shown = tuple[int, int, str]
Extension = Callable[..., list[Shown]]


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Extension]:
    """The places and codes that flake8 has in the process that the extension keeps; with a ``source`` for a text on stdin."""
    runner = tmp_path_factory.mktemp("extension") / "runner.py"
    runner.write_text(RUNNER, encoding="utf-8")

    def run(path: Path, folder: Path, source: str | None = None) -> list[Shown]:
        target = [str(path)] if source is None else ["--stdin-display-name", str(path), "-"]
        arguments = ["flake8", FORMAT, "--select=BCE", *target]
        done = run_over_json_rpc("workspace", [sys.executable], "flake8", arguments, source is not None, str(folder), str(runner), source)
        assert (done.stderr, done.exception) == ("", None)
        found = [LINE.fullmatch(line) for line in done.stdout.splitlines()]
        assert all(found), done.stdout
        return [(int(each["line"]), int(each["column"]), each["code"]) for each in found if each]

    yield run
    shutdown_json_rpc()


@pytest.mark.parametrize("below", [".", ".."], ids=["from the project", "from elsewhere"])
def test_a_saved_file(extension: Extension, project: Path, below: str) -> None:
    """Its working directory is the folder that is open, which may hold several projects."""
    assert extension(project / "train.py", project / below) == [(9, 8, "BCE102")]


def test_nothing_of_one_look_holds_for_the_next(extension: Extension, project: Path) -> None:
    shown = []
    for model, train in [(SIGMOID_MODEL, TRAIN), (LOGITS_MODEL, TRAIN), (SIGMOID_MODEL, "\n" + TRAIN), (SIGMOID_MODEL, TRAIN)]:
        write_project(project, model, train)
        shown.append(extension(project / "train.py", project))
    assert shown == [[(9, 8, "BCE102")], [], [(10, 8, "BCE102")], [(9, 8, "BCE102")]]


def test_the_cells_of_a_notebook(extension: Extension, project: Path) -> None:
    """They need not be saved. flake8 shows the lines of the text that it got, which the extension finds its cells by."""
    head, loss = TRAIN.split("\nnet = ")
    sources = ["%matplotlib inline", head, f"net = {loss}"]
    cells = [NotebookCell(NotebookCellKind.Code, str(number)) for number in range(len(sources))]
    text, offsets = build_notebook_source(cells, lambda uri: SimpleNamespace(source=sources[int(uri)], language_id="python"))
    notebook = project / "train.ipynb"
    notebook.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    ((line, column, code),) = extension(notebook, project, text)
    assert (line - offsets[2].start_line, column, code) == (4, 8, "BCE102")


def test_the_json_of_a_notebook_is_no_code(extension: Extension, project: Path) -> None:
    notebook = project / "train.ipynb"
    cell = {"cell_type": "code", "source": TRAIN, "metadata": {}, "outputs": [], "execution_count": 1}
    notebook.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1), encoding="utf-8")
    assert extension(notebook, project) == []
