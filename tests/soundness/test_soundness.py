"""Nothing that the tracer says of a line is contradicted by a run: over the fixtures, and over some generated programs."""

from __future__ import annotations

import os

import pytest

pytest.importorskip("torch")

from checks.soundness.comparing import Report
from checks.soundness.corpora import check_fixture, generated
from tests.fixture_lines import FIXTURES, fixtures
from tests.soundness.known import KNOWN

FOLDERS = sorted({fixture.folder for fixture in fixtures()})
PROGRAMS = 40


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_line_of_a_fixture_is_contradicted(folder: str) -> None:
    report = Report()
    for fixture in fixtures():
        if fixture.folder == folder:
            report.add(check_fixture(fixture, limit=8))
    found = {(os.path.relpath(fault.path, FIXTURES).replace(os.sep, "/"), fault.name, fault.kind): fault for fault in report.faults.values()}
    assert not [str(fault) for key, fault in found.items() if key not in KNOWN]
    gone = [key for key in KNOWN if key[0].startswith(folder + "/") and key not in found]
    assert not gone, "contradicted no more: take it off the list"
    assert report.evaluated >= 0.95 * report.functions
    assert report.known >= 0.5 * report.values


def test_no_line_of_a_generated_program_is_contradicted() -> None:
    report = Report()
    for one in generated(PROGRAMS, limit=8):
        report.add(one)
    assert not [str(fault) for fault in report.faults.values()]
    assert report.programs == PROGRAMS
    assert report.values > 50 * PROGRAMS
