"""What docs/bceloss-claims.md shows is what is printed: torch really does what the page says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.transcripts import ROOT, commands, files, replay

PAGE = ROOT / "docs" / "bceloss-claims.md"


@pytest.mark.skipif(sys.version_info < (3, 11), reason="places have no columns")
def test_the_page_shows_what_is_printed(tmp_path: Path) -> None:
    assert replay(PAGE, tmp_path) == commands(PAGE)


def test_each_claim_has_its_program() -> None:
    assert len(commands(PAGE)) == PAGE.read_text(encoding="utf-8").count("\n## ") == len(files(PAGE))
