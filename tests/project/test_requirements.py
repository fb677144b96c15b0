"""Which torch a project asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

import bcelint
from bcelint.project.project import Project
from bcelint.project.requirements import FILES, LAST, bounds_in, newest_torch

LOSS = """
import torch
from torch import nn

p = torch.sigmoid(nn.Linear(3, 1)(torch.randn(4, 3)))
nn.BCELoss()(p, torch.full((4, 1), 1))
"""
GIVEN = LOSS.replace("1))\n", "1, dtype=torch.long))\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("torch==1.3.0", [(1, 3)]),
        ("torch == 1.4", [(1, 4)]),
        ("torch==1.3.*", [(1, 3)]),
        ("torch===1.3.0", [(1, 3)]),
        ("torch==1.4.0+cu92", [(1, 4)]),
        ("torch==1.10.0", [(1, 10)]),
        ("torch<=1.6", [(1, 6)]),
        ("torch<1.7", [(1, 6)]),
        ("torch<1.7.0", [(1, 6)]),
        ("torch<1.7.1", [(1, 7)]),
        ("torch<2.0", [(1, 99)]),
        ("torch~=1.3.0", [(1, 3)]),
        ("torch>=1.0,<1.5", [(1, 4)]),
        ('install_requires=["torch>=1.4,!=1.5.0,<=1.6.0", "numpy==1.17"],', [(1, 6)]),
        ('torch = "==1.3.1"', [(1, 3)]),
        ("torch<2", [(1, 99)]),
        ('torch==1.4.0; python_version < "3.6"\ntorch==2.3.0; python_version >= "3.8"', [(1, 4), (2, 3)]),
        ('torch = ">=1.0,<1.6"', [(1, 5)]),
        ("  - pytorch=1.3.1=py3.7_cuda10.1_cudnn7.6.3_0", [(1, 3)]),
        ("  - pytorch::pytorch=1.2.0", [(1, 2)]),
        ("numpy==1.17\ntorch==1.2.0\ntorchvision==0.4.0", [(1, 2)]),
    ],
)
def test_bounds_from_above(text: str, expected: list[tuple[int, int]]) -> None:
    assert list(bounds_in(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "torch",
        'torch = "^1.4"',
        "grew out of code for torch 1.4",
        "torchvision==0.4.0",
        "pytorch-lightning==0.8.0",
        "my-torch==1.0",
        "# torch==1.3.0",
        "https://example.org/torch-1.0.0.whl",
        "import torch\nx = 1.5",
    ],
)
def test_nothing_is_asked_for(text: str) -> None:
    assert not list(bounds_in(text))


@pytest.mark.parametrize("text", ["torch>=1.0.0", "torch>1.0", "torch!=1.4.0", "torch~=1.3"])
def test_no_bound_from_above(tmp_path: Path, text: str) -> None:
    assert list(bounds_in(text)) == [(LAST, LAST)]
    (tmp_path / "requirements.txt").write_text(f"{text}\ntorch==1.3.0", encoding="utf-8")
    assert newest_torch(Project(str(tmp_path)), str(tmp_path / "a.py")) is None


def test_a_long_file_is_read_at_once() -> None:
    assert not list(bounds_in("import torch" + "\n" * 100_000 + "# torch\n" * 1_000 + "torch" + " " * 100_000))


@pytest.mark.parametrize("name", FILES)
def test_each_of_the_files_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("torch==1.3.0", encoding="utf-8")
    assert newest_torch(Project(str(tmp_path)), str(tmp_path / "a.py")) == (1, 3)


def test_the_nearest_folder_counts(tmp_path: Path) -> None:
    (tmp_path / "inner" / "deep").mkdir(parents=True)
    (tmp_path / "requirements.txt").write_text("torch==1.3.0", encoding="utf-8")
    (tmp_path / "inner" / "setup.py").write_text("'torch<1.9'", encoding="utf-8")
    (tmp_path / "inner" / "deep" / "requirements.txt").write_text("torch", encoding="utf-8")
    project = Project(str(tmp_path))
    assert newest_torch(project, str(tmp_path / "inner" / "deep" / "a.py")) == (1, 8)
    assert newest_torch(project, str(tmp_path / "a.py")) == (1, 3)


def test_nothing_above_the_project_is_read(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "requirements.txt").write_text("torch==1.3.0", encoding="utf-8")
    assert newest_torch(Project(str(tmp_path / "inner")), str(tmp_path / "inner" / "a.py")) is None


def codes(folder: Path, text: str) -> list[str]:
    (folder / "train.py").write_text(text, encoding="utf-8")
    return [finding.code for finding in bcelint.check_paths([folder / "train.py"], isolated=True)]


def test_full_makes_floats_of_integers_before_torch_1_7(tmp_path: Path) -> None:
    assert codes(tmp_path, LOSS) == ["BCE201"]
    (tmp_path / "requirements.txt").write_text("torch==1.6.0", encoding="utf-8")
    assert codes(tmp_path, LOSS) == []  # although what was found before is kept
    assert codes(tmp_path, GIVEN) == ["BCE201"]
    (tmp_path / "requirements.txt").write_text("torch==1.7.0", encoding="utf-8")
    assert codes(tmp_path, LOSS) == ["BCE201"]
