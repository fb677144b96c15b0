"""Every fixture is linted and must say what its comments expect, and is run and must do what its first line says."""

from __future__ import annotations

import os
import re
import runpy
import sys
import warnings
from pathlib import Path

import pytest

from bcelint.api import check_paths
from tests.fixture_lines import FIXTURES, Fixture, fixtures

ALL = fixtures()
BY_NAME = [pytest.param(fixture, id=fixture.name) for fixture in ALL]


def lint(fixture: Fixture) -> dict[tuple[str, int], set[str]]:
    """The codes found, by path and line."""
    found: dict[tuple[str, int], set[str]] = {}
    for finding in check_paths([fixture.path], advice=fixture.folder.startswith("bce9"), jobs=1):
        found.setdefault((os.path.realpath(finding.position.path), finding.position.line), set()).add(finding.code)
    return found


@pytest.mark.parametrize("fixture", BY_NAME)
def test_finds_what_the_comments_expect(fixture: Fixture) -> None:
    found = lint(fixture)
    expected = {(os.path.realpath(e.path), e.line): set(e.codes) for e in fixture.expectations if e.codes}
    promoted = [f"{e.path.name}:{e.line}" for e in fixture.expectations if e.todo & found.get((os.path.realpath(e.path), e.line), set())]
    assert not promoted, f"found at last; turn `# todo:` into an expectation: {promoted}"
    assert found == expected


@pytest.mark.parametrize("fixture", BY_NAME)
def test_every_fixture_expects_something(fixture: Fixture) -> None:
    assert fixture.expectations


@pytest.mark.parametrize("fixture", [pytest.param(f, id=f.name) for f in ALL if f.is_repaired])
def test_repaired_twin_stands_beside_its_original_and_is_clean(fixture: Fixture) -> None:
    assert fixture.original.exists()
    assert not any(e.codes or e.todo for e in fixture.expectations)
    assert fixture.raises is None
    assert any(e.codes or e.todo for e in Fixture(fixture.original).expectations)


@pytest.mark.parametrize("fixture", BY_NAME)
def test_runs_under_torch_as_its_first_line_says(fixture: Fixture, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(sys, "argv", [str(fixture.entry)])
    monkeypatch.setattr(sys, "path", [str(fixture.entry.parent), *sys.path])
    before = set(sys.modules)
    raised = None
    torch.set_num_threads(1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            runpy.run_path(str(fixture.entry), run_name="__main__")
    except Exception as error:
        raised = error
    finally:
        torch.set_grad_enabled(True)
        forget_modules_below(FIXTURES, before)
    assert (None if raised is None else type(raised).__name__) == fixture.raises, raised


def forget_modules_below(folder: Path, before: set[str]) -> None:
    """Unload what a fixture imported of its own folder, so that the next one's module of the same name is loaded anew."""
    for name in set(sys.modules) - before:
        path = getattr(sys.modules[name], "__file__", None)
        if path is not None and folder in Path(path).resolve().parents:
            del sys.modules[name]


def test_every_loss_call_in_a_rule_folder_is_annotated_by_a_known_code() -> None:
    from bcelint.rules.registry import ALL_RULES

    codes = {rule.code for rule in ALL_RULES}
    used = {code for fixture in ALL for e in fixture.expectations for code in e.codes | e.todo}
    assert used == codes


def test_folders_are_named_after_rules() -> None:
    from bcelint.rules.registry import ALL_RULES

    named = {f"{rule.code.lower()}-{rule.name}" for rule in ALL_RULES}
    assert {re.sub(r"\.fixed$", "", fixture.folder) for fixture in ALL} == named | {"look_alikes"}
