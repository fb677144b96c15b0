"""Assignment to names, attributes, subscripts and patterns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import libcst as cst

from bcelint.contracts import shapes
from bcelint.trace import attributes, sequences, subscripts, torchcalls
from bcelint.trace import evaluate as ev
from bcelint.trace.frames import Frame
from bcelint.trace.run import Run, step_at
from bcelint.trace.values import Choice, Const, Tensor, Tuple, Value


def assign(run: Run, frame: Frame, target: Any, value: Value) -> None:
    """Bind ``target`` to ``value``."""
    if isinstance(target, cst.Name):
        run.state.write(frame.cell_for(target.value), target.value, value)
    elif isinstance(target, cst.Attribute):
        owner = ev.evaluate(run, frame, target.value)
        if target.attr.value == "requires_grad" and isinstance(owner, Tensor):
            if not (isinstance(value, Const) and not value.value):
                assign(run, frame, target.value, torchcalls.trainable(owner, step_at(frame, target, "requires_grad = True")))
            return
        if target.attr.value == "data" and isinstance(owner, Tensor):
            assign(run, frame, target.value, run.state.lift(lambda v: _with_gradient_of(owner, v), value))
            return
        attributes.store(run, owner, target.attr.value, value)
    elif isinstance(target, cst.Subscript):
        subscripts.store(run, frame, target, value)
    elif isinstance(target, (cst.Tuple, cst.List)):
        _unpack(run, frame, target, value)
    elif isinstance(target, cst.StarredElement):
        assign(run, frame, target.value, value)


def _with_gradient_of(owner: Tensor, value: Value) -> Value:
    """``owner`` after ``owner.data`` was changed: its values are others, what it is to autograd stays.

    A new shape was the owner's, too, before torch 0.4, and is not since (measured on 2.13): which one it has is left open.
    """
    if not isinstance(value, Tensor):
        return value
    old, new = owner.facts.shape, value.facts.shape
    shape = None if old is None or new is None else shapes.shared(old.value, new.value)
    claim = None if shape is None or new is None else replace(new, value=shape)
    return replace(value, facts=replace(value.facts, grad=owner.facts.grad, shape=claim))


def _unpack(run: Run, frame: Frame, target: cst.Tuple | cst.List, value: Value) -> None:
    """Each element gets its part; where the value has several cases, each part has them too."""
    count = len(target.elements)
    star = next((i for i, element in enumerate(target.elements) if isinstance(element, cst.StarredElement)), None)
    cases = value.alternatives if isinstance(value, Choice) else ((frozenset(), value),)
    columns: list[list[Any]] = [[] for _ in range(count)]
    if any(isinstance(single, Tuple) and single.rest is None and len(single.items) == count for _, single in cases):
        # One model returns as many outputs as are asked for; the case of another, whose one output would fall into its samples, is none.
        cases = tuple((guard, single) for guard, single in cases if not isinstance(single, Tensor))
    for guard, single in cases:
        parts = _parts(run, frame, target, single, count, star)
        if parts is None:  # this case can't be unpacked so: it is none
            continue
        for column, part in zip(columns, parts):
            column.append((guard, part))
    for element, column in zip(target.elements, columns):
        part = run.state.choice(column) if column else run.unknown("unpacking that fails", frame, target)
        assign(run, frame, element.value, run.state.narrow(part))


def _parts(run: Run, frame: Frame, target: Any, value: Value, count: int, star: int | None) -> list[Value] | None:
    content = sequences.sequence_of(run, frame, target, value)
    items = list(content.items)
    if star is not None:
        behind = count - star - 1
        if content.rest is None and len(items) >= count - 1:
            end = len(items) - behind
            return [*items[:star], ev.new_list(Tuple(tuple(items[star:end]))), *items[end:]]
        rest = content.rest if content.rest is not None else run.unknown("unpacking that fails", frame, target)
        items += [rest] * max(0, star - len(items))
        return [*items[:star], ev.new_list(Tuple((), rest)), *([rest] * behind)]
    if content.rest is None:
        return items if len(items) == count else None
    if len(items) > count:
        return None
    return [*items, *(sequences.another(run, content.rest) for _ in range(count - len(items)))]
