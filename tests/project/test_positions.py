"""Positions as LibCST's own provider gives them."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest
from hypothesis import given, settings
from hypothesmith import from_grammar
from libcst.metadata import MetadataWrapper, PositionProvider

from bcelint.project.positions import positions

ROOT = Path(__file__).resolve().parents[2]
_PRINTERS = Path(cst.__file__).parent / "_nodes"
FILES = [*sorted((ROOT / "bcelint").rglob("*.py"))[::10], *sorted((ROOT / "fixtures").rglob("*.py"))[::12], *sorted(_PRINTERS.glob("*o*.py"))]

TEXTS = [
    "",
    "\n",
    "# only a comment",
    "x = 1",
    "x = 1\r\nif x:\r\n\ty = (\r\n  2)\r\n",
    "s = '''a\n\nb'''; t = 'é𝒳'; u = (s,\n t)\n",
    "@dec\n# between\n@other(1)\nclass A(B, metaclass=C):\n    '''doc'''\n",
    "class A:\n    # first\n    async def f(self, /, a, *, b=1) -> int:\n        return await a  # end\n",
    "try:\n    pass\nexcept A as e:\n    raise\nelse:\n    pass\nfinally:\n    pass\n",
    "with a as b, c: pass\nfor x in y:\n    break\nelse:\n    pass\n",
    "if a: b; c\nelif d:\n    pass\nelse: e\nwhile x: pass\nlambda x, *y, z=1, **k: (yield)\ndel (a), b\nx: int = 1\nx += 1\nglobal q\nassert a, b\n",
    "match x:\n    case [a, *b] | {'k': c, **d} if a:\n        pass\n    case A(b=1) as e:\n        pass\n    case _: pass\n",
    "f'{a!r:>{w}}' 'b' f'''{\nx}'''\n[x async for x in y if z if w]\n{**a, 'b': c}\n(a := 1)[::2, ...]\n",
    "not a is not b < c\n\x0c\nimport a.b as c, d\nfrom . import (x,\n y)\n",
    "try:\n    pass\nexcept* (A, B) as e:\n    pass\ndef f[T: int, *Ts, **P](): pass\ntype X[T] = list[T]\n",
]


def theirs(tree: cst.Module) -> dict[int, tuple[int, int, int, int]]:
    spans = MetadataWrapper(tree, unsafe_skip_copy=True).resolve(PositionProvider)
    return {id(node): (span.start.line, span.start.column, span.end.line, span.end.column) for node, span in spans.items()}


@pytest.mark.parametrize("text", [*TEXTS, *(path.read_text(encoding="utf-8") for path in FILES)], ids=lambda text: None)
def test_the_same_as_the_provider_of_libcst(text: str) -> None:
    tree = cst.parse_module(text)
    assert positions(tree) == theirs(tree)


@settings(max_examples=30, deadline=None)
@given(from_grammar())
def test_the_same_on_generated_code(text: str) -> None:
    try:
        tree = cst.parse_module(text)
    except (cst.ParserSyntaxError, ValueError, SyntaxError):
        return
    assert positions(tree) == theirs(tree)
