"""What docs/runtime.md shows is what is printed, of the README's example."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_package import _COMMAND, _CONSOLE, ROOT, example  # noqa: F401

TEXT = (ROOT / "docs" / "runtime.md").read_text(encoding="utf-8")
COMMANDS = [(m["command"], m["output"]) for block in _CONSOLE.finditer(TEXT) for m in _COMMAND.finditer(block["text"])]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="places have no columns")
@pytest.mark.parametrize(("command", "output"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_the_docs_show_what_is_printed(example: Path, command: str, output: str) -> None:  # noqa: F811
    module, *arguments = shlex.split(command)
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert (done.stdout, done.stderr) == (output, "")


def test_both_commands_are_shown() -> None:
    assert [command.split()[1] for command, _ in COMMANDS] == ["run", "compare"]
