"""How the lines of a file belong to statements, tests, loops and functions, as Python's own parser has it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Union

Definition = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef]
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
LOOPS = (ast.For, ast.AsyncFor, ast.While)


@dataclass
class Statement:
    """A statement by its lines; ``line`` is what it is called by. ``head`` is the last line that is its own, and no line of its body."""

    node: ast.stmt
    line: int
    first: int
    head: int
    last: int
    loops: tuple[Statement, ...]
    """The loops around it, in the same function, outermost first."""
    in_handler: frozenset[str] | None
    """In a handler of exceptions: the names that its ``try`` binds."""
    function: int
    """The line of the function or class around it; 0 in a module."""
    body: tuple[int, int] | None = None
    """The lines of the suite that is run where the test of an ``if`` or ``while`` holds; None where it stands on the line of the test."""
    assigned: frozenset[str] = frozenset()
    """The names that a loop binds."""

    @property
    def first_in_body(self) -> int:
        return self.node.body[0].lineno  # type: ignore[attr-defined, no-any-return]


@dataclass
class Layout:
    """One file."""

    by_line: dict[int, Statement] = field(default_factory=dict)
    """The statement whose own line it is."""
    definitions: dict[tuple[int, str], int] = field(default_factory=dict)
    """The line of ``def`` or ``class`` by what a code object says of it: its first line, which may be a decorator's, and its name."""
    names: dict[int, str] = field(default_factory=dict)
    """Of functions and classes, by the line of their ``def``, with what stands around them: ``Net.forward``."""
    nodes: dict[int, Definition] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def text(self, line: int) -> str:
        return self.lines[line - 1].strip() if 0 < line <= len(self.lines) else ""

    def statement(self, line: int) -> Statement | None:
        return self.by_line.get(line)


@cache
def layout(path: str) -> Layout:
    found = Layout()
    data = Path(path).read_bytes()
    tree = ast.parse(data)
    found.lines = data.decode(errors="replace").splitlines()
    _suite(found, tree.body, (), None, 0, "")
    for node in ast.walk(tree):
        if isinstance(node, DEFINITIONS) and node.lineno not in found.names:
            _define(found, node, "")
    return found


def _define(found: Layout, node: Definition, prefix: str) -> None:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    found.definitions[first, node.name] = node.lineno
    found.names[node.lineno] = prefix + node.name
    found.nodes[node.lineno] = node


def _suite(found: Layout, suite: list[ast.stmt], loops: tuple[Statement, ...], in_handler: frozenset[str] | None, function: int, prefix: str) -> None:
    for node in suite:
        _statement(found, node, loops, in_handler, function, prefix)


def _statement(found: Layout, node: ast.stmt, loops: tuple[Statement, ...], in_handler: frozenset[str] | None, function: int, prefix: str) -> None:
    last = node.end_lineno or node.lineno
    suites = [suite for _, suite in _suites(node)]
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    inner = [statement.lineno for suite in suites for statement in suite]
    inner += [d.lineno for suite in suites for statement in suite for d in getattr(statement, "decorator_list", [])]
    head = max(node.lineno, min([line for line in inner if line > node.lineno], default=last + 1) - 1) if suites else last
    statement = Statement(node, node.lineno, first, min(head, last), last, loops, in_handler, function)
    if isinstance(node, (ast.If, ast.While)) and node.body[0].lineno > (node.test.end_lineno or node.lineno):
        statement.head = node.test.end_lineno or node.lineno
        statement.body = (node.body[0].lineno, node.body[-1].end_lineno or 0)
    for line in range(statement.first, statement.head + 1):
        found.by_line.setdefault(line, statement)
    if isinstance(node, DEFINITIONS):
        _define(found, node, prefix)
        _suite(found, node.body, (), None, node.lineno, f"{prefix}{node.name}.")
        return
    if isinstance(node, LOOPS):
        statement.assigned = bound_in(node)
    for where, suite in _suites(node):
        around = (*loops, statement) if isinstance(node, LOOPS) and where == "body" else loops
        handler = bound_in(node) if where == "handler" else in_handler
        _suite(found, suite, around, handler, function, prefix)


def bound_in(node: ast.stmt) -> frozenset[str]:
    """The names that a statement binds."""
    stored = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    imported = {(n.asname or n.name).partition(".")[0] for n in ast.walk(node) if isinstance(n, ast.alias)}
    return frozenset(stored | imported | {n.name for n in ast.walk(node) if isinstance(n, DEFINITIONS)})


def set_outside(node: Definition) -> Iterator[str]:
    """The attributes that a function sets, the names of others that it binds, and what it calls methods of."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store):
            yield inner.attr
        elif isinstance(inner, (ast.Global, ast.Nonlocal)):
            yield from inner.names
        elif isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
            owner = inner.func.value
            yield owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""


def _suites(node: Any) -> Iterator[tuple[str, list[ast.stmt]]]:
    if isinstance(node, getattr(ast, "Match", ())):  # from Python 3.10 on
        for case in node.cases:
            yield "case", case.body
        return
    for where in ("body", "orelse", "finalbody"):
        suite = getattr(node, where, None)
        if isinstance(suite, list) and suite:
            yield where, suite
    for handler in getattr(node, "handlers", []):
        yield "handler", handler.body
