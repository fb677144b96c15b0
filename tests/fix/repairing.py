"""Fixtures and texts through the codemod."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from bcelint.analysis import session
from bcelint.fix.engine import Fixes, fixes
from bcelint.fix.write import write
from tests.fixture_lines import Fixture

HEADER = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
_EXPECTED = re.compile(r"# BCE\d{3}(?:, BCE\d{3})*$", re.MULTILINE)
_RAISES = re.compile(r"\A# raises: \w+\n")


def codes_for(folder: str) -> Collection[str]:
    return session.choose_rules(advice=folder.startswith("bce9"))


def with_expectations_met(text: str) -> str:
    """A fixture's text as its repaired twin has it: nothing raises, and every expectation is an ``ok``."""
    return _EXPECTED.sub("# ok", _RAISES.sub("", text))


def repaired(fixture: Fixture, folder: Path) -> tuple[Path, Fixes]:
    """A copy of the fixture with all repairs made."""
    copy = folder / fixture.path.name
    if fixture.path.is_dir():
        shutil.copytree(fixture.path, copy, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(fixture.path, copy)
    found = fixes([str(copy)], codes_for(fixture.folder), unsafe=True, jobs=1)
    assert not write(found.before, found.after, found.groups).failed
    return copy, found


def texts(path: Path) -> dict[str, str]:
    """The text of every Python file of a fixture, by its path within."""
    files = path.rglob("*.py") if path.is_dir() else [path]
    return {str(file.relative_to(path)) if path.is_dir() else "": file.read_text(encoding="utf-8") for file in files}


@dataclass
class Result:
    """What became of one text; without the imports in front of it."""

    text: str
    found: Fixes

    @property
    def titles(self) -> list[tuple[str, str, str]]:
        return [(each.finding.code, each.repair.applicability, each.repair.title) for each in self.found.fixed]

    @property
    def reasons(self) -> list[tuple[str, str]]:
        return [(each.finding.code, each.why) for each in self.found.left]


def fix_text(folder: Path, text: str, unsafe: bool = True, advice: bool = False, select: Sequence[str] | None = None, header: str = HEADER) -> Result:
    """Repair a text, with torch, ``nn`` and ``F`` imported in front of it."""
    path = folder / "program.py"
    path.write_text(header + textwrap.dedent(text).strip("\n") + "\n", encoding="utf-8")
    found = fixes([str(path)], session.choose_rules(select, None, advice), unsafe=unsafe, jobs=1)
    after = found.after.get(str(path), path.read_text(encoding="utf-8"))
    return Result(after[len(header) :] if after.startswith(header) else after, found)
