"""Which names a suite assigns to."""

from __future__ import annotations

from typing import Any

import libcst as cst

from bcelint.trace.state.site import Site


def assigned(at: Site, body: cst.BaseSuite | cst.BaseExpression) -> frozenset[str]:
    """The plain names that the statements of a suite assign to, or an expression does with ``:=``."""
    known = at.run.assigned.get(body)
    if known is None:
        names: set[str] = set()
        if not isinstance(body, cst.BaseExpression):
            _collect(body, names)
        if ":=" in at.frame.code.source.text:
            _walruses(body, names)
        known = at.run.assigned[body] = frozenset(names)
    return known


def _collect(node: Any, names: set[str]) -> None:
    for statement in node.body:
        if isinstance(statement, cst.Assign):
            for target in statement.targets:
                _names(target.target, names)
        elif isinstance(statement, (cst.AugAssign, cst.AnnAssign)):
            _names(statement.target, names)
        elif isinstance(statement, cst.Match):
            for case in statement.cases:
                _names(case.pattern, names)
                _collect(case.body, names)
        elif isinstance(statement, (cst.SimpleStatementLine, cst.IndentedBlock, cst.SimpleStatementSuite)):
            _collect(statement, names)
        elif isinstance(statement, (cst.For, cst.While, cst.With, cst.Try, cst.TryStar, cst.If)):
            _collect(statement.body, names)
            _others(statement, names)


def _others(statement: Any, names: set[str]) -> None:
    """What is assigned to beside the body of a compound statement: in its head, its handlers and its other suites."""
    _names(getattr(statement, "target", None), names)
    for item in getattr(statement, "items", ()):
        _names(item.asname and item.asname.name, names)
    orelse = getattr(statement, "orelse", None)
    while isinstance(orelse, cst.If):
        _collect(orelse.body, names)
        orelse = orelse.orelse
    for part in (*getattr(statement, "handlers", ()), orelse, getattr(statement, "finalbody", None)):
        if part is not None:
            _collect(part.body, names)


def _names(target: Any, names: set[str]) -> None:
    if isinstance(target, cst.Name):
        names.add(target.value)
    elif isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            _names(element.value, names)
    elif isinstance(target, cst.MatchAs):
        _names(target.name, names)
        _names(target.pattern, names)


def _walruses(node: cst.CSTNode, names: set[str]) -> None:
    if isinstance(node, cst.NamedExpr):
        _names(node.target, names)
    for child in () if isinstance(node, (cst.FunctionDef, cst.ClassDef, cst.Lambda)) else node.children:
        _walruses(child, names)
