"""What the names of a text mean, as far as imports tell: the dotted names of torch, through the files of the project."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Union

from bcelint.contracts import tables
from bcelint.project.parse import python_tree
from bcelint.project.source import BadInput

if TYPE_CHECKING:
    from typing import TypeGuard

    from bcelint.project.project import Project

MAX_IMPORTS = 12
"""Imports of a name from one file out of another."""


@dataclass(frozen=True)
class File:
    """A module of the project."""

    path: str


Meaning = Union[str, File, None]
"""A dotted name outside of the project; a module of the project; None where it is anything else."""


@dataclass(frozen=True)
class Imported:
    """``import module`` (``name`` is None) or ``from module import name``."""

    module: str
    level: int = 0
    name: str | None = None


Binding = Union[Imported, ast.expr, None]
"""An import, what is assigned, or None for anything else that binds a name."""


@dataclass(eq=False)
class Scope:
    """The names that a module, class or function binds."""

    path: str
    parent: Scope | None = None
    names: dict[str, list[Binding]] = field(default_factory=dict)
    stars: list[Imported] = field(default_factory=list)
    is_class: bool = False

    def add(self, statements: Iterable[ast.AST]) -> Scope:
        """Bind what these statements bind, but for what stands in functions and classes inside."""
        waiting = list(statements)
        while waiting:
            node = waiting.pop()
            for name, binding in _bindings(node):
                if name == "*" and isinstance(binding, Imported):
                    self.stars.append(binding)
                else:
                    self.names.setdefault(name, []).append(binding)
            if _is_simple(node):
                waiting.append(node.value)
            elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
                waiting += ast.iter_child_nodes(node)
        return self

    def add_parameters(self, arguments: ast.arguments) -> Scope:
        for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
            if each is not None:
                self.names.setdefault(each.arg, []).append(None)
        return self


def _is_simple(node: ast.AST) -> TypeGuard[ast.Assign]:
    """``name = …``."""
    return isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)


def _bindings(node: ast.AST) -> Iterator[tuple[str, Binding]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0], Imported(alias.name if alias.asname else alias.name.partition(".")[0])
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, Imported(node.module or "", node.level, alias.name)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name, None
    elif _is_simple(node):
        (target,) = node.targets
        assert isinstance(target, ast.Name)
        yield target.id, node.value if isinstance(node.value, (ast.Name, ast.Attribute)) else None
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id, None
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name, None


class Names:
    """Looks names up, in the files of one project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._scopes: dict[str, Scope | None] = {}

    def meaning(self, node: ast.expr, scope: Scope, imports: int = 0) -> Meaning:
        """What an expression of names and attributes stands for."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        found = self._name(node.id, scope, imports) if isinstance(node, ast.Name) else None
        for part in reversed(parts):
            found = self._member(found, part, imports)
        return found

    def module(self, path: str, tree: ast.Module | None = None) -> Scope | None:
        """The names of a file, of which ``tree`` is what stands in it where that is parsed already; None where it can't be."""
        if path not in self._scopes:
            tree = tree or self._parsed(path)
            self._scopes[path] = None if tree is None else Scope(path).add(tree.body)
        return self._scopes[path]

    def _parsed(self, path: str) -> ast.Module | None:
        try:
            return python_tree(self._project.source(path))
        except BadInput:
            return None

    def _name(self, name: str, scope: Scope, imports: int) -> Meaning:
        here: Scope | None = scope
        while here is not None:
            if name in here.names:
                return self._bound(here.names[name], name, here, imports)
            if here.parent is None:
                break
            here = here.parent
        return None if here is None else _first(self._star(star, here, name, imports) for star in here.stars)

    def _bound(self, bindings: list[Binding], name: str, scope: Scope, imports: int) -> Meaning:
        """Of several, what is imported; what is assigned only where nothing else is."""
        if imports > MAX_IMPORTS:
            return None
        for binding in bindings:
            found = self._imported(binding, scope, imports) if isinstance(binding, Imported) else None
            if found is not None:
                return found
        aliases = [binding for binding in bindings if isinstance(binding, ast.expr)]
        if len(aliases) < len(bindings):
            return None
        return _first(self.meaning(alias, scope, imports + 1) for alias in aliases if not _is_itself(alias, name))

    def _imported(self, line: Imported, scope: Scope, imports: int) -> Meaning:
        module = self._module(line, scope)
        return module if line.name is None else self._member(module, line.name, imports)

    def _module(self, line: Imported, scope: Scope) -> Meaning:
        path = self._project.resolve(scope.path, line.module, line.level)
        if path is not None:
            return File(path)
        return line.module if line.level == 0 else None

    def _member(self, owner: Meaning, name: str, imports: int) -> Meaning:
        if isinstance(owner, str):
            return f"{owner}.{name}"
        if owner is None or imports > MAX_IMPORTS:
            return None
        scope = self.module(owner.path) if owner.path.endswith(".py") else None
        found = None if scope is None else self._name(name, scope, imports + 1)
        if found is not None:
            return found
        child = self._project.child(owner.path, name)
        return None if child is None else File(child)

    def _star(self, line: Imported, scope: Scope, name: str, imports: int) -> Meaning:
        module = self._module(line, scope)
        found = self._member(module, name, imports + 1)
        if not isinstance(found, str) or not isinstance(module, str) or tables.canonical(found) in _leading():
            return found
        by_its_name = f"torch.nn.{name}"  # a library may hand on what it has imported itself
        return by_its_name if tables.loss_class(by_its_name) is not None else None


def _first(meanings: Iterable[Meaning]) -> Meaning:
    for meaning in meanings:
        if meaning is not None:
            return meaning
    return None


def _is_itself(alias: ast.expr, name: str) -> bool:
    return isinstance(alias, ast.Name) and alias.id == name


@cache
def _leading() -> frozenset[str]:
    """The dotted names of torch's losses, and of what they stand in."""
    names = [name for row in tables.losses() for name in (row.cls, row.function) if name]
    return frozenset(".".join(name.split(".")[:length]) for name in names for length in range(1, name.count(".") + 2))
