"""Configuration in the real flake8: ours, and its own."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Callable

import pytest

Flake8 = Callable[..., "subprocess.CompletedProcess[str]"]


def codes(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.stderr == ""
    return re.findall(r": (BCE\d{3}) ", done.stdout)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["BCE101", "BCE102", "BCE201"]),
        ('select = ["BCE1"]', ["BCE101", "BCE102"]),
        ('ignore = ["BCE102"]', ["BCE101", "BCE201"]),
        ('per-file-ignores = {"train.py" = ["BCE1"]}', ["BCE201"]),
        ("advice = true", ["BCE101", "BCE102", "BCE201", "BCE901"]),
        ('select = ["BCE901"]', ["BCE901"]),
    ],
)
def test_ours_holds_besides_its_own(project: Path, flake8: Flake8, text: str, expected: list[str]) -> None:
    (project / "pyproject.toml").write_text(f"[tool.bcelint]\n{text}\n")
    assert codes(flake8("train.py")) == expected
    assert codes(flake8("--extend-ignore=BCE1", "train.py")) == [code for code in expected if not code.startswith("BCE1")]


@pytest.mark.parametrize("name", [".flake8", "setup.cfg", "tox.ini"])
def test_its_own_files_ask_for_advice(project: Path, flake8: Flake8, name: str) -> None:
    (project / name).write_text("[flake8]\nbcelint-advice = true\n")
    assert codes(flake8("train.py")) == ["BCE101", "BCE102", "BCE201", "BCE901"]
    (project / name).write_text("[flake8]\nbcelint-advice = false\n")
    assert codes(flake8("train.py")) == ["BCE101", "BCE102", "BCE201"]


def test_declared_knowledge(project: Path, flake8: Flake8) -> None:
    (project / "use.py").write_text("import mylib\n\nmylib.FocalLoss()(mylib.net(1), 2)\n")
    assert codes(flake8("use.py")) == []
    declared = '[losses."mylib.FocalLoss"]\nprediction = "logits"\n[calls."mylib.net"]\nreturns = "probabilities"\n'
    (project / "bcelint.toml").write_text(declared)
    assert codes(flake8("use.py")) == ["BCE102"]


def test_without_a_configuration_no_toml_is_read(project: Path) -> None:
    (project / "pyproject.toml").write_text("[project]\n")
    code = (
        "import sys\nfrom flake8.main.cli import main\nmain(['--select=BCE', '-j1', 'train.py'])\n"
        "print('bcelint.flake8_plugin' in sys.modules, 'bcelint.toml' in sys.modules)"
    )
    import sys

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines()[-1] == "True False"
