"""The calls of losses, torch's and those of libraries that are known, that stand in the text of a file, whether anything is known of them or not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from bcelint.contracts import tables
from bcelint.contracts.declared.rows import DeclaredLoss
from bcelint.project.parse import python_tree
from bcelint.project.reached import MODULE
from bcelint.project.scopes import Names, Scope
from bcelint.project.source import BadInput, Source

if TYPE_CHECKING:
    from bcelint.project.project import Project

UNREADABLE = "the file can't be parsed"
_WITH_BODY = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_NEWLINE = re.compile(r"\r\n?|\n")
_IMPORT = re.compile(r"^[ \t]*((?:from[ \t]+[.\w]+[ \t]+)?import[ \t]+(?:\([^)]*\)|[^\n;#(]+))", re.MULTILINE)
_PLAIN = re.compile(r"""("{3}|'{3})(?:\\[\s\S]|[\s\S])*?\1|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|#[^\n]*""")


@dataclass(frozen=True)
class Written:
    """One call: of a function, of a criterion where it is built, or (``is_constructor``) the constructor alone.

    Lines and columns count from 1, columns in characters.
    """

    loss: str
    line: int
    column: int
    end_line: int
    end_column: int
    outer: tuple[str, ...] = ()
    """The functions that it stands in, the innermost first; a method with the name of its class in front."""
    is_constructor: bool = False
    unread: str = ""
    """Why what it stands in can't be parsed; then the call is read off the text alone."""
    replaced: bool = False
    """It stands in a function or class whose name is given to another one further down."""

    @property
    def function(self) -> str:
        return self.outer[0] if self.outer else MODULE


class Reader:
    """Reads the files of one project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._names = Names(project)

    def calls(self, path: str) -> list[Written]:
        """Those in a file, in the order of the text."""
        if not self._project.names_loss(path):
            return []
        try:
            source = self._project.source(path)
        except BadInput:
            return sorted(self._in_text(path, self._project.as_it_is(path), UNREADABLE), key=_place)
        tree = python_tree(source)
        if tree is None:
            return sorted(self._in_text(path, source.text, UNREADABLE), key=_place)
        found = [*self._in_tree(source, tree), *self._in_cells(source)]
        return sorted(found, key=_place)

    def _in_tree(self, source: Source, tree: ast.Module) -> Iterator[Written]:
        scope = self._names.module(source.path, tree) or Scope(source.path).add(tree.body)
        lines = _NEWLINE.split(source.text)
        within: set[int] = set()
        for node, inner, outer, replaced in _nodes(tree, scope):
            if not isinstance(node, ast.Call) or id(node) in within:
                continue
            built = _criterion(node)
            written = None if built is None else self._one(built, inner)
            if written is not None and written.is_constructor:
                within.add(id(built))
                yield replace(_spanned(written, node, lines), outer=outer, replaced=replaced, is_constructor=False)
                continue
            written = self._one(node, inner)
            if written is not None:
                yield replace(_spanned(written, node, lines), outer=outer, replaced=replaced)

    def _one(self, node: ast.Call, scope: Scope) -> Written | None:
        """The call ``node``, without its place, if it is one of a loss."""
        name = self._names.meaning(node.func, scope)
        if not isinstance(name, str):
            return None
        row = tables.loss_function(name)
        if row is not None:
            return Written(row.function_name, 0, 0, 0, 0)
        row = tables.loss_class(name)
        if row is not None:
            return Written(row.name, 0, 0, 0, 0, is_constructor=True)
        declared = self._project.knowledge.of(name)
        return _of_library(name, declared) if isinstance(declared, DeclaredLoss) else None

    def _in_text(self, path: str, text: str, reason: str, scope: Scope | None = None) -> Iterator[Written]:
        """Those that a search of the text finds, by the imports in it or in ``scope``."""
        blank = _PLAIN.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
        scope = scope or Scope(path).add(_import_statements(blank))
        for match in _call_of_one(self._project.names_of_losses(path)).finditer(blank):
            written = self._one(_call_of(match[1]), scope)
            if written is not None:
                line, column = text.count("\n", 0, match.start()) + 1, match.start() - text.rfind("\n", 0, match.start())
                yield replace(written, line=line, column=column, end_line=line, end_column=column + len(match[1]), unread=reason)

    def _in_cells(self, source: Source) -> Iterator[Written]:
        """Those in the cells of a notebook that can't be parsed, which are no part of its text."""
        if source.trouble:
            last = max(source.written, default=0)
            text = "\n".join(source.written.get(line, "") for line in range(1, last + 1))
            yield from self._in_text(source.path, text, "its cell can't be parsed", self._names.module(source.path))


@lru_cache(maxsize=64)
def _call_of_one(names: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.])((?:[A-Za-z_]\w*\s*\.\s*)*(?:{'|'.join(map(re.escape, sorted(names)))}))\s*(?=\()")


def _of_library(name: str, row: DeclaredLoss) -> Written:
    """A loss of another library: a class by how it is declared, or written."""
    last = name.rpartition(".")[2]
    return Written(last, 0, 0, 0, 0, is_constructor=last[:1].isupper() if row.function is None else not row.function)


def _nodes(tree: ast.Module, scope: Scope) -> Iterator[tuple[ast.AST, Scope, tuple[str, ...], bool]]:
    """Every node with the scope in which its names are looked up, the functions that it stands in, and whether one of these is replaced further
    down; a call goes before what stands in it."""
    waiting: list[tuple[ast.AST, Scope, tuple[str, ...], str]] = [(tree, scope, (), "")]
    replaced: set[int] = set()
    while waiting:
        node, here, outer, owner = waiting.pop()
        replaced |= _replaced(node, id(node) in replaced)
        yield node, here, outer, id(node) in replaced
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inner = Scope(here.path, _enclosing(here)).add_parameters(node.args).add(node.body)
            name = f"{owner}.{node.name}" if owner else node.name
            around: list[ast.AST] = [*node.decorator_list, node.args, *([node.returns] if node.returns else [])]
            waiting += [(each, here, outer, "") for each in around]
            waiting += [(each, inner, (name, *outer), "") for each in node.body]
        elif isinstance(node, ast.ClassDef):
            inner = Scope(here.path, _enclosing(here), is_class=True).add(node.body)
            waiting += [(each, here, outer, "") for each in (*node.decorator_list, *node.bases, *node.keywords)]
            waiting += [(each, inner, outer, node.name) for each in node.body]
        elif isinstance(node, ast.Lambda):
            inner = Scope(here.path, _enclosing(here)).add_parameters(node.args)
            waiting += [(node.args, here, outer, ""), (node.body, inner, outer, "")]
        else:
            # A method may stand below an `if` in its class.
            waiting += [(each, here, outer, owner) for each in ast.iter_child_nodes(node)]


def _replaced(node: ast.AST, is_replaced: bool) -> set[int]:
    """The identities of those nodes inside of ``node`` that are replaced: all where it is itself, else definitions above others of the same name."""
    if is_replaced:
        return set(map(id, ast.iter_child_nodes(node)))
    last: set[str] = set()
    found: set[int] = set()
    for each in reversed(getattr(node, "body", ()) if isinstance(node, _WITH_BODY) else ()):
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if each.name in last:
                found.add(id(each))
            if not each.decorator_list:  # a setter does not replace the getter
                last.add(each.name)
    return found


def _enclosing(scope: Scope) -> Scope:
    """Where a function looks up what it does not bind: not in the class around it."""
    while scope.is_class and scope.parent is not None:
        scope = scope.parent
    return scope


def _criterion(node: ast.Call) -> ast.Call | None:
    """In ``nn.BCELoss()(x, y)``, or with ``.forward``, the first call."""
    called = node.func
    if isinstance(called, ast.Attribute) and called.attr in ("forward", "__call__"):
        called = called.value
    return called if isinstance(called, ast.Call) else None


def _spanned(written: Written, node: ast.Call, lines: list[str]) -> Written:
    end_line, end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    first, last = _column(lines, node.lineno, node.col_offset), _column(lines, end_line, end)
    return replace(written, line=node.lineno, column=first, end_line=end_line, end_column=last)


def _column(lines: list[str], line: int, offset: int) -> int:
    """A column as ``ast`` counts it, in bytes, as it is shown."""
    text = lines[line - 1] if line <= len(lines) else ""
    return offset + 1 if text.isascii() else len(text.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace")) + 1


def _call_of(dotted: str) -> ast.Call:
    first, *rest = "".join(dotted.split()).split(".")
    called: ast.expr = ast.Name(first, ast.Load())
    for name in rest:
        called = ast.Attribute(called, name, ast.Load())
    return ast.Call(called, [], [])


def _import_statements(text: str) -> Iterator[ast.AST]:
    """The imports in a text that is no Python."""
    for match in _IMPORT.finditer(text):
        try:
            yield from ast.parse(match[1]).body
        except (SyntaxError, ValueError):
            continue


def _place(written: Written) -> tuple[int, int]:
    return written.line, written.column
