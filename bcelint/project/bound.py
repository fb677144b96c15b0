"""The names that a file binds: one that neither it nor a function around binds is a NameError where it is read."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bcelint.project.parse import python_tree
from bcelint.project.source import Source

_UNSEEN = re.compile(r"(?<![.\w])(?:exec|execfile|(?<!\bin )(?:globals|locals|vars))\s*\(|\bbuiltins\b|__builtins__|\bsys\.modules\b|\bimport\s*\*")
"""By these a file may get names that do not stand in it."""
_BINDING = re.compile(r"\s*%%?(?:cpaste|load|loadpy|paste|pylab|recall|rerun|run|store)\b")
"""The same in the lines of a notebook that IPython reads."""
_BROKEN = re.compile(r"cell (\d+): syntax error")
_WORD = re.compile(r"[^\W\d]\w*")
_KNOWN = frozenset(dir(builtins)) | frozenset(
    "apply basestring buffer cmp coerce execfile file intern long raw_input reduce reload unichr unicode xrange "  # Python 2
    "WindowsError display exit get_ipython In Out profile quit reveal_type".split()
)


@dataclass(frozen=True)
class Bound:
    """The names that a file binds outside of its functions, and with their first and last lines those that each function binds."""

    outside: frozenset[str]
    functions: tuple[tuple[int, int, frozenset[str]], ...]

    def has(self, name: str, line: int) -> bool:
        """Whether ``name``, read in ``line``, may be bound: by the file, by Python, or by a function around."""
        return name in self.outside or name in _KNOWN or any(first <= line <= last and name in own for first, last, own in self.functions)


def bound_in(source: Source) -> Bound | None:
    """What a file binds; None where it may get other names, too, that do not stand in it. What IPython reads may bind each word that stands there;
    a cell with a syntax error is never run.
    """
    broken = {int(match[1]) for match in map(_BROKEN.match, source.trouble) if match}
    lines = [text for line, text in source.written.items() if (cell := source.cell_at(line)) is None or cell.number not in broken]
    tree = None if any(map(_BINDING.match, lines)) or _UNSEEN.search(source.text) else python_tree(source)
    if tree is None:
        return None
    outside, functions = _outside(tree)
    words = (word for line in lines for word in _WORD.findall(line))
    spans = ((node.lineno, node.end_lineno or node.lineno, frozenset(_names(ast.walk(node)))) for node in functions)
    return Bound(outside.union(words), tuple(spans))


def _outside(tree: ast.Module) -> tuple[frozenset[str], list[ast.FunctionDef | ast.AsyncFunctionDef]]:
    """The names bound outside of functions, or declared to be global by them, and these functions."""
    nodes: list[ast.AST] = []
    functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        nodes.append(node)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            functions.append(node)
            nodes += (inner for inner in ast.walk(node) if isinstance(inner, ast.Global))
        else:
            waiting += ast.iter_child_nodes(node)
    return frozenset(_names(nodes)), functions


def _names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            yield from node.names
        else:  # functions, classes, caught exceptions, patterns
            yield from (name for name in (getattr(node, "name", None), getattr(node, "rest", None)) if isinstance(name, str))
