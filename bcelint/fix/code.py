"""A file as a repair sees it: its text, its syntax tree with offsets into the text, and what its names mean."""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import Union

from bcelint.contracts.tables import canonical
from bcelint.finding import Position

Scope = Union[ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda]
SCOPES = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LINE_END = re.compile(r"\r\n|\r|\n")
_PRIMARY = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.List, ast.Dict, ast.Set, ast.ListComp)


class Code:
    """One file. Raises SyntaxError, ValueError or RecursionError where this Python can't parse it."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.tree = ast.parse(text)
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        self.parents = {child: parent for parent in ast.walk(self.tree) for child in ast.iter_child_nodes(parent)}

    def offset(self, line: int, column: int) -> int:
        """Of a line and a column in characters, both from 1."""
        return self._starts[line - 1] + column - 1

    def _byte_offset(self, line: int, column: int) -> int:
        start = self._starts[line - 1]
        ahead = self.text[start : start + column]
        return start + (column if ahead.isascii() else len(ahead.encode("utf-8")[:column].decode("utf-8", "ignore")))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """The offsets of an expression or statement, without parentheses around it."""
        start = self._byte_offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        return start, self._byte_offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def source(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.text[start:end]

    @cached_property
    def _calls(self) -> dict[tuple[int, int], ast.Call]:
        return {self.span(node): node for node in ast.walk(self.tree) if isinstance(node, ast.Call)}

    def call(self, at: Position | None) -> ast.Call | None:
        """The call that stands at just this place."""
        if at is None or at.line > len(self._starts) or at.end_line > len(self._starts):
            return None
        return self._calls.get((self.offset(at.line, at.column), self.offset(at.end_line, at.end_column)))

    def line(self, offset: int) -> int:
        """The line, from 1, of an offset."""
        return bisect_right(self._starts, offset)

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return self._starts[self.line(offset) - 1]

    @property
    def newline(self) -> str:
        found = _LINE_END.search(self.text)
        return found.group() if found else "\n"

    # Around a node

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The node itself, then what holds it, outwards."""
        current: ast.AST | None = node
        while current is not None:
            yield current
            current = self.parents.get(current)

    def statement(self, node: ast.AST) -> ast.stmt:
        return next(each for each in self.ancestors(node) if isinstance(each, ast.stmt))

    def scope(self, node: ast.AST) -> Scope:
        """The function whose body holds the node, or the module."""
        inner = node
        for outer in self.ancestors(node):
            if isinstance(outer, ast.Module):
                return outer
            if isinstance(outer, SCOPES) and outer is not node and (inner is outer.body or (isinstance(outer.body, list) and inner in outer.body)):
                return outer
            inner = outer
        return self.tree

    def enclosing_class(self, node: ast.AST) -> ast.ClassDef | None:
        return next((each for each in self.ancestors(node) if isinstance(each, ast.ClassDef)), None)

    def with_parentheses(self, node: ast.expr) -> tuple[int, int]:
        """The span of a call's argument with the parentheses of its own, where it has any."""
        start, end = self.span(node)
        parent = self.parents.get(node)
        opens = -1
        if isinstance(parent, ast.keyword):
            parent = self.parents.get(parent)
        if isinstance(parent, ast.Call):
            opens = self.text.index("(", self.span(parent.func)[1])
        while True:
            before, after = self.text[:start].rstrip(), len(self.text) - len(self.text[end:].lstrip())
            if not before.endswith("(") or self.text[after : after + 1] != ")" or len(before) - 1 <= opens:
                return start, end
            if parent is not None and not isinstance(parent, ast.Call):
                return start, end
            start, end = len(before) - 1, after + 1

    def is_primary(self, node: ast.expr) -> bool:
        """Whether ``.method()`` can be put behind the expression as it stands."""
        return isinstance(node, _PRIMARY)

    # Names

    @cached_property
    def _imported(self) -> dict[str, list[tuple[str, Scope]]]:
        found: dict[str, list[tuple[str, Scope]]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    found.setdefault(name, []).append((alias.name if alias.asname else name, self.scope(node)))
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                for alias in node.names:
                    found.setdefault(alias.asname or alias.name, []).append((f"{node.module}.{alias.name}", self.scope(node)))
        return found

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names that are bound otherwise than by an absolute import, anywhere in the file."""
        found = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                found.add(node.id)
            elif isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, (*FUNCTIONS, ast.ClassDef)) and not isinstance(self.parents.get(node), ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.ImportFrom) and node.level:
                found |= {alias.asname or alias.name for alias in node.names}
        return frozenset(found)

    @cached_property
    def _stars(self) -> list[str]:
        return [
            node.module
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and not node.level and node.module and any(alias.name == "*" for alias in node.names)
        ]

    def meaning(self, name: str, at: ast.AST) -> str | None:
        """What an imported name stands for at a node: ``nn`` → ``torch.nn``; None where it is bound otherwise, or to several things."""
        if name in self.bound:
            return None
        scopes = {id(each) for each in self.ancestors(at)}
        found = {dotted for dotted, scope in self._imported.get(name, ()) if id(scope) in scopes}
        return found.pop() if len(found) == 1 else None

    def dotted(self, node: ast.AST) -> str | None:
        """The full name of an expression such as ``nn.BCELoss``, as the tables know it: ``torch.nn.BCELoss``."""
        parts: list[str] = []
        current = node
        while isinstance(current, ast.Attribute):
            parts.append(current.attr)
            current = current.value
        if not isinstance(current, ast.Name):
            return None
        root = self.meaning(current.id, node)
        if root is None and not parts and current.id not in self.bound and len(self._stars) == 1 and self._stars[0].startswith("torch"):
            root = f"{self._stars[0]}.{current.id}"
        return None if root is None else canonical(".".join([root, *reversed(parts)]))

    def names_for(self, module: str, at: ast.AST) -> list[str]:
        """The names under which ``module`` is imported at a node, the shortest first."""
        found = [name for name in self._imported if self.meaning(name, at) is not None and canonical(self.meaning(name, at) or "") == module]
        return sorted(found, key=len)
