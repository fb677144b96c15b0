"""Definitions that are asked for before their turn, where modules import one another in a circle.

Python begins with the packages, and so comes to each definition in time. Here any module may be the first that runs; what another one asks it for
may then stand further below than it has come.
"""

from __future__ import annotations

import builtins
from collections.abc import Collection
from typing import Union

import libcst as cst

from bcelint.trace.state.modules import SourceModule

MAX_STATEMENTS = 8
"""What one definition needs of its own module, and is run with it."""
Statement = Union[cst.SimpleStatementLine, cst.BaseCompoundStatement]


def needed_for(module: SourceModule, name: str, done: Collection[int]) -> list[Statement]:
    """The statements of a module that define a global name, in order: its one class, function, assignment or import, and what that needs itself.

    Nothing where the module defines it in another way, more than once, or by what it does not have; ``done`` are statements that have run, by
    their identity.
    """
    found: list[Statement] = []
    waiting, known = [name], set(module.frame.fields)
    while waiting:
        wanted = waiting.pop()
        if wanted in known or hasattr(builtins, wanted):
            continue
        known.add(wanted)
        defining = [statement for statement in module.code.tree.body if wanted in _defined(statement)]
        if len(defining) != 1 or id(defining[0]) in done or len(found) == MAX_STATEMENTS:
            return []
        found.append(defining[0])
        waiting += _needs(defining[0])
    return [statement for statement in module.code.tree.body if statement in found]


def is_import(statement: Statement) -> bool:
    """Whether it may run a second time."""
    return isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[0], cst.ImportFrom)


def _defined(statement: Statement) -> list[str]:
    """The names that a statement binds, where it does nothing else."""
    if isinstance(statement, (cst.ClassDef, cst.FunctionDef)):
        return [statement.name.value]
    line = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1 else None
    if isinstance(line, cst.Assign):
        return [target.target.value for target in line.targets if isinstance(target.target, cst.Name)]
    if isinstance(line, cst.ImportFrom) and not isinstance(line.names, cst.ImportStar):
        return [alias.evaluated_alias or alias.evaluated_name for alias in line.names]
    return []


def _needs(statement: Statement) -> set[str]:
    """The global names that are looked up while a statement runs."""
    if is_import(statement):
        return set()
    names = _Names()
    statement.visit(names)
    return names.read - names.bound


class _Names(cst.CSTVisitor):
    """The names that a definition reads and binds at once, and not only when what it defines is called."""

    def __init__(self) -> None:
        self.read: set[str] = set()
        self.bound: set[str] = set()

    def visit_Name(self, node: cst.Name) -> None:
        self.read.add(node.value)

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        node.value.visit(self)
        return False

    def visit_Arg(self, node: cst.Arg) -> bool:
        node.value.visit(self)
        return False

    def visit_Annotation(self, node: cst.Annotation) -> bool:
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        return False

    def visit_AnnAssign(self, node: cst.AnnAssign) -> bool:
        if isinstance(node.target, cst.Name):
            self.bound.add(node.target.value)
        if node.value is not None:
            node.value.visit(self)
        return False

    def visit_AssignTarget(self, node: cst.AssignTarget) -> bool:
        if isinstance(node.target, cst.Name):
            self.bound.add(node.target.value)
        return False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        self.bound.add(node.name.value)
        for decorator in node.decorators:
            decorator.visit(self)
        for param in (*node.params.posonly_params, *node.params.params, *node.params.kwonly_params):
            if param.default is not None:
                param.default.visit(self)
        return False

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self.bound.add(node.name.value)
