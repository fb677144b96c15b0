"""Modules of the project: running them when they are first asked for a name."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import libcst as cst

from bcelint.contracts import tables
from bcelint.project.code import Code
from bcelint.trace.interpreter import Value
from bcelint.trace.state.modules import SourceModule
from bcelint.trace.state.site import Site
from bcelint.trace.values.externals import External, external_member
from bcelint.trace.values.modules import Module
from bcelint.trace.values.tuples import Tuple


def run_module(at: Site, module: SourceModule) -> None:
    """Execute a module's body, once; its main block waits until the module is an entry."""
    if module.executed:
        return
    module.executed = True
    run, state = at.run, at.state
    before, loops_before, grad = state.path, run.loops, module.frame.grad_off
    state.path, run.loops = frozenset(), []
    branching, state.branching = state.branching, 0  # what an import defines stays, whatever branch it stands in
    try:
        for suite in _suites(module.code):
            at.inside(module.frame, module.code.tree).execute(suite)
        module.finished = True
    finally:
        state.path, run.loops, state.branching = before, loops_before, branching
        module.frame.grad_off = grad


def _suites(code: Code) -> Iterator[cst.CSTNode]:
    """What is run of a module: all of it until something raises, of a notebook each cell by itself."""
    if not code.source.cells:
        yield code.tree
        return
    for _, statements in itertools.groupby(code.tree.body, lambda statement: code.source.cell_at(code.span(statement)[0])):
        yield cst.IndentedBlock(tuple(statements))


def module_names(at: Site, path: str) -> Mapping[str, Value]:
    """The global names of a module, after it has run."""
    source = at.run.modules.get(path)
    if source is None:
        return {}
    run_module(at, source)
    return source.frame.fields


def module_member(at: Site, path: str, name: str) -> Value | None:
    """``module.name``: one of its globals, or a submodule."""
    names = module_names(at, path)
    if name in names:
        return names[name]
    child = at.run.project.child(path, name)
    if child is not None:
        return Module(child)
    star = names.get("*")
    for module in star.items if isinstance(star, Tuple) else ():
        if isinstance(module, External) and at.run.is_known(tables.canonical(f"{module.name}.{name}")):
            return external_member(module, name)
    return None
