from __future__ import annotations

import textwrap

import pytest


@pytest.fixture
def tree(tmp_path):
    """Writes files (a dict of relative paths and texts, or the paths of empty ones) and returns the folder they are in."""

    def write(files):
        files = files if isinstance(files, dict) else dict.fromkeys(files, "")
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        return tmp_path

    return write
