"""Rewrites of a program that keep what it does: other names, other aliases, a function around it, its classes in another module.

Each returns the new text, or None where the program has something that the rewrite can't keep.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterable, Iterator, Mapping

import libcst as cst

Imports = (ast.Import, ast.ImportFrom)
PART = "models_part"
SPEAKS_OF_NAMES = {"globals", "locals", "vars", "eval", "exec"}


def rename(text: str) -> str:
    """Variables, parameters, functions and classes under names that say nothing."""
    tree = ast.parse(text)
    names = sorted(bound(tree) - imported(tree) - spoken(tree) - set(dir(builtins)) - {"self", "cls", "_"})
    return rewritten(text, {name: f"v{number}" for number, name in enumerate(names)})


def alias(text: str) -> str:
    """Whatever is imported under a name of its own: ``import torch.nn as nn`` becomes ``import torch.nn as q1``."""
    tree = ast.parse(text)
    partly = {a.name.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names if plain(a)}
    names = sorted(imported(tree) - bound(tree) - partly - {"annotations", "*"})
    return rewritten(text, {name: f"q{number}" for number, name in enumerate(names)})


def plain(name: ast.alias) -> bool:
    """``import torch.nn``, which binds ``torch``."""
    return name.asname is None and "." in name.name


def wrap(text: str) -> str | None:
    """All but the imports in ``def main()``, called below ``if __name__ == "__main__":``."""
    tree = ast.parse(text)
    if any(isinstance(node, ast.Global) for node in ast.walk(tree)) or imported(tree) & bound(tree) or used(tree) & SPEAKS_OF_NAMES:
        return None
    module = cst.parse_module(text)
    outside = [statement for statement in module.body if is_import(statement)]
    inside = [statement for statement in module.body if not is_import(statement)]
    main = cst.FunctionDef(cst.Name("main"), cst.Parameters(), cst.IndentedBlock(inside or [cst.parse_statement("pass")]))
    call = cst.parse_statement('if __name__ == "__main__":\n    main()\n')
    return module.with_changes(body=[*outside, main, call]).code


def is_import(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and all(isinstance(part, (cst.Import, cst.ImportFrom)) for part in statement.body)


def split(text: str) -> tuple[str, str] | None:
    """The program without its classes, and ``models_part.py`` with them; every line keeps its number."""
    tree = ast.parse(text)
    moved = movable(text, tree)
    if not moved:
        return None
    lines = text.splitlines()
    main, part = list(lines), [""] * len(lines)
    for node in tree.body:
        if isinstance(node, Imports):
            part[node.lineno - 1 : node.end_lineno] = lines[node.lineno - 1 : node.end_lineno]
    for node in moved:
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
        part[first : node.end_lineno] = lines[first : node.end_lineno]
        main[first : node.end_lineno] = [""] * ((node.end_lineno or 0) - first)
        if node is moved[0]:
            main[first] = f"from {PART} import {', '.join(node.name for node in moved)}"
    return "\n".join(main) + "\n", "\n".join(part) + "\n"


def movable(text: str, tree: ast.Module) -> list[ast.ClassDef]:
    """The classes of the module that need nothing of it but imports and each other."""
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    tables = {table.get_name(): table for table in symtable.symtable(text, "program", "exec").get_children() if table.get_type() == "class"}
    top = symtable.symtable(text, "program", "exec")
    own = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_namespace()} - imported(tree)
    rebound = {name for name in classes if sum(1 for node in tree.body if name in stored(node)) > 1}
    kept = {name: node for name, node in classes.items() if name not in rebound}
    while True:
        needs = {name: (globals_of(tables[name]) | heads(node)) & own - set(kept) for name, node in kept.items()}
        stay = {name for name, needed in needs.items() if needed}
        if not stay:
            return list(kept.values())
        kept = {name: node for name, node in kept.items() if name not in stay}


def stored(node: ast.stmt) -> set[str]:
    return {node.name} if isinstance(node, (ast.ClassDef, ast.FunctionDef)) else bound(node)


def heads(node: ast.ClassDef) -> set[str]:
    """Names in bases and decorators, which are looked up in the module."""
    return {name for part in [*node.bases, *node.keywords, *node.decorator_list] for name in used(part)}


def globals_of(table: symtable.SymbolTable) -> set[str]:
    found = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
    return found.union(*(globals_of(child) for child in table.get_children()))


def used(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def imported(tree: ast.AST) -> set[str]:
    """Names that imports bind."""
    return {a.asname or a.name.partition(".")[0] for node in ast.walk(tree) if isinstance(node, Imports) for a in node.names}


def bound(tree: ast.AST) -> set[str]:
    """Names of variables, parameters, functions and classes; not of methods and class attributes."""
    members = {id(part) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for part in node.body}
    return set(_bound(tree, members))


def _bound(tree: ast.AST, members: set[int]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler)) and id(node) not in members:
            yield from [node.name] if node.name else []


def spoken(tree: ast.AST) -> set[str]:
    """Names that are also attributes, members, keywords or strings, where a rename would have to reach further."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.keyword) and node.arg:
            found.add(node.arg)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        elif isinstance(node, ast.ClassDef):
            found |= set().union(*(member_names(part) for part in node.body))
    return found


def member_names(part: ast.stmt) -> Iterable[str]:
    if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [part.name]
    return {node.id for node in ast.walk(part) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def rewritten(text: str, names: Mapping[str, str]) -> str:
    return cst.parse_module(text).visit(_Renamer(names)).code


class _Renamer(cst.CSTTransformer):
    """Renames what is a name, not attributes and keywords; imports get an ``as``."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._fixed = 0
        """How many parts enclose this one that are not looked up as names."""

    def _enter(self, node: cst.CSTNode) -> None:
        self._fixed += 1

    def _leave(self, node: cst.CSTNode) -> None:
        self._fixed -= 1

    visit_Attribute_attr = visit_Arg_keyword = visit_ImportFrom_module = _enter
    leave_Attribute_attr = leave_Arg_keyword = leave_ImportFrom_module = _leave

    def visit_ImportAlias(self, node: cst.ImportAlias) -> bool:
        return False

    def leave_ImportAlias(self, original: cst.ImportAlias, updated: cst.ImportAlias) -> cst.ImportAlias:
        name = original.evaluated_alias or original.evaluated_name
        if name not in self._names:
            return updated
        space = cst.SimpleWhitespace(" ")
        return updated.with_changes(asname=cst.AsName(cst.Name(self._names[name]), space, space))

    def leave_Name(self, original: cst.Name, updated: cst.Name) -> cst.Name:
        return updated if self._fixed else updated.with_changes(value=self._names.get(original.value, original.value))
