"""The hooks, installed and run by the real pre-commit in a repository of a user's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
import pytest

from tests.projects import LOGITS_MODEL, SIGMOID_MODEL, TRAIN, write_project

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """\
repos:
-   repo: {repository}
    rev: {revision}
    hooks:
    -   id: bcelint
    -   id: bcelint-fix
        stages: [manual]
"""
DOUBLE_SIGMOID = "train.py:9:8: BCE102"
INLINE = TRAIN.replace("bce_logits(net(x), y)", "bce_logits(torch.sigmoid(net(x)), y)")


class Repository:
    """A git repository with ``model.py`` and ``train.py`` committed, and the hook ``bcelint`` installed."""

    def __init__(self, folder: Path, hooks: Path, environment: dict[str, str]) -> None:
        self.folder, self._environment = folder, environment
        write_project(folder, model=LOGITS_MODEL)
        git(folder, "init", "--quiet")
        revision = git(hooks, "rev-parse", "HEAD").stdout.strip()
        (folder / ".pre-commit-config.yaml").write_text(CONFIG.format(repository=hooks, revision=revision), encoding="utf-8")
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "--message", "start")
        assert self.pre_commit("install").returncode == 0

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run(["git", *arguments], self.folder, self._environment)

    def pre_commit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run([sys.executable, "-m", "pre_commit", *arguments], self.folder, self._environment)

    def commits(self) -> int:
        return int(self.git("rev-list", "--count", "HEAD").stdout)


def run(command: Sequence[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """``stdout`` holds what is written to stderr too, where ``git commit`` shows what its hooks say."""
    return subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False)


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = run(["git", *arguments], folder, environment_for(folder / "unused"))
    assert done.returncode == 0, done.stdout
    return done


def environment_for(store: Path) -> dict[str, str]:
    """Without what belongs to this process's Python or repository, and with nothing of the user's git."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "GIT_", "PRE_COMMIT"))}
    names = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "a"), ("EMAIL", "a@localhost"))}
    return {**kept, **names, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PRE_COMMIT_HOME": str(store), "PYTHONUTF8": "1"}


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository that holds this package, as the one that users name in their configuration."""
    folder = tmp_path_factory.mktemp("hooks")
    shutil.copytree(ROOT / "bcelint", folder / "bcelint", ignore=shutil.ignore_patterns("__pycache__"))
    for name in (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "hooks")
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One store for all tests, so that bcelint is installed into it once."""
    return environment_for(tmp_path_factory.mktemp("store"))


@pytest.fixture
def repository(tmp_path: Path, hooks: Path, environment: dict[str, str]) -> Repository:
    return Repository(tmp_path, hooks, environment)


def test_try_repo_runs_both_hooks(tmp_path: Path, hooks: Path, environment: dict[str, str]) -> None:
    write_project(tmp_path, model=LOGITS_MODEL, train=INLINE)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    tried = run([sys.executable, "-m", "pre_commit", "try-repo", str(hooks), "--all-files", "--verbose"], tmp_path, environment)
    assert tried.returncode == 1, tried.stdout
    assert "- hook id: bcelint\n" in tried.stdout
    assert "train.py:9:8: BCE102" in tried.stdout
    assert "- hook id: bcelint-fix\n" in tried.stdout
    assert "files were modified by this hook" in tried.stdout
    assert (tmp_path / "train.py").read_text(encoding="utf-8") == TRAIN


def is_refused(repository: Repository) -> None:
    """A commit of what has changed."""
    refused = repository.git("commit", "--all", "--message", "refused")
    assert refused.returncode == 1, refused.stdout
    assert DOUBLE_SIGMOID in refused.stdout
    assert repository.commits() == 1


def test_a_bad_commit_is_refused_and_a_repaired_one_passes(repository: Repository) -> None:
    repository.write("train.py", INLINE)
    is_refused(repository)
    repository.write("train.py", TRAIN + "print(loss)\n")
    passed = repository.git("commit", "--all", "--message", "train")
    assert passed.returncode == 0, passed.stdout
    assert "Passed" in passed.stdout
    assert repository.commits() == 2


def test_a_change_that_breaks_a_loss_in_another_file_is_refused(repository: Repository) -> None:
    """The hook gets ``model.py`` alone; the loss call that it breaks is in ``train.py``."""
    repository.write("model.py", SIGMOID_MODEL)
    is_refused(repository)


def test_a_long_list_of_files_stays_one_run(repository: Repository) -> None:
    """Where pre-commit splits the list over processes, one with a ``model.py`` and one with its ``train.py`` would both report the call."""
    for number in range(8):
        write_project(repository.folder / f"p{number}")
    repository.git("add", ".")
    refused = repository.git("commit", "--message", "many")
    assert refused.stdout.count("BCE102") == 8, refused.stdout
    assert refused.stdout.count("Found 8 problems.") == 1


def test_a_notebook_is_checked_too(repository: Repository) -> None:
    cells = [nbformat.v4.new_code_cell(cell) for cell in INLINE.split("\n\n")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), str(repository.folder / "train.ipynb"))
    repository.git("add", "train.ipynb")
    refused = repository.git("commit", "--message", "notebook")
    assert refused.returncode == 1, refused.stdout
    assert "train.ipynb:cell 3:4:8: BCE102" in refused.stdout


def test_only_what_is_staged_counts(repository: Repository) -> None:
    repository.write("train.py", TRAIN + "print(loss)\n")
    repository.git("add", "train.py")
    repository.write("train.py", INLINE)
    passed = repository.git("commit", "--message", "staged")
    assert passed.returncode == 0, passed.stdout
    assert repository.read("train.py") == INLINE


def test_the_fixing_hook_changes_a_staged_file_and_fails_once(repository: Repository) -> None:
    repository.write("train.py", INLINE)
    repository.git("add", "train.py")
    fixing = ("run", "--hook-stage", "manual", "bcelint-fix")
    first = repository.pre_commit(*fixing)
    assert first.returncode == 1, first.stdout
    assert "files were modified by this hook" in first.stdout
    assert repository.read("train.py") == TRAIN
    repository.write("other.py", "print()\n")
    repository.git("add", ".")
    second = repository.pre_commit(*fixing)
    assert second.returncode == 0, second.stdout
    assert repository.git("commit", "--message", "repaired").returncode == 0


def test_the_fixing_hook_leaves_unstaged_changes_as_they_are(repository: Repository) -> None:
    repository.write("train.py", INLINE)
    repository.git("add", "train.py")
    repository.write("model.py", LOGITS_MODEL + "\nWIDTH = 8\n")
    assert repository.pre_commit("run", "--hook-stage", "manual", "bcelint-fix").returncode == 1
    assert repository.read("train.py") == TRAIN
    assert repository.read("model.py") == LOGITS_MODEL + "\nWIDTH = 8\n"


def test_the_fixing_hook_fails_where_something_is_left(repository: Repository) -> None:
    """The sigmoid in the model is no safe repair: the hook says so and changes nothing."""
    repository.write("model.py", SIGMOID_MODEL)
    repository.git("add", "model.py")
    left = repository.pre_commit("run", "--hook-stage", "manual", "bcelint-fix")
    assert left.returncode == 1, left.stdout
    assert f"left  {DOUBLE_SIGMOID}" in left.stdout
    assert "files were modified by this hook" not in left.stdout
    assert repository.read("model.py") == SIGMOID_MODEL
