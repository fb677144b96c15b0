"""Modules of the project: running them when they are first asked for a name."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

import libcst as cst

from bcelint.contracts import tables
from bcelint.project.code import Code
from bcelint.trace.code.ahead import is_import, needed_for
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
    _run(at, module, _suites(module.code))
    module.finished = True


def _run(at: Site, module: SourceModule, suites: Iterable[cst.CSTNode]) -> None:
    """Execute what stands in a module, wherever it is asked for."""
    run, state = at.run, at.state
    before, loops_before, grad = state.path, run.loops, module.frame.grad_off
    state.path, run.loops = frozenset(), []
    branching, state.branching = state.branching, 0  # what an import defines stays, whatever branch it stands in
    try:
        for suite in suites:
            at.inside(module.frame, module.code.tree).execute(suite)
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


def _define_ahead(at: Site, path: str, name: str) -> bool:
    """Run what defines a global of a module that is under way, and has not come so far."""
    module, done = at.run.modules.get(path), at.run.modules.ahead
    if module is None or module.finished:
        return False
    statements = needed_for(module, name, done)
    done.update({id(statement): False for statement in statements})  # an import may ask the module for what it is just importing
    _run(at, module, [cst.IndentedBlock(statements)] if statements else [])
    done.update({id(statement): not is_import(statement) for statement in statements})
    return name in module.frame.fields


def module_member(at: Site, path: str, name: str) -> Value | None:
    """``module.name``: one of its globals, or a submodule."""
    names = module_names(at, path)
    if name in names:
        return names[name]
    child = at.run.project.child(path, name)
    if child is not None:
        return Module(child)
    if _define_ahead(at, path, name):
        return names.get(name)
    star = names.get("*")
    for module in star.items if isinstance(star, Tuple) else ():
        if isinstance(module, External) and at.run.is_known(tables.canonical(f"{module.name}.{name}")):
            return external_member(module, name)
    return None
