"""Import statements."""

from __future__ import annotations

import os
from typing import Any

import libcst as cst
from libcst.helpers import get_full_name_for_node

from bcelint.trace.code.modules import module_member, run_module
from bcelint.trace.interpreter import Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.externals import External, external_member
from bcelint.trace.values.modules import Module
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import Unknown


def import_names(at: Site, node: cst.Import) -> None:
    """``import a.b``, ``import a.b as c``."""
    for alias in node.names:
        dotted = get_full_name_for_node(alias.name) or ""
        _bind_submodule(at, dotted, 0)
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            at.write(at.frame.cell_for(alias.asname.name.value), alias.asname.name.value, at.run.modules.imported(at.frame.code.path, dotted))
        else:
            top = dotted.partition(".")[0]
            value = at.run.modules.imported(at.frame.code.path, top)
            if isinstance(value, External) and "." in dotted and isinstance(at.run.modules.imported(at.frame.code.path, dotted), Module):
                value = at.on(node).unknown(f"the package {top}")
            at.write(at.frame.cell_for(top), top, value)


def import_from(at: Site, node: cst.ImportFrom) -> None:
    """``from a.b import c as d``, ``from . import x``, ``from m import *``."""
    dotted = get_full_name_for_node(node.module) or "" if node.module is not None else ""
    module = at.run.modules.imported(at.frame.code.path, dotted, len(node.relative))
    _bind_submodule(at, dotted, len(node.relative))
    if isinstance(node.names, cst.ImportStar):
        _star(at, module)
        return
    for alias in node.names:
        name = alias.evaluated_name
        bound = alias.evaluated_alias or name
        at.write(at.frame.cell_for(bound), bound, _member(at.on(node), module, name, dotted))


def _bind_submodule(at: Site, dotted: str, level: int) -> None:
    """Whatever a package imports of its own submodules, these become names of it, each as it is first loaded."""
    path, project = at.frame.code.path, at.run.project
    if os.path.basename(path) != "__init__.py" or not dotted:
        return
    parts = dotted.split(".")
    for count, name in enumerate(parts):
        if (count or level) and project.resolve(path, ".".join(parts[:count]), level) == path:
            child = project.child(path, name)
            if child is not None and child not in at.run.modules.bound:
                at.run.modules.bound.add(child)
                at.write(at.frame.globals, name, Module(child))


def _member(at: Site, module: Value, name: str, dotted: str) -> Value:
    if isinstance(module, Module):
        member = module_member(at, module.path, name)
        if member is not None:
            return member
        if at.run.modules.is_full:
            return at.unknown(f"{name} is imported, and the project is too large to be read whole")
        return at.unknown(f"{name} is not defined in {dotted or 'the package'}")
    if isinstance(module, External):
        return external_member(module, name)
    reason = module.reason if isinstance(module, Unknown) else f"{name} is imported from something that is no module"
    return at.unknown(reason)


def _star(at: Site, module: Value) -> None:
    """All public names of a module of the project; of others the module is kept, to look names up in."""
    if isinstance(module, Module):
        source = at.run.modules.get(module.path)
        if source is None:
            return
        run_module(at, source)
        for name, value in list(source.frame.fields.items()):
            if name == "*":
                _remember(at, *(value.items if isinstance(value, Tuple) else ()))
            elif not name.startswith("_"):
                at.write(at.frame, name, value)
        return
    _remember(at, module)


def _remember(at: Site, *modules: Value) -> None:
    """Keep modules whose names are all in scope, under a name that no program can use."""
    known: Any = at.frame.globals.fields.get("*")
    items = known.items if isinstance(known, Tuple) else ()
    at.write(at.frame.globals, "*", Tuple((*modules, *items)))
