"""No input ends bcelint, and none makes it fail inside: generated syntax, generated torch-like programs, and real files."""

from __future__ import annotations

import ast
import importlib.util
import os
import random
import sys
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from bcelint.analysis import session
from bcelint.analysis.result import Result
from bcelint.finding import INTERNAL_ERROR
from bcelint.fix.marks import mark
from tests import torchlike

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    hypothesmith = pytest.importorskip("hypothesmith")

CODES = session.choose_rules(advice=True)
GENERATED = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # shrinking such a text takes minutes
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
        HealthCheck.function_scoped_fixture,
    ],
)
A_LOSS = "\nimport torch\ntorch.nn.functional.binary_cross_entropy(torch.randn(3), torch.ones(3))\n"
"""Without a loss a file is not even parsed."""


def assert_survived(text: str, path: str) -> Result:
    result = session.analyse_text(text, path, CODES, every_call=True)
    mark(result)
    assert not result.crashed, result.trouble
    assert [trouble for trouble in result.trouble if trouble.is_own] == []
    assert result.calls or A_LOSS not in text
    return result


@GENERATED
@given(text=hypothesmith.from_grammar())
def test_generated_grammar(text: str, tmp_path: Path) -> None:
    assert_survived(text + A_LOSS, str(tmp_path / "generated.py"))


@GENERATED
@given(text=hypothesmith.from_node())
def test_generated_trees(text: str, tmp_path: Path) -> None:
    assert_survived(text + A_LOSS, str(tmp_path / "generated.py"))


@pytest.mark.parametrize("first", range(0, 120, 20))
def test_generated_torch_programs(first: int, tmp_path: Path) -> None:
    """Well-formed statements over tensors, layers, containers and losses, few of which make sense, but which reach losses."""
    verdicts = set()
    for seed in range(first, first + 20):
        text = torchlike.program(random.Random(seed))
        ast.parse(text)
        verdicts |= {call.verdict.value for call in assert_survived(text, str(tmp_path / f"seed_{seed}.py")).calls}
    assert verdicts >= {"misuse", "unknown"}


@pytest.mark.parametrize("name", ["nn/modules/loss.py", "nn/functional.py", "testing/_internal/common_nn.py"])
def test_files_of_torch(name: str, tmp_path: Path) -> None:
    """Long files that define losses, call them or speak of them, each as a project of its own."""
    spec = importlib.util.find_spec("torch")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("torch is not installed")
    text = (Path(spec.submodule_search_locations[0]) / name).read_text(encoding="utf-8")
    assert assert_survived(text, str(tmp_path / "of_torch.py")).calls


def test_the_standard_library_is_quiet() -> None:
    """Ordinary code with a loss call behind it, so that it is evaluated: no failure inside and no finding but that one."""
    folder = Path(os.__file__).parent
    for name in ("dataclasses.py", "contextlib.py", "functools.py", "ast.py"):
        text = (folder / name).read_text(encoding="utf-8")
        result = assert_survived(text + A_LOSS, str(folder / "bcelint_never_crash.py"))
        assert [finding.position.line for finding in result.findings] == [text.count("\n") + 3]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0",
        "\ufeff",
        "\\",
        "def f(:\n",
        "print 'python 2'\n",
        "x = " + "(" * 500 + ")" * 500,
        "x = " + "-" * 5000 + "1",
        "x = " + " + ".join(["1"] * 5000),
        "if 1:\n" + "".join(" " * depth + "if 1:\n" for depth in range(1, 95)) + " " * 95 + "pass\n",
        "x = [" + "[], " * 5000 + "]",
        "lambda: " * 300 + "0",
        "x = y = " * 200 + "0",
        "x" + ".a" * 3000,
        "x" + "()" * 1500,
        "f'{f\"{1}\"}'\n" * 50,
        "def f(f=f): return f(f)\nf(f)\n",
        "class A(A): pass\n",
        "class A: pass\nclass B(A, A): pass\nB()()\n",
        "def f():\n    return f\n" + "f" + "()" * 50 + "\n",
        "x = []\nx.append(x)\nx[0][0][0]\n",
        "d = {}\nd['d'] = d\nd['d']['d']()\n",
        "import generated\nfrom generated import *\ngenerated.generated.x()\n",
        "global x\nnonlocal_ = 1\ndel x, nonlocal_\n",
        "\ud800",
    ],
    ids=range(25),
)
def test_hard_texts(text: str, tmp_path: Path) -> None:
    assert_survived(text + A_LOSS, str(tmp_path / "generated.py"))


def test_an_internal_error_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above can fail: the tracer tells of its own errors in a warning."""
    from bcelint.trace import tracer

    def fail(*args: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(tracer, "_run_entry", fail)
    with pytest.raises(AssertionError, match=INTERNAL_ERROR):
        assert_survived(A_LOSS, str(tmp_path / "generated.py"))


if sys.version_info >= (3, 10):

    def test_match_statements(tmp_path: Path) -> None:
        text = "match x:\n    case {'a': [1, *rest], **more} if rest: pass\n    case A(b=C.d) | (None as e): pass\n    case -1 | _: pass\n"
        assert_survived(text + A_LOSS, str(tmp_path / "generated.py"))


def test_an_object_in_the_prediction_s_place(tmp_path: Path) -> None:
    """Its method comes from no call in the text, and so has no place there."""
    text = "import torch\n\n\nclass A:\n    def f(self):\n        torch.nn.functional.binary_cross_entropy(self, torch.ones(3))\n"
    assert [call.position.line for call in assert_survived(text, str(tmp_path / "a.py")).calls] == [6]
