from __future__ import annotations

import textwrap

import pytest


@pytest.fixture
def tree(tmp_path):
    """Writes files below the temporary folder, by relative path, and returns that folder."""

    def write(files: dict[str, str]):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        return tmp_path

    return write
