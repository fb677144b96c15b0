"""Every console block of every page, and the helper that replays them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.transcripts import ROOT, commands, replay

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
