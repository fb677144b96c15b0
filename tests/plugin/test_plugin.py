"""The plugin class by itself: what it may never do, and what it remembers."""

from __future__ import annotations

import ast
import gc
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

import bcelint.trace.tracer as tracer
from bcelint import flake8_plugin
from bcelint.cli.main import main
from bcelint.flake8_plugin import Plugin


@pytest.fixture(autouse=True)
def _a_fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flake8_plugin, "_workspace", None)
    monkeypatch.setattr(flake8_plugin, "_complained", False)


def report(path: Path, text: str | None = None) -> list[tuple[int, int, str]]:
    text = path.read_text() if text is None else text
    return [(line, column, message) for line, column, message, _ in Plugin(ast.parse(text), text.splitlines(keepends=True), str(path)).run()]


def test_line_and_column(project: Path) -> None:
    ((line, column, message),) = report(project / "train.py")
    assert (line, column) == (9, 7)
    assert message.startswith("BCE102 probabilities reach ")


def test_the_settings_of_the_garbage_collector_stay(project: Path) -> None:
    before = gc.get_threshold(), gc.get_freeze_count()
    assert report(project / "train.py") != []
    assert (gc.get_threshold(), gc.get_freeze_count()) == before


def test_the_buffer_wins_over_the_file_on_disk(project: Path) -> None:
    path = project / "train.py"
    text = path.read_text()
    assert [line for line, *_ in report(path, "\n\n" + text)] == [11]
    assert report(path, text.replace("bce_logits(net(x), y)", "net(x).sum()")) == []
    assert [line for line, *_ in report(path, text)] == [9]


@pytest.mark.parametrize("error", [RuntimeError("out of\nluck"), RecursionError(), MemoryError(), KeyError("x"), AssertionError()])
def test_no_exception_escapes(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception) -> None:
    def fail(*args: Any) -> None:
        raise error

    monkeypatch.setattr(tracer, "traced", fail)
    assert report(project / "train.py") == []
    assert report(project / "train.py", "\n" + (project / "train.py").read_text()) == []
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert "train.py" in captured.err
    assert type(error).__name__ in captured.err


def test_no_exception_escapes_from_the_index(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from bcelint.project.project import Project

    def fail(*args: Any) -> None:
        raise RuntimeError("out of luck")

    monkeypatch.setattr(Project, "entries", fail)
    assert report(project / "train.py") == []
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_files_that_come_later_cost_no_new_evaluation(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first file gets what it needs, the second one everything that hangs together with it; after that all is known."""
    names = ("one", "two", "three", "four")
    for name in names:
        (project / f"{name}.py").write_text("import torch.nn.functional as F\n\n\ndef loss(p, y):\n    return F.binary_cross_entropy(p, y)\n")
    (project / "main.py").write_text("".join(f"import {name}\n" for name in names))
    seen: list[list[str]] = []
    real = tracer.traced

    def count(project: Any, entries: Sequence[str], warn: Any) -> Any:
        seen.append(sorted(Path(entry).stem for entry in entries))
        return real(project, entries, warn)

    monkeypatch.setattr(tracer, "traced", count)
    for name in (*names, "main"):
        report(project / f"{name}.py")
    assert seen == [["main", "one"], sorted([*names, "main"])]


def test_a_file_that_unrelated_files_import(project: Path) -> None:
    """Two scripts that share nothing but a model without any loss are evaluated apart; the model's own file needs both."""
    (project / "again.py").write_text((project / "train.py").read_text())
    assert report(project / "again.py") != []
    assert report(project / "model.py") == []
    assert report(project / "train.py") != []


def test_a_second_run_in_one_process_sees_what_has_changed(project: Path) -> None:
    """An editor's extension makes many runs of flake8 in one process."""
    train, known = project / "train.py", project / "known.json"
    (project / "bcelint.toml").write_text('baseline = "known.json"')
    known.write_text('{"version": 1, "findings": {}}')
    Plugin.parse_options(SimpleNamespace())
    assert [line for line, *_ in report(train)] == [9]
    assert CliRunner().invoke(main, ["check", "--no-cache", "--write-baseline", "known.json"]).exit_code == 0
    Plugin.parse_options(SimpleNamespace())
    assert report(train) == []
    known.write_text('{"version": 1, "findings": {}}')
    (project / "model.py").write_text((project / "model.py").read_text().replace("torch.sigmoid(self.fc(x))", "self.fc(x)"))
    Plugin.parse_options(SimpleNamespace())
    assert report(train) == []
