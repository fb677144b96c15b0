"""Names that come from other files of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from bcelint.project.project import Project
from bcelint.trace.tracer import loss_calls
from tests.trace.tracing import case_of, in_words, trace, trace_files, value_of

ACT = "import torch\nfrom torch import nn\n\ndef act(v):\n    return torch.sigmoid(v)\n"


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("from act import act\nout = act(x)", {"act.py": ACT}),
        ("import act\nout = act.act(x)", {"act.py": ACT}),
        ("import act as a\nout = a.act(x)", {"act.py": ACT}),
        ("from act import act as a\nout = a(x)", {"act.py": ACT}),
        ("from act import *\nout = act(x)", {"act.py": ACT}),
        ("from act import *\nout = nn.Sigmoid()(x)", {"act.py": ACT}),
        ("import lib.act\nout = lib.act.act(x)", {"lib/__init__.py": "", "lib/act.py": ACT}),
        ("from lib import act\nout = act.act(x)", {"lib/__init__.py": "", "lib/act.py": ACT}),
        ("from lib import act\nout = act(x)", {"lib/__init__.py": "from .act import act", "lib/act.py": ACT}),
        ("from lib import a\nout = a(x)", {"lib/__init__.py": "from lib.act import act as a", "lib/act.py": ACT}),
        ("from lib import act\nout = act(x)", {"lib/__init__.py": "from .act import *", "lib/act.py": ACT}),
        ("import lib\nout = lib.a.act(x)", {"lib/__init__.py": "from . import act as a", "lib/act.py": ACT}),
        ("from lib.deep.b import f\nout = f(x)", {
            "lib/__init__.py": "", "lib/deep/__init__.py": "", "lib/act.py": ACT, "lib/deep/b.py": "from ..act import act as f",
        }),
        ("def f():\n    from act import act\n    return act(x)\nout = f()", {"act.py": ACT}),
        ("try:\n    from fast import act\nexcept ImportError:\n    from act import act\nout = act(x)", {"act.py": ACT, "fast.py": ACT}),
        ("import act\nact.scale = p\nout = act.scale", {"act.py": ACT}),
        ("from a import *\nout = nn.Sigmoid()(x)", {"a.py": "from b import *", "b.py": "from torch import nn"}),
        ("from a import *\nout = Sigmoid()(x)", {"a.py": "from torch.nn import *"}),
        ("import a\nout = a.Sigmoid()(x)", {"a.py": "from torch.nn import *"}),
        ("from lib import *\nout = act.f(x)", {"lib/__init__.py": "from .act import f", "lib/act.py": "from torch import sigmoid as f"}),
        ("import lib\nout = lib.act(x)", {"lib/__init__.py": "from .act import act\nfrom .act import scale", "lib/act.py": ACT + "\nscale = 1"}),
        ("from lib import *\nout = act.f(x)", {"lib/__init__.py": "import lib.act", "lib/act.py": "from torch import sigmoid as f"}),
        ("from lib import *\nout = eval('deep.act')(x)", {"lib/__init__.py": "from lib.deep import *", "lib/deep.py": ACT}),
        ("from lib import f\nout = f(x)", {
            "lib/__init__.py": "from .act import g\ndef f(v):\n    return act.g(v)", "lib/act.py": "from torch import sigmoid as g",
        }),
        ("from lib import *\nout = deep.a.f(x)", {
            "lib/__init__.py": "from .deep.a import f", "lib/deep/__init__.py": "", "lib/deep/a.py": "from torch import sigmoid as f",
        }),
        ("import torch.nn.functional as nn\nout = nn.sigmoid(x)", {}),
        ("from torch import sigmoid as softmax\nout = softmax(x)", {}),
        ("import torch.nn as T\nout = T.functional.sigmoid(x)", {}),
    ],
)  # fmt: skip
def test_followed(text: str, files: dict[str, str]) -> None:
    assert value_of(text, files) == "probabilities"


def test_public_names_only_come_with_a_star() -> None:
    assert value_of("from a import *\nout = _hidden(x)", {"a.py": "from torch import sigmoid as _hidden"}).startswith("unknown: ")


def test_a_cycle_of_imports_ends() -> None:
    files = {
        "a.py": "from b import g\ndef f(v):\n    return g(v)\n",
        "b.py": "import a\nimport torch\ndef g(v):\n    return torch.sigmoid(v)\n",
    }
    assert value_of("from a import f\nout = f(x)", files) == "probabilities"


def test_a_name_missed_in_a_cycle_is_unknown() -> None:
    files = {"a.py": "from b import g\nf = 1\n", "b.py": "from a import f\ng = f\n"}
    assert value_of("from a import g\nout = g(x)", files).startswith("unknown: ")


@pytest.mark.parametrize(
    ("text", "files", "reason"),
    [
        ("from a import missing\nout = missing(x)", {"a.py": ""}, "missing is not defined in a"),
        ("from .gone import f\nout = f(x)", {}, "the module .gone is not in the project"),
        ("from elsewhere import f\nout = f(x)", {}, "elsewhere.f is outside of the project"),
        ("import a\nout = a.missing", {"a.py": ""}, "the module has no attribute missing that is seen here"),
        ("from elsewhere import *\nout = f(x)", {}, "f is not defined where it is seen"),
    ],
)
def test_reasons(text: str, files: dict[str, str], reason: str) -> None:
    assert value_of(text, files) == f"unknown: {reason}"


def test_a_file_that_cannot_be_parsed_is_warned_of_once() -> None:
    traced = trace("import bad\nfrom bad import f\nF.mse_loss(x, y)\nF.binary_cross_entropy(f(x), y)", {"bad.py": "def f(:\n"})
    assert [path for path, _ in traced.warnings] == ["bad.py"]
    assert [in_words(call.prediction) for call in traced.calls] == ["unknown: f is not defined in bad"]


def test_namespace_packages(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "act.py").write_text(ACT)
    main = tmp_path / "main.py"
    main.write_text("import torch\nimport torch.nn.functional as F\nfrom lib import act\nF.cross_entropy(act.act(torch.rand(3)), 1)\n")
    (call,) = loss_calls(Project(str(tmp_path)), [str(main)], lambda path, reason: None)
    assert in_words(call.prediction) == "probabilities"


def test_the_main_block_runs_in_an_entry_and_not_on_import() -> None:
    other = "import torch\nimport torch.nn.functional as F\nif __name__ == '__main__':\n    F.cross_entropy(torch.rand(3), 1)\n"
    assert [call.place.line for call in trace_files({"main.py": "import other\n", "other.py": other}, ["main.py"]).calls] == []
    assert [call.place.line for call in trace_files({"main.py": "import other\n", "other.py": other}, ["main.py", "other.py"]).calls] == [4]


def test_the_module_runs_once_however_often_it_is_imported() -> None:
    other = "import torch\nimport torch.nn.functional as F\nF.cross_entropy(torch.rand(3), 1)\n"
    assert len(trace_files({"main.py": "import other\nfrom other import F\nimport other as o\n", "other.py": other}).calls) == 1


@pytest.mark.parametrize("name", ["'nets.one'", "'nets.' + anything.which", "'nets.' + 'one'", "f'nets.{1 and \"one\"}'"])
def test_modules_imported_by_name(name: str) -> None:
    files = {"nets/__init__.py": "", "nets/one.py": "import torch\nact = torch.sigmoid\n", "nets/two.py": "def act(v): return v\n"}
    text = f"import importlib\nF.binary_cross_entropy_with_logits(importlib.import_module({name}).act(z), y)"
    found = [in_words(call.prediction) + case_of(call) for call in trace(text, files).calls]
    if "which" in name:
        assert found == ["probabilities when anything.which == 'one'", "logits when anything.which == 'two'"]
    else:
        assert found == ["probabilities"]


def test_a_module_by_its_dict() -> None:
    files = {"nets.py": "import torch\nact = torch.sigmoid\n"}
    assert trace("import nets\nF.binary_cross_entropy_with_logits(nets.__dict__['act'](z), y)", files).predictions == ["probabilities"]
