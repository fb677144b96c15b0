"""Which calls of losses are found in a text, by what its names mean."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from bcelint.project.project import Project
from bcelint.project.written import Reader, Written


def written(folder: Path, files: dict[str, str], name: str = "main.py") -> list[Written]:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(textwrap.dedent(text), encoding="utf-8")
    return Reader(Project(str(folder))).calls(str(folder / name))


def said(found: list[Written]) -> list[str]:
    return [f"{each.loss}{' built' * each.is_constructor}" for each in found]


@pytest.mark.parametrize(
    "text",
    [
        "import torch.nn.functional as F\nF.cross_entropy(x, y)",
        "import torch.nn.functional as nn\nnn.cross_entropy(x, y)",
        "import torch.nn.functional\ntorch.nn.functional.cross_entropy(x, y)",
        "import torch\ntorch.nn.functional.cross_entropy(x, y)",
        "import torch as t\nt.nn.functional.cross_entropy(x, y)",
        "from torch import nn\nnn.functional.cross_entropy(x, y)",
        "from torch.nn import functional\nfunctional.cross_entropy(x, y)",
        "from torch.nn.functional import cross_entropy\ncross_entropy(x, y)",
        "from torch.nn.functional import cross_entropy as ce\nce(x, y)",
        "from torch.nn.functional import *\ncross_entropy(x, y)",
        "from torch.nn import *\nfunctional.cross_entropy(x, y)",
        "from torch import *\nnn.functional.cross_entropy(x, y)",
        "def loss():\n    import torch.nn.functional as F\n    return F.cross_entropy(x, y)",
        "import torch.nn.functional as F\nloss = F.cross_entropy\nloss(x, y)",
        "try:\n    import torch.nn.functional as F\nexcept ImportError:\n    F = None\nF.cross_entropy(x, y)",
        "import torch.nn.functional as F\nclass A:\n    F = None\n    def loss(self):\n        return F.cross_entropy(x, y)",
        "import torch.nn.functional as F\nprint([lambda: F.cross_entropy(x, y) for _ in z])",
    ],
)
def test_names_of_a_function(tmp_path: Path, text: str) -> None:
    assert said(written(tmp_path, {"main.py": text})) == ["cross_entropy"]


@pytest.mark.parametrize(
    "text",
    [
        "from metrics import functional as F\nF.cross_entropy(x, y)",
        "import tensorflow as tf\ntf.nn.cross_entropy(x, y)",
        "def cross_entropy(x, y): ...\ncross_entropy(x, y)",
        "from torch.nn.functional import *\ndef cross_entropy(x, y): ...\ncross_entropy(x, y)",
        "import torch.nn.functional as F\ndef loss(F):\n    return F.cross_entropy(x, y)",
        "import torch.nn.functional as F\ndef loss():\n    F = other()\n    return F.cross_entropy(x, y)",
        "import torch.nn.functional as F\nprint(lambda F: F.cross_entropy(x, y))",
        "import torch.nn.functional as F\nself.cross_entropy(x, y)\nx.cross_entropy(y)\nloss = F.cross_entropy",
        "import torch.nn.functional as F\n# F.cross_entropy(x, y)\nx = 'F.cross_entropy(x, y)'",
        "from torch import nn\nclass CrossEntropyLoss(nn.Module): ...\nCrossEntropyLoss()(x, y)",
        "F.cross_entropy(x, y)",
        "import torch.nn.functional as F\nF.mse_loss(x, y)\nF.cross_entropy_of_my_own(x)",
        "from somewhere import *\nF.cross_entropy(x, y)",
    ],
)
def test_look_alikes(tmp_path: Path, text: str) -> None:
    assert written(tmp_path, {"main.py": text}) == []


def test_names_through_files_of_the_project(tmp_path: Path) -> None:
    files = {
        "common/__init__.py": "from .names import *\nfrom .names import f as g\n",
        "common/names.py": "from torch import nn\nimport torch.nn.functional as f\n",
        "main.py": "import common\nfrom common import nn, g\nfrom common import names\n"
        "nn.BCELoss()\ng.kl_div(x, y)\ncommon.nn.NLLLoss()\nnames.f.nll_loss(x, y)\ncommon.names.nn.functional.ctc_loss(x)\n",
        "own.py": "from common import losses\nlosses.cross_entropy(x, y)\n",
        "common/losses.py": "def cross_entropy(x, y): ...\n",
        "around.py": "from around import F\nF.cross_entropy(x, y)\n",
    }
    assert said(written(tmp_path, files)) == ["BCELoss built", "kl_div", "NLLLoss built", "nll_loss", "ctc_loss"]
    assert written(tmp_path, {}, "own.py") == []
    assert written(tmp_path, {}, "around.py") == []


def test_names_that_a_library_may_hand_on(tmp_path: Path) -> None:
    """As transformers' modules did with those that they had imported from torch."""
    text = (
        "from transformers.modeling_bert import *\nclass Net(BertPreTrainedModel):\n    loss = CrossEntropyLoss()\ncross_entropy(x, y)\nDiceLoss()\n"
    )
    assert said(written(tmp_path, {"main.py": text})) == ["CrossEntropyLoss built"]
    own = "class CrossEntropyLoss: ...\n"
    assert written(tmp_path, {"losses.py": own, "main.py": "from losses import *\nCrossEntropyLoss()\n"}) == []


def test_criteria(tmp_path: Path) -> None:
    text = """\
    from torch import nn
    import torch
    criterion = nn.BCELoss()
    loss = nn.BCELoss(reduction="sum")(x, y) + nn.NLLLoss().forward(x, y)
    criteria = [torch.nn.CrossEntropyLoss().to(device), nn.modules.loss.KLDivLoss]
    class Mine(nn.BCELoss): ...
    """
    assert said(written(tmp_path, {"main.py": text})) == ["BCELoss built", "BCELoss", "NLLLoss", "CrossEntropyLoss built"]


def test_places_and_functions(tmp_path: Path) -> None:
    text = """\
    import torch.nn.functional as F
    class Net:
        def loss(self, x):
            def inner(größe):
                return größe, F.cross_entropy(
                    x, größe)
            return inner
    """
    (found,) = written(tmp_path, {"main.py": text})
    assert (found.line, found.column, found.end_line, found.end_column) == (5, 27, 6, 26)
    assert (found.function, found.outer) == ("inner", ("inner", "Net.loss"))


def test_what_can_not_be_parsed_is_searched(tmp_path: Path) -> None:
    text = "import torch.nn.functional as F\nfrom torch import (nn,\n  optim)\n# F.cross_entropy(\n'F.cross_entropy('\n"
    text += "loss = F.cross_entropy(x,\nnn.BCELoss()\nG.kl_div(\n"
    found = written(tmp_path, {"main.py": text})
    assert [(each.loss, each.line, each.column, each.unread) for each in found] == [
        ("cross_entropy", 6, 8, "the file can't be parsed"),
        ("BCELoss", 7, 1, "the file can't be parsed"),
    ]
    found = written(tmp_path, {"main.py": "import torch.nn.functional as F\nprint 'old'\nF.cross_entropy(x, y)\n"})
    assert [(each.line, each.unread) for each in found] == [(3, "")]
    (tmp_path / "main.py").write_bytes(b"import torch.nn.functional as F\n\xff\nF.cross_entropy(x, y)\n")
    assert [(each.line, each.unread) for each in written(tmp_path, {})] == [(3, "the file can't be parsed")]


def test_cells_that_can_not_be_parsed_are_searched(tmp_path: Path) -> None:
    notebook = '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "import torch.nn.functional as F\\nF.nll_loss(x, y)"},'
    notebook += '{"cell_type": "code", "source": "a = 1\\nF.cross_entropy(x, y"}]}'
    found = written(tmp_path, {"main.ipynb": notebook}, "main.ipynb")
    assert [(each.loss, each.line, each.unread) for each in found] == [("nll_loss", 3, ""), ("cross_entropy", 6, "its cell can't be parsed")]
