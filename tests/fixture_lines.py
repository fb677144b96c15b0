"""The fixtures and what their comments expect: ``# BCE102``, ``# ok`` or ``# todo: BCE102`` on the loss call's line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"

_EXPECTATION = re.compile(r"#\s*(?:(?P<todo>todo:\s*)?(?P<codes>BCE\d{3}(?:,\s*BCE\d{3})*)|(?P<ok>ok))\s*$")
_RAISES = re.compile(r"#\s*raises:\s*(\w+)\s*$")


@dataclass(frozen=True)
class Expectation:
    """What one line expects: the codes that must be found there, and those that are known to be missed. Neither for ``# ok``."""

    path: Path
    line: int
    codes: frozenset[str] = frozenset()
    todo: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Fixture:
    """One program: a file, or a folder with its ``main.py`` or ``train.py``."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(FIXTURES))

    @property
    def folder(self) -> str:
        """The fixtures' folder that it lies in: a rule's, or ``look_alikes``."""
        return self.path.relative_to(FIXTURES).parts[0]

    @property
    def files(self) -> list[Path]:
        return sorted(self.path.rglob("*.py")) if self.path.is_dir() else [self.path]

    @property
    def entry(self) -> Path:
        """The file that is run."""
        if not self.path.is_dir():
            return self.path
        return next(path for path in (self.path / "main.py", self.path / "train.py") if path.is_file())

    @property
    def is_repaired(self) -> bool:
        """It is the repaired twin of another fixture."""
        return ".fixed" in self.path.name

    @property
    def original(self) -> Path:
        """The path of the fixture that a repaired twin belongs to."""
        return self.path.with_name(self.path.name.replace(".fixed", ""))

    @property
    def raises(self) -> str | None:
        """The name of the exception that torch ends it with, from its first line."""
        found = _RAISES.match(self.entry.read_text(encoding="utf-8").partition("\n")[0])
        return found.group(1) if found else None

    @property
    def expectations(self) -> list[Expectation]:
        return [expectation for path in self.files for expectation in expectations(path)]


def fixtures() -> list[Fixture]:
    """All programs, sorted by path."""
    entries = (path for folder in FIXTURES.iterdir() if folder.is_dir() for path in folder.iterdir())
    return [Fixture(path) for path in sorted(entries) if path.suffix == ".py" or (path.is_dir() and path.name != "__pycache__")]


def expectations(path: Path) -> Iterator[Expectation]:
    """The expectations in one file, by line."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = _EXPECTATION.search(line)
        if found is None:
            continue
        codes = frozenset(re.findall(r"BCE\d{3}", found.group("codes") or ""))
        yield Expectation(path, number, *((frozenset(), codes) if found.group("todo") else (codes, frozenset())))
