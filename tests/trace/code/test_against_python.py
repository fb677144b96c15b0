"""What Python itself says of a program is what the tracer must say of it.

Each program below ``programs/`` chooses ``out`` between probabilities ``p`` and logits ``z``. It is run and it is traced, and both must
choose the same. ``undecided.txt`` holds those that the tracer leaves open, ``known_wrong.txt`` those in which it still chooses the other.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.trace.tracing import value_of

FOLDER = Path(__file__).parent / "programs"
SPECIAL = {"conditions", "undecided", "known_wrong"}


def programs(*names: str) -> list[Any]:
    """The programs of files, each under its heading ``## name``."""
    found = []
    for name in names:
        parts = re.split(r"^## (.*)\n", (FOLDER / f"{name}.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
        found += [pytest.param(text, id=title) for title, text in zip(parts[1::2], parts[2::2])]
    return found


def conditions() -> list[Any]:
    """A program for each line: ``p`` where the condition on it is true."""
    lines = (FOLDER / "conditions.txt").read_text(encoding="utf-8").splitlines()
    return [pytest.param(f"out = p if {line} else z", id=line) for line in lines]


def chosen_by_python(text: str) -> str:
    """Runs a program with stand-ins for the tensors, and tells which of them it chose."""

    class StandIn:
        pass

    p, z = StandIn(), StandIn()
    scope: dict[str, Any] = {"p": p, "z": z, "__name__": "__main__"}
    exec(textwrap.dedent(text), scope)
    return {id(p): "probabilities", id(z): "logits"}[id(scope["out"])]


ORDINARY = sorted({path.stem for path in FOLDER.glob("*.txt")} - SPECIAL)


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("text", [*conditions(), *programs(*ORDINARY)])
def test_traced_as_it_runs(text: str) -> None:
    assert value_of(text) == chosen_by_python(text)


@pytest.mark.parametrize("text", programs("undecided"))
def test_left_open_where_it_is_not_followed(text: str) -> None:
    traced = value_of(text)
    assert traced not in ("probabilities", "logits"), "decided at last: it belongs among the others"
    assert traced.startswith("unknown: ") or chosen_by_python(text) in traced


@pytest.mark.xfail(strict=True, reason="the tracer chooses the other one")
@pytest.mark.parametrize("text", programs("known_wrong"))
def test_known_to_be_traced_wrongly(text: str) -> None:
    assert value_of(text) == chosen_by_python(text)
