"""What is wrong with a configuration is said in one line."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Callable

import pytest
from click.testing import Result

WRONG = [
    ('selct = ["BCE1"]', "selct: unknown key; did you mean select?"),
    ("per_file_ignores = {}", "per_file_ignores: unknown key; did you mean per-file-ignores?"),
    ("zzz = 1", "zzz: unknown key; it may be advice, calls, exclude, extend-exclude, ignore, losses, per-file-ignores, select or source-roots"),
    ('select = "BCE1"', "select: is a string and should be a list of strings"),
    ('select = ["BCE999"]', "select: no rule has the code or prefix 'BCE999'; did you mean BCE"),
    ('ignore = ["E501"]', "ignore: no rule has the code or prefix 'E501'; did you mean BCE"),
    ('per-file-ignores = {"x.py" = ["BCE8"]}', "per-file-ignores.\"x.py\": no rule has the code or prefix 'BCE8'"),
    ("per-file-ignores = []", "per-file-ignores: is an array and should be a table"),
    ("advice = 1", "advice: is an integer and should be true or false"),
    ('exclude = ["a", 1]', "exclude: is an array and should be a list of strings"),
    ('exclude = ["!"]', "exclude: '!' is no pattern as in a .gitignore"),
    ('source-roots = ["nowhere"]', "source-roots: 'nowhere' is no folder"),
    ('losses = {"a.B" = {predicton = "logits"}}', 'losses."a.B".predicton: unknown key; did you mean prediction?'),
    ('calls = {"a.b" = {returns = "logit"}}', "calls.\"a.b\".returns: 'logit' is not known; did you mean logits?"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_the_command_line_ends_with_2(project: Path, invoke: Callable[..., Result], text: str, said: str) -> None:
    (project / "pyproject.toml").write_text(f"[tool.bcelint]\n{text}\n")
    for command in ("check", "trace", "fix"):
        result = invoke(command, "--no-cache")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"error: pyproject.toml: tool.bcelint.{said}")
        assert result.stderr.count("\n") == 1
    (project / "pyproject.toml").unlink()
    (project / "bcelint.toml").write_text(text)
    assert invoke("check", "--no-cache").stderr.startswith(f"error: bcelint.toml: {said}")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[tool.bcelint", "is no TOML: "),
        (b"[tool]\nbcelint = 1", "tool.bcelint: should be a table"),
        (b"# bcelint \xff", "is no TOML: is not written in UTF-8"),
    ],
)
def test_files_that_are_broken(project: Path, invoke: Callable[..., Result], data: bytes, said: str) -> None:
    (project / "pyproject.toml").write_bytes(data)
    result = invoke("check", "--no-cache")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: pyproject.toml: {said}")
    assert result.stderr.count("\n") == 1


def test_a_file_that_is_not_there_or_not_ours(project: Path, invoke: Callable[..., Result]) -> None:
    assert invoke("check", "--config", "gone.toml").stderr == "error: gone.toml: no such file\n"
    (project / "pyproject.toml").write_text("[project]\n")
    assert invoke("check", "--config", "pyproject.toml").stderr == "error: pyproject.toml: has no table [tool.bcelint]\n"


@pytest.mark.parametrize(("jobs", "start"), [("1", ""), ("2", "fork"), ("2", "spawn")])
def test_flake8_says_it_once_and_goes_on(project: Path, flake8: Callable[..., subprocess.CompletedProcess[str]], jobs: str, start: str) -> None:
    (project / "pyproject.toml").write_text('[tool.bcelint]\nselct = ["BCE1"]\n')
    for name in ("a", "b", "c"):
        (project / f"{name}.py").write_text((project / "train.py").read_text())
    done = flake8("-j", jobs, ".", start=start)
    assert done.stdout.count(": BCE") == 12
    assert done.stderr.startswith("bcelint: pyproject.toml: tool.bcelint.selct: unknown key; did you mean select?")
    assert done.stderr.count("\n") == 1


def test_flake8_survives_a_configuration_that_it_meets_on_its_way(project: Path, flake8: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "x.py").write_text((project / "train.py").read_text())
    (project / "sub" / "bcelint.toml").write_bytes(b"\xff")
    done = flake8("-j", "1", ".")
    assert done.stdout.count(": BCE") == 6
    assert done.stderr.count("\n") == 1
