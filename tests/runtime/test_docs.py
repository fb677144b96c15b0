"""What docs/runtime.md shows is what is printed, of the README's example."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.transcripts import ROOT, replay

PAGE = ROOT / "docs" / "runtime.md"


@pytest.mark.skipif(sys.version_info < (3, 11), reason="places have no columns")
def test_the_docs_show_what_is_printed(tmp_path: Path) -> None:
    assert [command.line.split()[1] for command in replay(PAGE, tmp_path)] == ["run", "compare"]
