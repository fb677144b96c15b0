"""Import statements."""

from __future__ import annotations

from typing import Any

import libcst as cst
from libcst.helpers import get_full_name_for_node

from bcelint.trace.attributes import module_member
from bcelint.trace.frames import Frame
from bcelint.trace.modules import external_member
from bcelint.trace.run import Run
from bcelint.trace.values import External, Module, Tuple, Unknown, Value


def import_names(run: Run, frame: Frame, node: cst.Import) -> None:
    """``import a.b``, ``import a.b as c``."""
    for alias in node.names:
        dotted = get_full_name_for_node(alias.name) or ""
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            run.state.write(frame.cell_for(alias.asname.name.value), alias.asname.name.value, run.modules.imported(frame.module, dotted))
        else:
            top = dotted.partition(".")[0]
            value = run.modules.imported(frame.module, top)
            if isinstance(value, External) and "." in dotted and isinstance(run.modules.imported(frame.module, dotted), Module):
                value = run.unknown(f"the package {top}", frame, node)
            run.state.write(frame.cell_for(top), top, value)


def import_from(run: Run, frame: Frame, node: cst.ImportFrom) -> None:
    """``from a.b import c as d``, ``from . import x``, ``from m import *``."""
    dotted = get_full_name_for_node(node.module) or "" if node.module is not None else ""
    module = run.modules.imported(frame.module, dotted, len(node.relative))
    if isinstance(node.names, cst.ImportStar):
        _star(run, frame, module)
        return
    for alias in node.names:
        name = alias.evaluated_name
        bound = alias.evaluated_alias or name
        run.state.write(frame.cell_for(bound), bound, _member(run, frame, node, module, name, dotted))


def _member(run: Run, frame: Frame, node: cst.CSTNode, module: Value, name: str, dotted: str) -> Value:
    if isinstance(module, Module):
        member = module_member(run, module, name)
        if member is not None:
            return member
        if run.modules.is_full:
            return run.unknown(f"{name} is imported, and the project is too large to be read whole", frame, node)
        return run.unknown(f"{name} is not defined in {dotted or 'the package'}", frame, node)
    if isinstance(module, External):
        return external_member(module, name)
    reason = module.reason if isinstance(module, Unknown) else f"{name} is imported from something that is no module"
    return run.unknown(reason, frame, node)


def _star(run: Run, frame: Frame, module: Value) -> None:
    """All public names of a module of the project; of others the module is kept, to look names up in."""
    if isinstance(module, Module):
        source = run.modules.get(module.path)
        if source is None:
            return
        from bcelint.trace.execute import run_module

        run_module(run, source)
        for name, value in list(source.frame.fields.items()):
            if name == "*":
                _remember(run, frame, *(value.items if isinstance(value, Tuple) else ()))
            elif not name.startswith("_"):
                run.state.write(frame, name, value)
        return
    _remember(run, frame, module)


def _remember(run: Run, frame: Frame, *modules: Value) -> None:
    """Keep modules whose names are all in scope, under a name that no program can use."""
    known: Any = frame.module.frame.fields.get("*")
    items = known.items if isinstance(known, Tuple) else ()
    run.state.write(frame.module.frame, "*", Tuple((*modules, *items)))
