"""What ``out`` is at the end of small programs: each case below ``cases/`` ends in a line ``# -> `` that says it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.trace.tracing import value_of

FOLDER = Path(__file__).parent / "cases"


def cases() -> list[Any]:
    """(program, expectation), named by file and heading."""
    found = []
    for path in sorted(FOLDER.glob("*.txt")):
        parts = re.split(r"^## (.*)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for title, text in zip(parts[1::2], parts[2::2]):
            program, _, expectation = text.partition("\n# -> ")
            assert expectation, f"{path.name}: {title} expects nothing"
            found.append(pytest.param(program, expectation.strip(), id=f"{path.stem}: {title}"))
    return found


@pytest.mark.parametrize(("program", "expectation"), cases())
def test_out_is_what_the_case_says(program: str, expectation: str) -> None:
    assert value_of(program) == expectation
