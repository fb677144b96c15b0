"""The cache on disk: an earlier run's outcome is used as long as nothing has changed that it hangs on, and only then."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import bcelint
from bcelint.analysis import cache, session
from bcelint.analysis.cache import Cache, default_cache
from bcelint.analysis.result import Result
from bcelint.analysis.workspace import Workspace

MODEL = "import torch\n\n\ndef model(x):\n    return torch.sigmoid(x)\n"
TRAIN = """\
import torch
import torch.nn.functional as F
from model import model

F.binary_cross_entropy_with_logits(model(torch.randn(4)), torch.rand(4))
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a misuse over two files, and a file without a loss; it is the working directory."""
    top = tmp_path / "project"
    top.mkdir()
    (top / "pyproject.toml").write_text("")
    (top / "model.py").write_text(MODEL)
    (top / "train.py").write_text(TRAIN)
    (top / "other.py").write_text("x = 1\n")
    monkeypatch.chdir(top)
    return top


@pytest.fixture
def store(tmp_path: Path) -> Cache:
    return Cache(str(tmp_path / "cache"))


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The entries of the tasks that were really evaluated, one after the other."""
    seen: list[tuple[str, ...]] = []
    genuine = Workspace._evaluate

    def counting(self, task):  # type: ignore[no-untyped-def]
        seen.append(task.entries)
        return genuine(self, task)

    monkeypatch.setattr(Workspace, "_evaluate", counting)
    return seen


def check(folder: Path, store: Cache | None) -> Result:
    return session.analyse([str(folder)], session.choose_rules(advice=True), jobs=1, cache=store)


def records(store: Cache) -> list[Path]:
    return sorted(Path(store.folder).rglob("*.json"))


def test_the_next_run_finds_the_same_and_evaluates_nothing(project: Path, store: Cache, evaluated: list[tuple[str, ...]]) -> None:
    first = check(project, store)
    assert [finding.code for finding in first.findings] == ["BCE102"]
    assert len(evaluated) == 1
    second = check(project, store)
    assert len(evaluated) == 1
    assert second.findings == first.findings
    assert second.calls == first.calls


def test_a_file_that_was_read_counts(project: Path, store: Cache, evaluated: list[tuple[str, ...]]) -> None:
    check(project, store)
    (project / "model.py").write_text(MODEL.replace("torch.sigmoid(x)", "x"))
    assert check(project, store).findings == []
    assert len(evaluated) == 2


def test_a_file_that_was_not_read_does_not(project: Path, store: Cache, evaluated: list[tuple[str, ...]]) -> None:
    check(project, store)
    (project / "other.py").write_text("x = 2\n")
    assert len(check(project, store).findings) == 1
    assert len(evaluated) == 1


def test_a_new_file_counts_since_it_may_be_imported(project: Path, store: Cache, evaluated: list[tuple[str, ...]]) -> None:
    check(project, store)
    (project / "torch_extra.py").write_text("")
    check(project, store)
    assert len(evaluated) == 2


def test_an_unsaved_text_counts(project: Path, store: Cache) -> None:
    path = str(project / "model.py")
    repaired = MODEL.replace("torch.sigmoid(x)", "x")
    assert len(check(project, store).findings) == 1
    assert session.analyse_text(repaired, path, session.choose_rules(), store).findings == []
    with_overlay = Workspace({path: repaired}, store)
    assert [call.verdict.value for task in with_overlay.tasks([path]) for call in with_overlay.run(task).calls] == ["ok"]
    assert len(check(project, store).findings) == 1


def test_the_working_directory_counts_since_messages_name_paths(project: Path, store: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "model.py:5" in check(project, store).findings[0].message
    monkeypatch.chdir(project.parent)
    assert os.path.join("project", "model.py:5") in check(project, store).findings[0].message


def test_another_version_counts(project: Path, store: Cache, evaluated: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    check(project, store)
    monkeypatch.setattr(cache, "_tool", lambda: "other")
    check(project, store)
    assert len(evaluated) == 2


def test_all_files_of_the_program_stand_for_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    walked: list[str] = []
    genuine = os.walk
    monkeypatch.setattr(os, "walk", lambda top: walked.append(top) or genuine(top))
    assert cache._tool.__wrapped__() == cache._tool()
    assert walked[0] == os.path.dirname(os.path.abspath(bcelint.__file__))


def test_what_other_versions_left_long_ago_goes(project: Path, store: Cache) -> None:
    old, recent = Path(store.folder, "old"), Path(store.folder, "recent")
    for folder in (old, recent):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    check(project, store)
    assert not old.exists()
    assert recent.exists()


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"files": 1}'])
def test_a_damaged_record_is_as_none(project: Path, store: Cache, damage: str) -> None:
    first = check(project, store)
    (record,) = records(store)
    record.write_text(damage)
    assert check(project, store).findings == first.findings
    assert json.loads(record.read_text())["outcome"]["calls"]


def test_a_folder_that_cannot_be_written_is_no_cache(project: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert len(check(project, Cache(str(tmp_path / "file"))).findings) == 1


def test_what_failed_is_not_kept(project: Path, store: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bcelint.trace.tracer.traced", lambda *args: 1 / 0)
    assert check(project, store).crashed
    assert records(store) == []


def test_the_environment_names_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(cache.VARIABLE, "")
    assert default_cache() is None
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    found = default_cache()
    assert found is not None
    assert found.folder == str(tmp_path)
    monkeypatch.delenv(cache.VARIABLE)
    found = default_cache()
    assert found is not None
    assert os.path.basename(found.folder) == "bcelint"


@pytest.mark.parametrize("command", [["bcelint", "check", "train.py"], ["flake8", "--select=BCE", "train.py"]], ids=["check", "flake8"])
def test_front_ends_use_it_and_then_need_no_parser(project: Path, tmp_path: Path, command: list[str]) -> None:
    folder = tmp_path / "kept"
    environment = {**os.environ, cache.VARIABLE: str(folder)}
    code = (
        f"import runpy, sys; sys.argv = {command!r}\n"
        f"try:\n    runpy.run_module({command[0]!r}, run_name='__main__')\nfinally:\n    print('libcst' in sys.modules)"
    )

    def run() -> list[str]:
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
        return done.stdout.splitlines()

    first, second = run(), run()
    assert any("BCE102" in line for line in first)
    assert (first[:-1], first[-1], second[-1]) == (second[:-1], "True", "False")


def test_no_cache_leaves_nothing_behind(project: Path, tmp_path: Path) -> None:
    environment = {**os.environ, cache.VARIABLE: str(tmp_path / "kept")}
    subprocess.run([sys.executable, "-m", "bcelint", "check", "--no-cache", "."], env=environment, capture_output=True, check=False)
    assert not (tmp_path / "kept").exists()


def test_the_configuration_counts_where_it_changes_what_is_found(project: Path, store: Cache, evaluated: list[tuple[str, ...]]) -> None:
    from bcelint.config import Settings

    def found() -> list[str]:
        return [finding.code for finding in session.analyse([str(project)], Settings(), jobs=1, cache=store).findings]

    configuration = project / "bcelint.toml"
    assert found() == ["BCE102"]
    configuration.write_text('[calls."model.model"]\nreturns = "logits"\n')
    assert found() == []
    configuration.write_text('[calls."model.model"]\nreturns = "log-probabilities"\n')
    assert found() == ["BCE102"]
    assert len(evaluated) == 3
    (project / "other").mkdir()
    (project / "other" / "model.py").write_text(MODEL.replace("torch.sigmoid(x)", "x"))
    configuration.write_text("")
    assert found() == ["BCE102"]
    configuration.write_text('source-roots = ["other"]\n')
    (project / "model.py").rename(project / "gone.py")
    assert found() == []
    configuration.write_text('select = ["BCE2"]\n')  # only chooses among what was found
    assert found() == []
    before = len(evaluated)
    configuration.write_text('select = ["BCE1"]\n')
    found()
    assert len(evaluated) == before


def test_a_file_that_is_saved_while_it_is_evaluated(project: Path, store: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found out belongs to the text that was read, not to the one that stands there by the time it is kept."""
    genuine = Workspace._evaluate

    def saved_meanwhile(self, task):  # type: ignore[no-untyped-def]
        outcome = genuine(self, task)
        (project / "model.py").write_text(MODEL.replace("torch.sigmoid(x)", "x"))
        return outcome

    monkeypatch.setattr(Workspace, "_evaluate", saved_meanwhile)
    assert [finding.code for finding in check(project, store).findings] == ["BCE102"]
    monkeypatch.setattr(Workspace, "_evaluate", genuine)
    assert check(project, store).findings == check(project, None).findings == []
