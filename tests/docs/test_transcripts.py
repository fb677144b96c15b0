"""Every console block of every page, and the helper that replays them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.transcripts import ROOT, commands, files, replay, write

ELSEWHERE = {"runtime.md", "bceloss-claims.md"}
"""Pages about runs under torch, which tests/runtime replays."""

PAGES = [page for page in sorted((ROOT / "docs").glob("*.md")) if page.name not in ELSEWHERE and commands(page)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_show_what_is_printed(tmp_path: Path, page: Path) -> None:
    replay(page, tmp_path, torch=False)


def test_a_page_that_shows_something_else_is_noticed(tmp_path: Path) -> None:
    page, folder = tmp_path / "page.md", tmp_path / "files"
    folder.mkdir()
    text = "Of the README's files:\n\n```console\n$ bcelint check --quiet --select BCE2 .\n$ bcelint check --select BCE2 .\n{}\n```\n"
    page.write_text(text.format("All checks passed!"), encoding="utf-8")
    assert [command.output for command in replay(page, folder)] == ["", "All checks passed!\n"]
    page.write_text(text.format("Found 1 problem."), encoding="utf-8")
    with pytest.raises(AssertionError, match=r"page\.md: \$ bcelint check --select BCE2"):
        replay(page, folder)


def test_the_files_of_a_page_stand_where_its_commands_find_them(tmp_path: Path) -> None:
    page, folder = tmp_path / "page.md", tmp_path / "files"
    folder.mkdir()
    page.write_text(
        "`pkg/a.py`\n\n```python\nimport torch\n```\n\n~~~\n```console\n$ bcelint nonsense\n```\n~~~\n\n"
        "```console\n$ pip install something\n$ bcelint trace pkg/a.py\nNo loss calls found.\n```\n",
        encoding="utf-8",
    )
    assert [command.program for command in commands(page)] == ["pip", "bcelint"]
    assert len(replay(page, folder)) == 1
    assert [path.name for path in folder.rglob("*.py")] == ["a.py"]


OTHERS = ROOT / "docs" / "other-linters.md"
ROWS = re.findall(r"^\| (?:`(--[^`]+)`|none) \| (reported|silent) \|$", OTHERS.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("options", "outcome"), ROWS)
def test_flake8_selects_as_the_table_says(tmp_path: Path, options: str, outcome: str) -> None:
    write([file for file in files(OTHERS) if file.name == "score.py"], tmp_path)
    command = [sys.executable, "-m", "flake8", "--isolated", *options.split(), "score.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert ("BCE102" in done.stdout) == (outcome == "reported"), done.stdout + done.stderr


def test_the_table_has_both_outcomes() -> None:
    assert {outcome for _, outcome in ROWS} == {"reported", "silent"}


def test_ruff_takes_our_comments_for_mistakes_without_the_setting(tmp_path: Path) -> None:
    pytest.importorskip("ruff")
    write([file for file in files(OTHERS) if file.name == "quiet.py"], tmp_path)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "RUF", "quiet.py"]
    without = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert "BCE102" in without.stdout
    setting = [*command, "--config", 'lint.external=["BCE"]']
    assert subprocess.run(setting, cwd=tmp_path, capture_output=True, check=False).returncode == 0


def test_rows_that_are_quoted_stand_in_the_tables() -> None:
    quoted = files(ROOT / "docs" / "adding-knowledge.md")
    assert quoted
    for each in quoted:
        source = [line.strip().rstrip(",") for line in (ROOT / "bcelint" / each.name).read_text(encoding="utf-8").splitlines()]
        assert [line for line in each.text.splitlines() if line.strip().rstrip(",") not in source] == []
