"""Programs made at random: after every safe repair they parse, raise nothing new, and what was repaired is neither inferred nor observed any more."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bcelint import session
from bcelint.fix.engine import fixes
from bcelint.fix.moves import Moves

pytest.importorskip("torch")

CASES = 120


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
