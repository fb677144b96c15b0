"""Tabs and spaces mixed in the indentation."""

from __future__ import annotations

import ast
from pathlib import Path

import libcst
import pytest

import bcelint
from bcelint.project.indentation import evened, widened

MIXED = [
    "def f():\n    def g(p):\n\t    return p\n    return g\n",
    "def f():\r\n    def g(p):\r\n\t    return p\r\n    return g\r\n",
    "if a:\n  b = '''\n\tkept\n'''\n  if b:\n\t   c = (1,\n\t2)\n",
    "if a:\n  b = 1\n  # note\n  if b:\n\t   c = 2  # \x0c note\n",
]
REFUSED = ["class A:\n  x = 1\n  def f(self):\n\treturn 2\n", "if a:\n        b = 1\n\tc = 2\n"]
"""What Python 2 took, and no Python since: whether it fits would hang on how wide a tab is."""
PLAIN = [
    "def f():\n\tdef g(p):\n\t\treturn p\n\treturn g\n",
    "def f():\n\tdef g(p):\n\t    return p\n\treturn g\n",
    "def f():\n    return '''\n\ttext'''\n",
    "def f(a,\n\tb):\n    return a\n",
    "if a:\n  b = (\n\t1)\nelif c:\n    d = 1\n",
]


@pytest.mark.parametrize("text", MIXED)
def test_mixed_indentation_means_what_it_means_to_python(text: str) -> None:
    with pytest.raises(libcst.ParserSyntaxError):
        libcst.parse_module(text)
    assert ast.dump(ast.parse(evened(text))) == ast.dump(ast.parse(text))
    libcst.parse_module(evened(text))


@pytest.mark.parametrize("text", REFUSED)
def test_what_python_refuses_stays_as_it_is(text: str) -> None:
    with pytest.raises(TabError):
        ast.parse(text)
    assert evened(text) == text


@pytest.mark.parametrize("text", PLAIN)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert evened(text) == text
    assert widened(text) == {}


def test_places_are_those_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    body = "def f():\n    def g(p):\n\t    return nn.BCELoss()(nn.Linear(4, 1)(p), torch.ones(3, 1))\n    return g\n"
    path.write_text(f"import torch\nfrom torch import nn\n{body}", encoding="utf-8")
    (finding,) = bcelint.check_paths([tmp_path], jobs=1)
    line = path.read_text(encoding="utf-8").splitlines()[finding.position.line - 1]
    assert line[finding.position.column - 1 : finding.position.end_column - 1] == "nn.BCELoss()(nn.Linear(4, 1)(p), torch.ones(3, 1))"
