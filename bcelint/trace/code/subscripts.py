"""Subscripts: reading ``x[i]``, writing and deleting it."""

from __future__ import annotations

from typing import Any

import libcst as cst

from bcelint.trace.interpreter import Value
from bcelint.trace.python.objects import store_unnamed
from bcelint.trace.state.site import Site


def load(at: Site, node: cst.Subscript) -> Value:
    owner = at.evaluate(node.value)
    at = at.on(node)
    if owner.is_generic():
        return at.unknown("a subscript of something outside of the project")
    index = _index(at, node)
    if isinstance(index, tuple):
        return at.lift(lambda o: o.item(at, index), owner)
    return at.lift_call(lambda o: at.lift_call(lambda i: o.item(at, i), index), owner)


def _index(at: Site, node: cst.Subscript) -> Any:
    """A single index as a value, a slice as ``slice`` of values, and several as a tuple of these."""
    parts = [_part(at, element.slice) for element in node.slice]
    if len(parts) == 1 and isinstance(parts[0], Value):
        return parts[0]
    return tuple(parts)


def _part(at: Site, node: Any) -> Any:
    if isinstance(node, cst.Index):
        return at.evaluate(node.value)
    return slice(*(None if part is None else at.evaluate(part) for part in (node.lower, node.upper, node.step)))


def store(at: Site, node: cst.Subscript, value: Value) -> None:
    """``x[i] = value``."""
    if isinstance(node.value, cst.Attribute) and node.value.attr.value == "_modules":
        _store_module(at.on(node), node, at.evaluate(node.value.value), value)
        return
    owner = at.evaluate(node.value)
    changed = owner.store_item(at.on(node), _index(at, node), value)
    if changed is not None and isinstance(node.value, (cst.Name, cst.Attribute)):
        at.assign(node.value, changed)


def _store_module(at: Site, node: cst.Subscript, owner: Value, value: Value) -> None:
    """``model._modules[name] = value``."""
    index = _index(at, node)
    if isinstance(index, Value) and isinstance(index.constant, str):
        at.store(owner, index.constant, value)
    else:
        store_unnamed(at, owner, value)


def delete(at: Site, node: cst.Subscript) -> None:
    """``del x[i]``."""
    owner = at.evaluate(node.value)
    owner.delete_item(at.on(node), _index(at, node))
