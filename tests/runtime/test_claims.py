"""What docs/bceloss-claims.md shows is what is printed: torch really does what the page says."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_package import _COMMAND, _CONSOLE, _FILE, ROOT

TEXT = (ROOT / "docs" / "bceloss-claims.md").read_text(encoding="utf-8")
COMMANDS = [(m["command"], m["output"]) for block in _CONSOLE.finditer(TEXT) for m in _COMMAND.finditer(block["text"])]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="places have no columns")
@pytest.mark.parametrize(("command", "output"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_the_page_shows_what_is_printed(tmp_path: Path, command: str, output: str) -> None:
    for match in _FILE.finditer(TEXT):
        (tmp_path / match["name"]).write_text(match["text"], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(command)],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert (done.stdout, done.stderr) == (output, "")


def test_each_claim_has_its_program() -> None:
    assert len(COMMANDS) == TEXT.count("\n## ") == len(list(_FILE.finditer(TEXT)))
