"""Assignment to names, attributes, subscripts and patterns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import libcst as cst

from bcelint.contracts import shapes, tables
from bcelint.trace.code import subscripts
from bcelint.trace.code.iterations import another
from bcelint.trace.code.raising import where_it_goes
from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.constants import has_no_items
from bcelint.trace.values.criteria import Criterion
from bcelint.trace.values.lists import ListCell, new_list
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.tuples import Tuple, sequence_of


def assign(at: Site, target: Any, value: Value) -> None:
    """Bind ``target`` to ``value``."""
    if isinstance(target, cst.Name):
        at.write(at.frame.cell_for(target.value), target.value, value)
    elif isinstance(target, cst.Attribute):
        owner = at.evaluate(target.value)
        if target.attr.value == "requires_grad" and isinstance(owner, Tensor):
            assign(at, target.value, owner.requiring(value.constant, at.on(target).step(f"requires_grad = {value.constant is True}")))
            return
        if target.attr.value == "data" and isinstance(owner, Tensor):
            assign(at, target.value, at.lift(lambda v: _with_gradient_of(owner, v), value))
            at.run.changed_data.add(owner.base)
            return
        if isinstance(owner, Criterion):
            assign(at, target.value, replace(owner, options={**owner.options, target.attr.value: value}))
            return
        at.store(owner, target.attr.value, value)
    elif isinstance(target, cst.Subscript):
        subscripts.store(at, target, value)
    elif isinstance(target, (cst.Tuple, cst.List)):
        _unpack(at.on(target), target, value)
    elif isinstance(target, cst.StarredElement):
        assign(at, target.value, value)


def _with_gradient_of(owner: Tensor, value: Value) -> Value:
    """``owner`` after ``owner.data`` was changed: its values are others, what it is to autograd stays.

    A new shape was the owner's, too, before torch 0.4, and is not since (measured on 2.13): which one it has is left open.
    """
    if not isinstance(value, Tensor):
        return value
    old, new = owner.facts.shape, value.facts.shape
    shape = None if old is None or new is None else shapes.shared(old.value, new.value)
    claim = None if shape is None or new is None else replace(new, value=shape)
    return replace(value, facts=replace(value.facts, grad=owner.facts.grad, shape=claim), uid=fresh(), storage=0)


def _unpack(at: Site, target: cst.Tuple | cst.List, value: Value) -> None:
    """Each element gets its part; where the value has several cases, each part has them too."""
    count = len(target.elements)
    star = next((i for i, element in enumerate(target.elements) if isinstance(element, cst.StarredElement)), None)
    if star is None:
        value = where_it_goes(at, value, lambda single: _is_refused(single, count))
    cases = alternatives(value)
    columns: list[list[Any]] = [[] for _ in range(count)]
    if any(isinstance(single, Tuple) and single.rest is None and len(single.items) == count for _, single in cases):
        # One model returns as many outputs as are asked for; the case of another, whose one output would fall into its samples, is none.
        cases = tuple((guard, single) for guard, single in cases if not isinstance(single, Tensor))
    for guard, single in cases:
        parts = _parts(at, single, count, star)
        if parts is None:  # this case can't be unpacked so: it is none
            continue
        content = single.content if isinstance(single, ListCell) else single
        is_made_in_loop = isinstance(content, Tuple) and content.rest is not None
        for column, part in zip(columns, parts):
            column.append((guard, subscripts.of_one_round(at, part) if is_made_in_loop else part))
    for element, column in zip(target.elements, columns):
        part = at.choice(column) if column else at.unknown("unpacking that fails")
        assign(at, element.value, at.narrow(part))


def _is_cut_apart(value: Value, count: int) -> bool:
    """Whether a tensor is one that a program takes apart into so many: a batch of unknown size, as all in ``torch.nn`` returns it, is none."""
    claim = value.facts.shape if isinstance(value, Tensor) else None
    if claim is None or claim.value.open or not claim.value.dims:
        return True
    rows = claim.value.dims[0]
    if isinstance(rows, int):
        return rows == count
    is_batch = len(claim.value.dims) > 1 and any(tables.is_of_nn(step.note) for step in claim.steps)
    return rows is None and not is_batch


def _is_refused(value: Value, count: int) -> bool:
    """Whether Python can't take a value apart into so many, whatever it may be besides."""
    return has_no_items(value) or (isinstance(value, Tuple) and value.rest is None and len(value.items) != count)


def _parts(at: Site, value: Value, count: int, star: int | None) -> list[Value] | None:
    if star is None and not _is_cut_apart(value, count):
        return None
    content = sequence_of(at, value)
    items = list(content.items)
    if star is not None:
        behind = count - star - 1
        if content.rest is None and len(items) >= count - 1:
            end = len(items) - behind
            return [*items[:star], new_list(Tuple(tuple(items[star:end]))), *items[end:]]
        rest = content.rest if content.rest is not None else at.unknown("unpacking that fails")
        items += [rest] * max(0, star - len(items))
        return [*items[:star], new_list(Tuple((), rest)), *([rest] * behind)]
    if content.rest is None:
        return items if len(items) == count else None
    if len(items) > count:
        return None
    return [*items, *(another(at, content.rest) for _ in range(count - len(items)))]


def setter(at: Site) -> Callable[[Value], None] | None:
    """Stores into the expression that the owner of the attribute here came from; None where that is no place."""
    if not isinstance(at.node, cst.Attribute):
        return None
    target: cst.BaseExpression = at.node.value
    while isinstance(target, cst.Call) and isinstance(target.func, cst.Attribute) and _in_place(target.func.attr.value):
        target = target.func.value  # x.resize_(n).fill_(1) changes x
    if not isinstance(target, (cst.Name, cst.Attribute, cst.Subscript)):
        return None
    return lambda value: assign(at, target, value)


def _in_place(name: str) -> bool:
    return name.endswith("_") and not name.endswith("__")
