"""Trees are parsed once for each text, and kept within a limit."""

from __future__ import annotations

import pytest

from bcelint.project import trees
from bcelint.project.reading import source_from_text
from bcelint.project.source import BadInput
from bcelint.project.trees import tree_of


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(trees, "_kept", type(trees._kept)())


@pytest.fixture
def parsed(monkeypatch):
    """The paths that were parsed."""
    paths: list[str] = []
    parse = trees.parse
    monkeypatch.setattr(trees, "parse", lambda source: paths.append(source.path) or parse(source))
    return paths


def test_the_same_text_of_a_file_is_parsed_once(parsed):
    first = tree_of(source_from_text("/a.py", "x = 1"))
    assert tree_of(source_from_text("/a.py", "x = 1")) is first
    assert tree_of(source_from_text("/a.py", "x = 2")) is not first
    assert tree_of(source_from_text("/a.py", "x = 1")) is first
    assert parsed == ["/a.py", "/a.py"]


def test_files_with_the_same_text_have_trees_of_their_own():
    assert tree_of(source_from_text("/a.py", "x = 1")) is not tree_of(source_from_text("/b.py", "x = 1"))


def test_what_is_bad_is_parsed_once_too(parsed):
    for _ in range(2):
        with pytest.raises(BadInput, match=r"^/a\.py: syntax error"):
            tree_of(source_from_text("/a.py", "def"))
    assert parsed == ["/a.py"]


def test_no_more_is_kept_than_the_limit(parsed, monkeypatch):
    monkeypatch.setattr(trees, "KEPT", len("a = 1b = 2"))
    for name in "abab":
        tree_of(source_from_text(f"/{name}.py", f"{name} = 1"))
    assert parsed == ["/a.py", "/b.py"]
    for name in "cc":
        tree_of(source_from_text(f"/{name}.py", f"{name} = 1"))
    assert parsed[2:] == ["/c.py"], "another one makes room for it"
    for name in "ab":
        tree_of(source_from_text(f"/{name}.py", f"{name} = 1"))
    assert len(parsed) > 3


def test_going_round_finds_some_of_what_does_not_fit(parsed, monkeypatch):
    monkeypatch.setattr(trees, "KEPT", 8 * len("x = 1"))
    for _ in range(20):
        for number in range(10):
            tree_of(source_from_text(f"/{number}.py", "x = 1"))
    assert len(parsed) < 120, "of 200; where the one used longest ago goes, all of them are parsed each time"


def test_a_text_above_the_limit_is_the_only_one_kept(parsed, monkeypatch):
    monkeypatch.setattr(trees, "KEPT", 1)
    for _ in range(2):
        tree_of(source_from_text("/a.py", "a = 1"))
    assert parsed == ["/a.py"]


def test_positions_are_found_out_once():
    tree = tree_of(source_from_text("/a.py", "\nx = 1"))
    assert tree.positions[id(tree.module.body[0])] == (2, 0, 2, 5)
    assert tree.positions is tree.positions
