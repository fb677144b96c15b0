"""What iterating over a value yields, and what a mapping holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import libcst as cst

from bcelint.trace import attributes, calls
from bcelint.trace.arguments import Arguments
from bcelint.trace.datasets import collate, dataset_item
from bcelint.trace.frames import Frame
from bcelint.trace.run import Run
from bcelint.trace.values import (
    CONTENT,
    Choice,
    Class,
    Const,
    Container,
    DictCell,
    Instance,
    ListCell,
    Loader,
    Mapped,
    Tensor,
    Tuple,
    Unknown,
    Value,
    fresh,
)


def another(run: Run, value: Value) -> Value:
    """A further item of the same description, with an identity of its own."""
    if isinstance(value, Tuple):
        rest = None if value.rest is None else another(run, value.rest)
        return replace(value, items=tuple(another(run, item) for item in value.items), rest=rest)
    if isinstance(value, Unknown):
        return replace(value, symbol=f"#{fresh()}", loop=run.loop or value.loop, sources=None if value.sources is None else value.sources | {fresh()})
    if isinstance(value, Tensor):
        return replace(value, uid=fresh())
    return value


def mapping_of(run: Run, value: Value) -> Mapped | None:
    """The content of a dict-like value, or None."""
    value = run.state.narrow(value)
    if isinstance(value, (DictCell, Container)):
        value = value.fields.get(CONTENT, Mapped())
    return value if isinstance(value, Mapped) else None


def sequence_of(run: Run, frame: Frame, node: cst.CSTNode, value: Value) -> Tuple:
    """What iterating over a value yields: known items, and a rest of unknown number."""
    value = run.state.narrow(value)
    if isinstance(value, Tuple):
        return value
    if isinstance(value, ListCell):
        content = value.fields.get(CONTENT, Tuple())
        return sequence_of(run, frame, node, content)
    if isinstance(value, DictCell):
        mapped = value.fields.get(CONTENT)
        if isinstance(mapped, Mapped):
            return Tuple(tuple(Const(key) for key in mapped.items), run.unknown("a key", frame, node) if mapped.rest else None)
    if isinstance(value, Container):
        mapped = value.fields.get(CONTENT)
        if isinstance(mapped, Mapped):
            if value.name == "ModuleDict":
                return Tuple(tuple(Const(key) for key in mapped.items), mapped.rest and run.unknown("a key", frame, node))
            return Tuple(tuple(mapped.items.values()), mapped.rest)
    if isinstance(value, Const) and isinstance(value.value, (str, tuple)) and len(value.value) <= 32:
        return Tuple(tuple(Const(item) for item in value.value))
    if isinstance(value, Class) and value.members:
        return Tuple(tuple(value.members.values()))
    if isinstance(value, Tensor):
        from bcelint.trace.subscripts import indexed

        return Tuple((), indexed(run, frame, node, value, Const(0)))
    if isinstance(value, Loader):
        return Tuple((), collate(run, dataset_item(run, frame, node, value.dataset), value.options, value.dataset))
    if isinstance(value, Instance):
        return _of_instance(run, frame, node, value)
    if isinstance(value, Choice):
        return _of_choice(run, frame, node, value)
    reason = value.reason if isinstance(value, Unknown) else "an item of something that is not followed"
    unknown = run.unknown(reason, frame, node, value, number=isinstance(value, Unknown) and value.symbol.endswith(".shape"))
    return Tuple((), replace(unknown, place=value.place) if isinstance(value, Unknown) and value.place else unknown)


def _of_instance(run: Run, frame: Frame, node: cst.CSTNode, value: Instance) -> Tuple:
    expression: Any = node if isinstance(node, cst.BaseExpression) else cst.Name("iter")
    for name, args in (("__iter__", Arguments()), ("__getitem__", Arguments((run.unknown("an index", frame, node),)))):
        member = value.cls.member(name)
        if member is not None:
            result = calls.call_value(run, frame, expression, attributes.bind(run, frame, expression, member[0], value), args)
            return sequence_of(run, frame, node, result) if name == "__iter__" and not isinstance(result, Instance) else Tuple((), result)
    native = value.fields.get(CONTENT)
    if native is not None:
        return sequence_of(run, frame, node, native)
    return Tuple((), run.unknown(f"what iterating over {value.cls.name} yields", frame, node))


def _of_choice(run: Run, frame: Frame, node: cst.CSTNode, value: Choice) -> Tuple:
    """Several sequences: item by item where they are equally long."""
    contents = [(guard, sequence_of(run, frame, node, single)) for guard, single in value.alternatives]
    first = contents[0][1]
    if all(content.rest is None and len(content.items) == len(first.items) for _, content in contents):
        columns = [[(guard, content.items[i]) for guard, content in contents] for i in range(len(first.items))]
        return Tuple(tuple(run.state.choice(column) for column in columns))
    rests = [(guard, content.rest or run.unknown("an item of a list of varying length", frame, node)) for guard, content in contents]
    return (
        Tuple((), run.state.choice(rests))
        if not any(content.items for _, content in contents)
        else Tuple((), run.unknown("an item of one of several lists", frame, node))
    )
