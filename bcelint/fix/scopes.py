"""Local names: which assignment a name has its value from, and who else reads it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bcelint.fix.code import FUNCTIONS, SCOPES, Code, Scope

_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def inside(scope: Scope) -> Iterator[ast.AST]:
    """The nodes of a scope, without those of scopes within."""
    waiting: list[ast.AST] = list(scope.body) if isinstance(scope.body, list) else [scope.body]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*SCOPES, ast.ClassDef)):
            waiting += ast.iter_child_nodes(node)


def names_bound(node: ast.AST) -> set[str]:
    """The names that the node itself binds or unbinds."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        return {node.id}
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ExceptHandler) and node.name:
        return {node.name}
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return set(node.names)
    return set()


class Names:
    """The local names of one scope."""

    def __init__(self, code: Code, scope: Scope) -> None:
        self.code = code
        self.scope = scope
        self._bindings: dict[str, list[ast.AST]] = {}
        for node in inside(scope):
            for name in names_bound(node):
                self._bindings.setdefault(name, []).append(node)
        for found in self._bindings.values():
            found.sort(key=self._start)

    def _start(self, node: ast.AST) -> int:
        return self.code.span(node)[0]

    def bindings(self, name: str) -> list[ast.AST]:
        return self._bindings.get(name, [])

    def is_parameter(self, name: str) -> bool:
        """Whether the name has its value from the call, and from nowhere else."""
        if isinstance(self.scope, ast.Module) or self.bindings(name):
            return False
        args = self.scope.args
        return name in {arg.arg for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs)}

    def assigned(self, use: ast.AST, name: str) -> ast.stmt | None:
        """The one statement that a name has its value from at ``use``; None where there may be several, or where it is not seen."""
        statement = self.code.statement(use)
        before = [node for node in self.bindings(name) if self._start(self.code.statement(node)) < self._start(statement)]
        before = [node for node in before if statement not in self.code.ancestors(node)]
        if not before or self._comes_round(name, use, before[-1]):
            return None
        binding = self.code.statement(before[-1])
        above = set(map(id, self.code.ancestors(statement)))
        siblings = block_of(self.code, binding)
        if not any(id(each) in above for each in siblings):
            return None
        if isinstance(binding, ast.For):  # the item of a loop: in its body, and there alone
            return binding if any(id(each) in above for each in binding.body) else None
        return binding if isinstance(binding, (ast.Assign, ast.AnnAssign)) else None

    def is_kept(self, name: str, since: ast.AST, until: ast.AST) -> bool:
        """Whether no statement between two can have given the name another value."""
        first, last = self.code.span(self.code.statement(since))[0], self._start(self.code.statement(until))
        if any(first <= self._start(self.code.statement(node)) < last for node in self.bindings(name)):
            return False
        return not self._comes_round(name, until, since) and not self._changed_in_place(name, first, last)

    def _comes_round(self, name: str, use: ast.AST, binding: ast.AST) -> bool:
        """Whether a loop brings another value of the name from behind ``use`` back to it, past the binding before it."""
        above = set(map(id, self.code.ancestors(binding)))
        for outer in self.code.ancestors(use):
            if outer is self.scope:
                break
            if isinstance(outer, _LOOPS) and id(outer) not in above and any(outer in self.code.ancestors(node) for node in self.bindings(name)):
                return True
        return False

    def _changed_in_place(self, name: str, first: int, last: int) -> bool:
        """Whether ``name.sigmoid_()``, ``name[…] = `` or ``name += `` stands between two offsets."""
        for node in inside(self.scope):
            if isinstance(node, ast.Name) and node.id == name and first <= self._start(node) < last:
                parent = self.code.parents.get(node)
                if isinstance(parent, ast.Attribute) and parent.attr.endswith("_") and not parent.attr.startswith("_"):
                    return True
                if isinstance(parent, ast.Subscript) and not isinstance(parent.ctx, ast.Load):
                    return True
        return False

    def readers(self, binding: ast.stmt, name: str) -> list[ast.Name]:
        """The places that may read the value which ``binding`` gives to ``name``, also those of functions within."""
        found = []
        for node in ast.walk(self.scope):
            if not isinstance(node, ast.Name) or node.id != name or not isinstance(node.ctx, ast.Load):
                continue
            if self.code.scope(node) is not self.scope:
                found.append(node)
                continue
            source = self.assigned(node, name)
            if source is binding or (source is None and self._may_come_from(binding, node)):
                found.append(node)
        return found

    def _may_come_from(self, binding: ast.stmt, use: ast.Name) -> bool:
        """Whether a read whose source is not clear may see ``binding``: it stands behind it, or a loop leads back to it."""
        if use in ast.walk(binding):
            return any(isinstance(outer, _LOOPS) for outer in self.code.ancestors(binding)) and self.assigned(use, use.id) is None
        if self._start(use) > self._start(binding):
            return not self._apart(binding, use)
        above = set(map(id, self.code.ancestors(use)))
        return any(isinstance(outer, _LOOPS) and id(outer) in above for outer in self.code.ancestors(binding))

    def _apart(self, binding: ast.stmt, use: ast.AST) -> bool:
        """Whether the two stand in different branches of one ``if``."""
        for outer in self.code.ancestors(binding):
            if isinstance(outer, ast.If):
                mine = [any(each in self.code.ancestors(binding) for each in part) for part in (outer.body, outer.orelse)]
                yours = [any(each in self.code.ancestors(use) for each in part) for part in (outer.body, outer.orelse)]
                if (mine[0] and yours[1]) or (mine[1] and yours[0]):
                    return not any(isinstance(each, _LOOPS) for each in self.code.ancestors(outer))
        return False


def block_of(code: Code, statement: ast.stmt) -> list[ast.stmt]:
    """The statements among which one stands, itself too."""
    parent = code.parents.get(statement)
    for field in ("body", "orelse", "finalbody"):
        block = getattr(parent, field, None)
        if isinstance(block, list) and statement in block:
            return block
    return [statement]
