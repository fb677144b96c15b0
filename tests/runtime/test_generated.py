"""Generated programs: a misuse that is inferred is observed too, and what the run does not show is not inferred to be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from bcelint.analysis import session
from bcelint.analysis.judge import _SILENCES
from bcelint.cli.comparison import Agreement, compared
from tests.runtime.generated import program
from tests.runtime.watching import run_file

CASES = 100


@pytest.mark.parametrize("seed", range(4))
def test_no_inferred_misuse_that_the_run_does_not_confirm(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "generated.py"
    path.write_text(program(seed, CASES), encoding="utf-8")
    watched = run_file(path)
    assert watched.error is None
    assert not watched.report.notes
    inferred = session.analyse([str(path)], session.choose_rules(), jobs=1)
    rows = compared(inferred.calls, watched.report.calls)
    assert len(rows) > CASES / 2
    assert sum(row.outcome is Agreement.AGREE for row in rows) > 0.7 * len(rows)
    unconfirmed = []
    for row in rows:
        observed = set(row.observed.split())
        shown = observed | {code for each in observed for code in _SILENCES.get(each, ())}
        claimed = set(row.inferred.split()) - {"ok", "unknown", "not", "seen"}
        if not claimed <= shown:
            unconfirmed.append(row)
    assert not unconfirmed
