"""Who imports whom, and where an analysis starts."""

from __future__ import annotations

import os

import pytest

from bcelint.contracts import tables
from bcelint.project.imports import LOSS_NAMES, import_lines, names_a_loss
from bcelint.project.project import Project
from bcelint.project.source import BadInput


def shown(top, paths):
    return sorted(os.path.relpath(path, top) for path in paths)


def imports(top, name, **options):
    return shown(top, Project(str(top), **options).imports(str(top / name)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import a.b as c, d", [(0, "a.b", None), (0, "d", None)]),
        ("from . import x", [(1, "", ["x"])]),
        ("from ..a.b import (c, d as e,  # )\n    f,\n)", [(2, "a.b", ["c", "d", "f"])]),
        ("from a import b, \\\n    c", [(0, "a", ["b", "c"])]),
        ("from a import \\\r\n    b\r\nimport c\r\n", [(0, "a", ["b"]), (0, "c", None)]),
        (
            "def f():\n    try:\n        from .a import b\n    except E: import c; import d",
            [(1, "a", ["b"]), (0, "c", None), (0, "d", None)],
        ),
        ("from a import *", [(0, "a", ["*"])]),
        ("from .a import(b)", [(1, "a", ["b"])]),
        ("# import a\nx = 'import b'\nimporting = 1\nfrom_x = 2", []),
        ("\ufefffrom a import b", [(0, "a", ["b"])]),
        ("import größe", [(0, "größe", None)]),
        ("from a import b as c # import d", [(0, "a", ["b"])]),
    ],
)
def test_import_lines(text, expected):
    lines = [(line.level, line.module, None if line.names is None else [there for there, _ in line.names]) for line in import_lines(text.encode())]
    assert lines == expected


@pytest.mark.parametrize("text", ["nn.BCELoss()", "F.kl_div(a, b)", "cross_entropy", "x=sigmoid_focal_loss(y)", "F.binary_cross_entropy_with_logits"])
def test_names_a_loss(text):
    assert names_a_loss(text.encode())


@pytest.mark.parametrize("text", ["", "MyBCELoss()", "nll_losses", "MSELoss", "cross_entropy2", "l1_loss"])
def test_names_no_loss(text):
    assert not names_a_loss(text.encode())


def test_files_are_looked_for_by_the_names_of_all_losses_in_the_tables():
    names = {name.rpartition(".")[2] for loss in tables.losses() for name in (loss.cls, loss.function) if name}
    assert names == LOSS_NAMES


def test_submodules_and_names(tree):
    top = tree(
        {
            "pkg/__init__.py": "",
            "pkg/unet.py": "",
            "pkg/sub/__init__.py": "",
            "pkg/sub/deep.py": "",
            "a.py": "from pkg import unet",
            "b.py": "import pkg.sub.deep",
            "c.py": "from pkg.sub import deep as d, nothing",
            "d.py": "import pkg",
            "pkg/e.py": "from . import unet\nfrom .sub.deep import f\nfrom .e import g",
        }
    )
    assert imports(top, "a.py") == ["pkg/unet.py"]
    assert imports(top, "b.py") == ["pkg/sub/deep.py"]
    assert imports(top, "c.py") == ["pkg/sub/__init__.py", "pkg/sub/deep.py"]
    assert imports(top, "d.py") == ["pkg/__init__.py"]
    assert imports(top, "pkg/e.py") == ["pkg/sub/deep.py", "pkg/unet.py"]


def test_names_are_followed_through_packages(tree):
    top = tree(
        {
            "pkg/__init__.py": "from .nets import UNet as Net, VGG\nfrom .losses import *",
            "pkg/nets/__init__.py": "from .unet import UNet\nfrom .vgg import *\nfrom .. import VGG",
            "pkg/nets/unet.py": "class UNet: ...",
            "pkg/nets/vgg.py": "VGG = 1",
            "pkg/losses.py": "def dice(x): ...",
            "a.py": "from pkg import Net",
            "b.py": "from pkg import dice",
            "c.py": "from pkg.nets import *",
            "d.py": "from pkg import VGG",
        }
    )
    assert imports(top, "a.py") == ["pkg/__init__.py", "pkg/nets/__init__.py", "pkg/nets/unet.py"]
    assert imports(top, "b.py") == ["pkg/__init__.py", "pkg/losses.py"]
    assert imports(top, "c.py") == ["pkg/nets/__init__.py"]
    assert "pkg/nets/vgg.py" in imports(top, "d.py") or "pkg/nets/__init__.py" in imports(top, "d.py")


def test_importers(tree):
    top = tree({"a.py": "import b", "b.py": "import c", "c.py": "", "sub/d.py": "import c"})
    project = Project(str(top))
    assert shown(top, project.importers(str(top / "c.py"))) == ["b.py", "sub/d.py"]
    assert project.importers(str(top / "a.py")) == frozenset()


ENGINE = {
    "losses.py": "from torch.nn import BCELoss",
    "engine.py": "def train(model, criterion): criterion(model(1), 2)",
    "models.py": "import torch",
    "train.py": "import losses, engine, models\ndef run(): engine.train(models.Net(), losses.BCELoss())",
    "main.py": "import train\ntrain.run()",
    "plot.py": "import models",
    "alone.py": "import torch.nn.functional as F\nF.cross_entropy(a, b)",
}


def test_entries_are_where_a_loss_is_in_reach(tree):
    top = tree(ENGINE)
    project = Project(str(top))
    assert [os.path.basename(path) for path in project.entries()] == ["alone.py", "main.py", "losses.py", "train.py"]


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (["engine.py"], ["main.py", "train.py"]),
        (["models.py"], ["main.py", "train.py"]),
        (["losses.py"], ["losses.py", "main.py", "train.py"]),
        (["plot.py"], []),
        (["alone.py"], ["alone.py"]),
        ([], []),
    ],
)
def test_entries_for_targets(tree, targets, expected):
    top = tree(ENGINE)
    assert shown(top, Project(str(top)).entries([str(top / name) for name in targets])) == expected


def test_cycles_end(tree):
    top = tree({"a.py": "import b\nb.Loss()", "b.py": "import a\nfrom torch.nn import NLLLoss as Loss", "c.py": ""})
    assert shown(top, Project(str(top)).entries()) == ["a.py", "b.py"]


def test_overlay_wins_and_adds_files(tree):
    top = tree({"a.py": "x = 1", "b.py": ""})
    overlay = {str(top / "a.py"): "import b\nfrom torch.nn import BCELoss", str(top / "new.py"): "import a\na.x()"}
    project = Project(str(top), overlay=overlay)
    assert shown(top, project.files) == ["a.py", "b.py", "new.py"]
    assert project.names_loss(str(top / "a.py"))
    assert imports(top, "a.py", overlay=overlay) == ["b.py"]
    assert project.source(str(top / "a.py")).text.startswith("import b")
    assert len(project.tree(str(top / "a.py")).module.body) == 2
    assert shown(top, project.entries()) == ["a.py", "new.py"]


def test_only_given_files_belong(tree):
    top = tree({"a.py": "import b", "b.py": ""})
    project = Project(str(top), files=[str(top / "a.py")])
    assert project.files == (str(top / "a.py"),)
    assert project.imports(str(top / "a.py")) == frozenset()


def test_texts_are_kept_within_the_limit(tree, monkeypatch):
    top = tree({"a.py": "x = 1"})
    project, path = Project(str(top)), str(top / "a.py")
    first = project.source(path)
    monkeypatch.setattr("bcelint.project.project.KEPT", len("x = 1"))
    project.trim()
    assert project.source(path) is first
    monkeypatch.setattr("bcelint.project.project.KEPT", len("x = 1") - 1)
    project.trim()
    assert project.source(path) is not first


def test_bad_input_every_time_and_never_in_the_index(tree):
    top = tree({"a.py": "print BCELoss d", "b.py": "import a\na.run()"})
    (top / "c.py").write_bytes(b"\xff\0 import a")
    project = Project(str(top))
    for _ in range(2):
        with pytest.raises(BadInput, match="Python 2"):
            project.tree(str(top / "a.py"))
    assert shown(top, project.entries()) == ["a.py", "b.py"]
    assert project.names_loss(str(top / "gone.py")) is False
    assert project.imports(str(top / "gone.py")) == frozenset()
