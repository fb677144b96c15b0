"""What each key does, and what the command line and the API make of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest
from click.testing import Result

import bcelint
from tests.config.conftest import TRAIN

Invoke = Callable[..., Result]


def codes(invoke: Invoke, *arguments: str, stdin: str | None = None) -> list[str]:
    result = invoke("check", "--no-cache", "--output-format", "json", *arguments, input=stdin)
    assert result.stderr == ""
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return [each["code"] for each in found]


@pytest.mark.parametrize(
    ("text", "arguments", "expected"),
    [
        ("", [], ["BCE101", "BCE102", "BCE201"]),
        ('select = ["BCE1"]', [], ["BCE101", "BCE102"]),
        ('select = ["BCE1"]\nignore = ["BCE101"]', [], ["BCE102"]),
        ('ignore = ["BCE1"]', [], ["BCE201"]),
        ("select = []", [], []),
        ("advice = true", [], ["BCE101", "BCE102", "BCE201", "BCE901"]),
        ('select = ["BCE901"]', [], ["BCE901"]),
        ('per-file-ignores = {"train.py" = ["BCE1"]}', [], ["BCE201"]),
        ('per-file-ignores = {"*.py" = ["BCE101"], "t*" = ["BCE201"]}', [], ["BCE102"]),
        ('per-file-ignores = {"tests/" = ["ALL"]}', [], ["BCE101", "BCE102", "BCE201"]),
        ('per-file-ignores = {"!tests/" = ["ALL"]}', [], []),
        ('advice = true\nper-file-ignores = {"train.py" = ["BCE9"]}', [], ["BCE101", "BCE102", "BCE201"]),
        ('exclude = ["train.py"]', [], []),
        ('extend-exclude = ["train.*"]', [], []),
        ('extend-exclude = ["train.py"]', ["train.py"], ["BCE101", "BCE102", "BCE201"]),
        # the command line wins
        ('select = ["BCE1"]', ["--select", "BCE2"], ["BCE201"]),
        ('ignore = ["BCE2"]', ["--select", "BCE2"], ["BCE201"]),
        ('ignore = ["BCE2"]', ["--ignore", "BCE101"], ["BCE102"]),
        ("advice = true", ["--no-advice"], ["BCE101", "BCE102", "BCE201"]),
        ("advice = false", ["--advice"], ["BCE101", "BCE102", "BCE201", "BCE901"]),
        ('per-file-ignores = {"train.py" = ["BCE1"]}', ["--select", "BCE"], ["BCE201"]),
        ('select = ["BCE1"]', ["--isolated"], ["BCE101", "BCE102", "BCE201"]),
        ("selct = 1", ["--isolated"], ["BCE101", "BCE102", "BCE201"]),
    ],
)
def test_what_is_reported(project: Path, invoke: Invoke, text: str, arguments: list[str], expected: list[str]) -> None:
    (project / "bcelint.toml").write_text(text)
    assert codes(invoke, *arguments) == expected


def test_unused_noqa(project: Path, invoke: Invoke) -> None:
    train = project / "train.py"
    train.write_text(train.read_text() + "idle = 1  # noqa: BCE105\n")
    assert "BCE001" not in codes(invoke)
    (project / "bcelint.toml").write_text("unused-noqa = true")
    assert "BCE001" in codes(invoke)
    assert "BCE001" not in codes(invoke, "--no-unused-noqa")


def test_a_baseline(project: Path, invoke: Invoke) -> None:
    assert invoke("check", "--no-cache", "--write-baseline", "known.json").exit_code == 0
    (project / "bcelint.toml").write_text('baseline = "known.json"')
    assert codes(invoke) == []
    assert bcelint.check_paths([project]) == []
    assert invoke("fix", "--no-cache", "--diff").exit_code == 0
    assert codes(invoke, "--isolated") == ["BCE101", "BCE102", "BCE201"]
    assert codes(invoke, "--baseline", "") == ["BCE101", "BCE102", "BCE201"]
    (project / "train.py").write_text(TRAIN + "nn.BCELoss()(torch.tanh(x), y)\n")
    assert codes(invoke) == ["BCE101"]
    (project / "known.json").unlink()
    result = invoke("check", "--no-cache")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "known.json: can't be read" in result.stderr


def test_one_file_for_all(project: Path, invoke: Invoke) -> None:
    (project / "bcelint.toml").write_text('select = ["BCE1"]')
    other = project / "etc" / "pyproject.toml"
    other.parent.mkdir()
    other.write_text('[tool.bcelint]\nselect = ["BCE2"]\nper-file-ignores = {"/train.py" = ["BCE201"]}')
    assert codes(invoke, "--config", "etc/pyproject.toml") == []  # patterns are relative to the working directory
    other.write_text('[tool.bcelint]\nselect = ["BCE2"]')
    assert codes(invoke, "--config", "etc/pyproject.toml") == ["BCE201"]
    assert invoke("check", "--config", "etc/pyproject.toml", "--isolated").exit_code == 2


def test_trace_and_fix_read_it_too(project: Path, invoke: Invoke) -> None:
    (project / "bcelint.toml").write_text('exclude = ["train.py"]\n[calls."lib.build"]\nreturns = "probabilities"')
    assert json.loads(invoke("trace", "--output-format", "json").stdout)["calls"] == []
    assert invoke("fix", "--diff", "--no-cache").stdout == ""
    (project / "bcelint.toml").write_text('select = ["BCE102"]')
    diff = invoke("fix", "--diff", "--no-cache", "--quiet").stdout
    assert [line for line in diff.splitlines() if line.startswith("+nn")] == ["+nn.BCEWithLogitsLoss()(x, y)"]


def test_the_api_reads_it_too(project: Path) -> None:
    (project / "bcelint.toml").write_text('select = ["BCE1"]')
    path = project / "train.py"

    def found(**options: Any) -> list[str]:
        texts = bcelint.check_text(TRAIN, path, **options)
        paths = bcelint.check_paths([path], jobs=1, **options)
        assert texts == paths
        return [finding.code for finding in paths]

    assert found() == ["BCE101", "BCE102"]
    assert found(select=["BCE2"]) == ["BCE201"]
    assert found(isolated=True) == ["BCE101", "BCE102", "BCE201"]
    (project / "other.toml").write_text('ignore = ["BCE1"]')
    assert found(config=project / "other.toml") == ["BCE201"]
    (project / "bcelint.toml").write_text("selct = 1")
    with pytest.raises(bcelint.ConfigError, match="selct"):
        found()


def test_standard_input_has_the_configuration_of_its_file(project: Path, invoke: Invoke) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "bcelint.toml").write_text('select = ["BCE2"]')
    assert codes(invoke, "-", "--stdin-filename", "sub/x.py", stdin=TRAIN) == ["BCE201"]
    assert codes(invoke, "-", "--stdin-filename", "x.py", stdin=TRAIN) == ["BCE101", "BCE102", "BCE201"]


def test_exclude_stands_in_the_place_of_the_default(project: Path, invoke: Invoke) -> None:
    (project / "node_modules").mkdir()
    (project / "train.py").rename(project / "node_modules" / "train.py")
    assert codes(invoke) == []
    (project / "bcelint.toml").write_text('extend-exclude = ["x"]')
    assert codes(invoke) == []
    (project / "bcelint.toml").write_text("exclude = []")
    assert codes(invoke) == ["BCE101", "BCE102", "BCE201"]


def test_what_is_excluded_is_followed_but_not_reported(project: Path, invoke: Invoke) -> None:
    (project / "lib").mkdir()
    loss = "def loss(p, y):\n    return nn.BCELoss()(nn.Linear(3, 3)(p), y)\n"
    (project / "lib" / "net.py").write_text(f"import torch.nn as nn\nnet = nn.Sigmoid()\n{loss}")
    (project / "train.py").write_text(
        "import torch\nfrom lib.net import net\ntorch.nn.BCEWithLogitsLoss()(net(torch.randn(4, 3)), torch.rand(4, 3))\n"
    )
    assert codes(invoke) == ["BCE101", "BCE102"]
    (project / "bcelint.toml").write_text('exclude = ["lib/"]')
    assert codes(invoke) == ["BCE102"]
    assert codes(invoke, "lib/net.py") == ["BCE101"]


def test_what_is_named_and_excluded(project: Path, invoke: Invoke) -> None:
    (project / "bcelint.toml").write_text('extend-exclude = ["/train.py"]')
    (project / "other.py").write_text(TRAIN)
    assert codes(invoke, "train.py") == codes(invoke, "other.py") == codes(invoke)
    assert codes(invoke, "train.py", "--force-exclude") == []
    assert codes(invoke, "train.py", "other.py", "--force-exclude") == codes(invoke, "other.py")
    assert invoke("fix", "--force-exclude", "--diff", "--no-cache", "train.py").stdout == ""


def test_what_is_excluded_is_no_place_to_start_from_and_has_no_findings(project: Path, invoke: Invoke) -> None:
    step = "def step(x, y, squash=False):\n    x = torch.sigmoid(x) if squash else x\n    F.binary_cross_entropy_with_logits(x, y)\n"
    (project / "engine.py").write_text(f"import torch\nimport torch.nn.functional as F\n{step}")
    (project / "train.py").write_text("import torch\nfrom engine import step\nz = torch.nn.Linear(3, 3)(torch.randn(4, 3))\n")
    (project / "old.py").write_text("from train import step, z\nimport torch\nstep(z, torch.rand(4, 3), squash=True)\n")
    assert codes(invoke) == ["BCE102"]
    (project / "bcelint.toml").write_text('exclude = ["old.py"]')
    assert codes(invoke) == []
    (project / "engine.py").write_text("import torch\ndef act(x):\n    return torch.sigmoid(x)\n")
    use = "import torch\nfrom engine import act\nloss = torch.nn.BCEWithLogitsLoss()(act(torch.randn(4, 3)), torch.rand(4, 3))\n"
    (project / "old.py").write_text(use)
    (project / "train.py").write_text("from old import loss\nprint(loss)\n")
    assert codes(invoke) == []  # train.py leads to it, and its trace begins in engine.py
    (project / "bcelint.toml").write_text("")
    assert codes(invoke) == ["BCE102"]


def test_source_roots(project: Path, invoke: Invoke) -> None:
    for folder in ("one", "two"):
        (project / folder / "deep").mkdir(parents=True)
    outside = project.parent / f"{project.name}-shared"
    outside.mkdir()
    net = "import torch\nfrom torch import nn\nnet = nn.Sequential(nn.Linear(3, 3), nn.{}())\n"
    (project / "one" / "net.py").write_text(net.format("Sigmoid"))
    (project / "two" / "net.py").write_text(net.format("Identity"))
    (outside / "far.py").write_text(net.format("Sigmoid"))
    use = "import torch\nfrom {} import net\ntorch.nn.BCEWithLogitsLoss()(net(torch.randn(4, 3)), torch.rand(4, 3))\n"
    (project / "train.py").write_text(use.format("net"))
    assert codes(invoke) == []  # either could be meant
    for folder, expected in [("one", ["BCE102"]), ("two", [])]:
        (project / "bcelint.toml").write_text(f'source-roots = ["{folder}"]')
        assert codes(invoke) == expected
    (project / "train.py").write_text(use.format("far"))
    assert codes(invoke) == []
    (project / "bcelint.toml").write_text(f'source-roots = ["../{outside.name}"]')
    assert codes(invoke) == ["BCE102"]


LIBRARY = """\
import torch
from torch import nn

class Focal(nn.Module):
    def forward(self, scores, labels):
        return registry["focal"](scores, labels)

def build(name):
    return registry[name]()
"""
USE = """\
from mylib import FocalLoss
from mylib.losses import build

def train(x, y):
    FocalLoss()(build("a").to("cuda")(x), y).backward()
"""


def test_declared_names_are_found_across_files(project: Path, invoke: Invoke) -> None:
    """Neither file names a loss of torch; the user's names are enough to look at them."""
    (project / "mylib").mkdir()
    (project / "mylib" / "__init__.py").write_text("from .losses import Focal as FocalLoss\n")
    (project / "mylib" / "losses.py").write_text(LIBRARY)
    (project / "train.py").write_text(USE)
    assert codes(invoke) == []
    declared = '[losses."mylib.FocalLoss"]\nprediction = "logits"\n[calls."mylib.losses.build"]\nreturns = "{}"\n'
    (project / "bcelint.toml").write_text(declared.format("probabilities"))
    result = invoke("check", "--no-cache", "--quiet")
    assert result.stdout.splitlines()[0] == (
        "train.py:5:5: BCE102 probabilities reach FocalLoss: build (as declared) at train.py:5, and the loss wants logits; drop the activation"
    )
    assert "bcelint fix" not in result.stdout
    fixed = invoke("fix", "--unsafe", "--diff", "--no-cache")
    assert (fixed.exit_code, fixed.stdout) == (0, "")
    assert "the loss is not torch's" in fixed.stderr
    (project / "bcelint.toml").write_text(declared.format("logits"))
    assert codes(invoke) == []
    assert "1 ok" in invoke("trace", "--no-cache").stdout
