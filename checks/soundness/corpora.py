"""The programs of this repository: the fixtures, and generated ones."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from checks.soundness.comparing import Report
from checks.soundness.observer import LIMIT
from checks.soundness.programs import check_script
from tests.fixture_lines import Fixture
from tests.fixture_lines import fixtures as all_fixtures

ROUND = 50


def fixtures(limit: int = LIMIT) -> Iterator[Report]:
    for fixture in all_fixtures():
        yield check_fixture(fixture, limit)


def check_fixture(fixture: Fixture, limit: int = LIMIT) -> Report:
    return check_script(fixture.entry, fixture.path if fixture.path.is_dir() else fixture.path.parent, limit)


def generated(count: int, first_seed: int = 0, limit: int = LIMIT) -> Iterator[Report]:
    """Programs of the grammar of the differential tests, from consecutive seeds."""
    for text in texts(count, first_seed):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(os.path.realpath(name))
            for path, body in text.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(body, encoding="utf-8")
            yield check_script(folder / "main.py", folder, limit)


def texts(count: int, first_seed: int = 0) -> Iterator[dict[str, str]]:
    """The files of generated programs, which differ from one another."""
    from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

    from tests.differential.grammar import programs
    from tests.differential.program import Program

    seen: dict[str, dict[str, str]] = {}
    number = first_seed
    while len(seen) < count:

        @seed(number)
        @settings(
            deadline=None, database=None, verbosity=Verbosity.quiet, suppress_health_check=list(HealthCheck),
            max_examples=ROUND, phases=[Phase.generate],
        )  # fmt: skip
        @given(programs())
        def look(program: Program) -> None:
            seen.setdefault(str(program), dict(program.files))

        look()
        number += 1
    yield from list(seen.values())[:count]
