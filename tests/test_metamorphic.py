"""The fixtures rewritten without a change of meaning: the same findings come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Callable

import pytest

from bcelint.api import check_paths
from tests import reshaping
from tests.fixture_lines import FIXTURES

Found = dict[str, Counter[tuple[int, str]]]
"""By program: how often each (line, code) is found."""

PROGRAMS = {str(path.relative_to(FIXTURES)): path.read_text(encoding="utf-8") for path in sorted(FIXTURES.glob("*/*.py"))}


def findings(folder: Path, programs: Mapping[str, Mapping[str, str]]) -> Found:
    """What is found in each program (file name -> text), each in a project of its own."""
    for program, files in programs.items():
        (folder / program).mkdir(parents=True)
        (folder / program / "pyproject.toml").touch()
        for name, text in files.items():
            (folder / program / name).write_text(text, encoding="utf-8")
    found: Found = {program: Counter() for program in programs}
    for finding in check_paths([folder], advice=True, jobs=1):
        program = str(Path(finding.position.path).parent.relative_to(folder))
        found[program][finding.position.line, finding.code] += 1
    return found


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Found:
    found = findings(tmp_path_factory.mktemp("original"), {program: {"main.py": text} for program, text in PROGRAMS.items()})
    assert sum(map(len, found.values())) > 60
    return found


@pytest.mark.parametrize("rewrite", [reshaping.rename, reshaping.alias])
def test_other_names(original: Found, tmp_path: Path, rewrite: Callable[[str], str]) -> None:
    rewritten = {program: rewrite(text) for program, text in PROGRAMS.items()}
    assert all(rewritten[program] != text for program, text in PROGRAMS.items())
    assert findings(tmp_path, {program: {"main.py": text} for program, text in rewritten.items()}) == original


def test_wrapped_into_a_function(original: Found, tmp_path: Path) -> None:
    wrapped = {program: reshaping.wrap(text) for program, text in PROGRAMS.items()}
    found = findings(tmp_path, {program: {"main.py": text} for program, text in wrapped.items() if text is not None})
    assert {program: codes(lines) for program, lines in found.items()} == {program: codes(original[program]) for program in found}
    assert len(PROGRAMS) - len(found) <= 5, "programs that can't be wrapped"


def codes(found: Counter[tuple[int, str]]) -> Counter[str]:
    return Counter(code for _, code in found.elements())


def test_classes_in_another_module(original: Found, tmp_path: Path) -> None:
    """Programs whose classes hang on the module's own variables, or that have none, stay out."""
    parts = {program: reshaping.split(text) for program, text in PROGRAMS.items()}
    files = {program: {"main.py": part[0], f"{reshaping.PART}.py": part[1]} for program, part in parts.items() if part is not None}
    assert findings(tmp_path, files) == {program: original[program] for program in files}
    with_classes = [program for program, text in PROGRAMS.items() if "\nclass " in text]
    assert len(with_classes) - len(files) <= 5, "programs whose classes can't be moved"
