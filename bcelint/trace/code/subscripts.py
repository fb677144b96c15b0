"""Subscripts: reading ``x[i]``, writing and deleting it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import libcst as cst

from bcelint.trace.conditions.asking import loops_of
from bcelint.trace.interpreter import Value
from bcelint.trace.python.setting import store_unnamed
from bcelint.trace.state.site import Site
from bcelint.trace.state.state import without_loop
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.constants import Const
from bcelint.trace.values.determined import is_determined
from bcelint.trace.values.dicts import DictCell
from bcelint.trace.values.lists import ListCell
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import Unknown


def load(at: Site, node: cst.Subscript) -> Value:
    owner = at.evaluate(node.value)
    at = at.on(node)
    if owner.is_generic():
        return at.unknown("a subscript of something outside of the project")
    index = _index(at, node)
    if isinstance(index, tuple):
        return at.lift(lambda o: at.as_it_is(o).item(at, index), owner)
    result = at.lift_call(lambda o: at.lift_call(lambda i: _item(at, o, i), index), owner)
    if isinstance(result, Unknown) and is_determined(owner) and is_determined(index):
        return replace(result, opaque=True)
    return result


def _item(at: Site, owner: Value, index: Value) -> Value:
    """An item; a dict that this function or one that called it has made holds nothing but what was seen to be set."""
    if isinstance(owner, DictCell) and owner.made_in and at.frame.runs_in(owner.made_in):
        return owner.item_as_seen(at, index)
    item = at.as_it_is(owner).item(at, index)
    return of_one_round(at, item) if isinstance(owner, (ListCell, Tuple)) and isinstance(index, Const) else item


def of_one_round(at: Site, item: Value) -> Value:
    """An item at a known place of a list that a loop has made is of one of its rounds: what hangs on the round is no case any more."""
    if isinstance(item, Tuple):
        return replace(item, items=tuple(of_one_round(at, part) for part in item.items))
    for loop in loops_of(guard for guard, _ in alternatives(item)) - set(at.run.loops):
        item = without_loop(at.state, item, loop)
    return item


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
    owner, index = at.evaluate(node.value), _index(at, node)
    after = at.lift_call(lambda single: single.store_item(at.on(node), index, value) or single, owner)
    if after is not owner and isinstance(node.value, (cst.Name, cst.Attribute)):
        at.assign(node.value, after)


def _store_module(at: Site, node: cst.Subscript, owner: Value, value: Value) -> None:
    """``model._modules[name] = value``."""
    index = _index(at, node)
    if isinstance(index, Value) and isinstance(index.constant, str):
        at.store(owner, index.constant, value)
    else:
        store_unnamed(at, owner, index if isinstance(index, Value) else at.unknown("a name"), value)


def delete(at: Site, node: cst.Subscript) -> None:
    """``del x[i]``."""
    owner, index = at.evaluate(node.value), _index(at, node)

    def one(single: Value) -> Value:
        single.delete_item(at.on(node), index)
        return single

    at.lift_call(one, owner)
