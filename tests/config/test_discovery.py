"""Which file is the configuration of which."""

from __future__ import annotations

from pathlib import Path

import pytest

from bcelint.config import Settings

FULL = '[tool.bcelint]\nselect = ["BCE1"]\n'


def made(top: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".git"):
            (top / name).mkdir()
        else:
            (top / name).write_text(text)
    return top


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({".git": "", "bcelint.toml": ""}, "bcelint.toml"),
        ({".git": "", "pyproject.toml": FULL}, "pyproject.toml"),
        ({".git": "", "pyproject.toml": FULL, "bcelint.toml": ""}, "bcelint.toml"),
        ({".git": "", "pyproject.toml": "[tool.ruff]\n# not of bcelint\n"}, ""),
        ({".git": "", "pyproject.toml": FULL, "a/bcelint.toml": ""}, "a/bcelint.toml"),
        ({".git": "", "bcelint.toml": "", "a/b/pyproject.toml": FULL}, "a/b/pyproject.toml"),
        ({".git": "", "bcelint.toml": "", "a/b/pyproject.toml": "[project]\n"}, "bcelint.toml"),
        ({"bcelint.toml": "", "a/.git": ""}, ""),
        ({"bcelint.toml": "", "a/b/pyproject.toml": "[project]\n"}, ""),
        ({"a/bcelint.toml": ""}, "a/bcelint.toml"),
        ({"bcelint.toml": "", "a/b/c/bcelint.toml": ""}, "bcelint.toml"),
    ],
)
def test_the_nearest_file_up_to_the_top_of_the_repository(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    top = made(tmp_path, {**files, "a/b/x.py": ""})
    assert Settings().config(str(top / "a/b/x.py")).path == (str(top / expected) if expected else "")


def test_files_of_one_run_have_their_own(tmp_path: Path) -> None:
    top = made(tmp_path, {".git": "", "bcelint.toml": 'select = ["BCE1"]', "a/bcelint.toml": 'select = ["BCE2"]'})
    settings = Settings()
    assert {code[:4] for code in settings.codes(str(top / "x.py"))} == {"BCE1"}
    assert {code[:4] for code in settings.codes(str(top / "a/b/x.py"))} == {"BCE2"}


def test_a_pyproject_that_does_not_mention_us_is_not_parsed(tmp_path: Path) -> None:
    top = made(tmp_path, {".git": "", "pyproject.toml": "[this is no TOML"})
    assert Settings().config(str(top / "x.py")).path == ""
