"""Programs made at random: after every repair they parse and run, and what was repaired is neither inferred nor observed any more."""

from __future__ import annotations

import ast
import collections
import os
import tempfile
from pathlib import Path

import pytest

from bcelint.analysis import session
from bcelint.fix.engine import fixes
from bcelint.fix.moves import Moves
from bcelint.fix.write import write

pytest.importorskip("torch")

from hypothesis import HealthCheck, Phase, given, settings

from bcelint.runtime import watch
from tests.differential.grammar import programs
from tests.differential.program import Program
from tests.differential.run import run

CASES = 120
PROGRAMS = 60


@pytest.mark.parametrize("seed", range(6))
def test_safe_repairs_are_confirmed_by_a_run(tmp_path: Path, seed: int) -> None:
    from tests.runtime.generated import program
    from tests.runtime.watching import run_file

    path = tmp_path / "program.py"
    before = program(seed + 100, CASES)
    path.write_text(before)
    codes = session.choose_rules()
    found = fixes([str(path)], codes, jobs=1)
    assert found.fixed
    after = found.after[str(path)]
    ast.parse(after)
    path.write_text(after)
    moves = Moves({str(path): (before, after)})
    repaired = {(each.finding.code, moves.position(each.finding.position).line) for each in found.fixed}
    inferred = {(each.code, each.position.line) for each in session.analyse([str(path)], codes, jobs=1).findings}
    assert not repaired & inferred
    watched = run_file(path)
    assert watched.error is None
    observed = {(finding.code, finding.position.line) for finding in watched.report.findings}
    assert not repaired & observed
    assert not fixes([str(path)], codes, jobs=1).before


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
def test_whole_programs_parse_and_run_after_their_repair(unsafe: bool) -> None:
    """With unsafe repairs what stays must have its reason; then alone may a program still raise."""
    seen: collections.Counter[str] = collections.Counter()

    quick = settings(max_examples=PROGRAMS, deadline=None, derandomize=True, database=None, phases=[Phase.generate])

    @settings(quick, suppress_health_check=list(HealthCheck))
    @given(programs())
    def check(program: Program) -> None:
        with tempfile.TemporaryDirectory() as name:
            seen.update(repaired_codes(program, Path(os.path.realpath(name)), unsafe))

    check()
    assert len(seen) >= 4
    assert sum(seen.values()) >= PROGRAMS // 4


def repaired_codes(program: Program, folder: Path, unsafe: bool) -> list[str]:
    """Repair a program, hold it against what is demanded, and say what was repaired."""
    program.write(folder)
    codes = session.choose_rules()
    found = fixes([str(folder)], codes, unsafe, jobs=1)
    shown = "\n".join(f"# ---- {os.path.relpath(path, folder)}\n{text}" for path, text in found.after.items()) or str(program)
    assert not write(found.before, found.after, found.groups).failed
    for text in found.after.values():
        ast.parse(text)
    assert all(left.why for left in found.left)
    left = {(each.finding.code, each.finding.position.path, each.finding.position.line) for each in found.left}
    inferred = {(each.code, each.position.path, each.position.line) for each in session.analyse([str(folder)], codes, jobs=1).findings}
    assert inferred == left, shown
    assert not fixes([str(folder)], codes, unsafe, jobs=1).before, shown
    watcher = watch()
    error, _ = run(folder, watcher)
    assert error is None or left, f"{error!r}\n{shown}"
    observed = {(each.code, each.position.path, each.position.line) for each in watcher.report().findings if not each.advice}
    assert observed <= left, shown
    return [each.finding.code for each in found.fixed]
