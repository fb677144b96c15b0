"""Every fixture is run under the watcher: what it observes is what the comments expect and the text says, and the harm is seen."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path

import pytest
import torch

from bcelint.analysis import session
from bcelint.analysis.judge import judge
from bcelint.cli.comparison import Agreement, compared
from bcelint.rules.registry import ALL_RULES
from tests.fixture_lines import FIXTURES, Fixture, fixtures
from tests.runtime.harm import OF_CONSTRUCTORS, harm
from tests.runtime.watching import Watched, run_file
from tests.test_fixtures import forget_modules_below

ALL = fixtures()

NOT_REACHED = {
    ("bce101-missing-sigmoid/relativistic_gan.py", 37): "torch raises at line 36 already",
}
"""Expected misuses that the run does not come to, and why."""


def run(fixture: Fixture) -> Watched:
    torch.set_num_threads(1)
    before = set(sys.modules)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return run_file(fixture.entry)
    finally:
        forget_modules_below(FIXTURES, before)


@pytest.fixture(scope="module", params=[pytest.param(fixture, id=fixture.name) for fixture in ALL])
def watched(request: pytest.FixtureRequest) -> tuple[Fixture, Watched]:
    """A fixture and what was seen when it ran; its tests stand together, so that it runs once."""
    fixture: Fixture = request.param
    return fixture, run(fixture)


def observed(fixture: Fixture, watched: Watched) -> dict[tuple[str, int], set[str]]:
    found: dict[tuple[str, int], set[str]] = {}
    for finding in watched.report.findings:
        if not finding.advice or fixture.folder.startswith("bce9"):
            found.setdefault((os.path.realpath(finding.position.path), finding.position.line), set()).add(finding.code)
    return found


def harmless(fixture: Fixture, seen: Watched) -> list[tuple[str, int]]:
    """The misuses that the run shows and that harm nothing."""
    found = []
    for event in seen.watcher._criteria.numbered:
        for rule, _ in judge(event.call(), ALL_RULES).problems:
            if rule.advice and not fixture.folder.startswith("bce9"):
                continue
            if event.is_constructor:
                assert rule.code in OF_CONSTRUCTORS
                if seen.error is None:
                    found.append((rule.code, event.place.line))
            elif harm(rule.code, seen.made[event.number]) is None:
                found.append((rule.code, event.place.line))
    return found


def test_the_run_shows_what_the_comments_expect_and_its_harm(watched: tuple[Fixture, Watched]) -> None:
    fixture, seen = watched
    assert not seen.report.notes
    found = observed(fixture, seen)
    expected = {(str(e.path), e.line): set(e.codes) for e in fixture.expectations if e.codes and (fixture.name, e.line) not in NOT_REACHED}
    assert found == expected
    assert not harmless(fixture, seen)


def test_both_witnesses_agree(watched: tuple[Fixture, Watched]) -> None:
    fixture, seen = watched
    inferred = session.analyse([str(fixture.path)], session.choose_rules(), jobs=1)
    rows = compared(inferred.calls, seen.report.calls)
    assert not [row for row in rows if row.outcome is Agreement.DISAGREE]


def test_what_is_not_reached_is_expected_and_named_once() -> None:
    lines = {(fixture.name, e.line) for fixture in ALL for e in fixture.expectations if e.codes}
    assert set(NOT_REACHED) <= lines


def test_the_fixtures_are_there() -> None:
    assert len(ALL) > 100
    assert isinstance(FIXTURES, Path)
