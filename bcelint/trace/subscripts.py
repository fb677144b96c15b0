"""Subscripts: reading ``x[i]`` and writing it."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import libcst as cst

from bcelint.contracts import shapes
from bcelint.facts import Claim, Facts, Interval
from bcelint.trace import attributes, calls
from bcelint.trace import evaluate as ev
from bcelint.trace.arguments import Arguments
from bcelint.trace.common import common
from bcelint.trace.datasets import dataset_item
from bcelint.trace.frames import Frame
from bcelint.trace.modules import external_member
from bcelint.trace.run import Run
from bcelint.trace.truth import condition
from bcelint.trace.values import (
    CONTENT,
    Cell,
    Choice,
    Class,
    Const,
    Container,
    DictCell,
    External,
    Instance,
    ListCell,
    Loader,
    Mapped,
    Tensor,
    Tuple,
    Unknown,
    Value,
    alternatives,
    merged_sources,
)

MAX_KEYS = 8
"""The keys of a dict above which the value under one that is not known is not told apart."""
ITEM = "[]"
"""The name under which an item is kept that is stored in something that is not known."""


def dict_key(value: Const | External) -> Any:
    """A hashable stand-in for a key."""
    if isinstance(value, External):
        return ("external", value.name)
    try:
        hash(value.value)
    except TypeError:
        return repr(value.value)
    return value.value


def load(run: Run, frame: Frame, node: cst.Subscript) -> Value:
    owner = ev.evaluate(run, frame, node.value)
    if isinstance(owner, External) and owner.name.endswith(".__dict__"):
        key = _index(run, frame, node)
        if isinstance(key, Value):
            module = External(owner.name[: -len(".__dict__")])
            return run.state.lift(lambda k: _member_of(run, frame, node, module, k), key)
    if isinstance(owner, External) or (isinstance(owner, Class) and not owner.members):  # typing generics, registries
        return run.unknown("a subscript of something outside of the project", frame, node)
    index = _index(run, frame, node)
    if isinstance(index, tuple):
        return run.state.lift(lambda o: _load_one(run, frame, node, o, index), owner)
    return run.state.lift_call(lambda o: run.state.lift_call(lambda i: _load_one(run, frame, node, o, i), index), owner)


def _member_of(run: Run, frame: Frame, node: cst.Subscript, module: External, key: Value) -> Value:
    if isinstance(key, Const) and isinstance(key.value, str):
        return external_member(module, key.value)
    return run.unknown(f"a name out of {module.name} that is not known", frame, node, key)


def _index(run: Run, frame: Frame, node: cst.Subscript) -> Any:
    """A single index as a value, a slice as ``slice`` of values, and several as a tuple of these."""
    parts = [_part(run, frame, element.slice) for element in node.slice]
    if len(parts) == 1 and isinstance(parts[0], Value):
        return parts[0]
    return tuple(parts)


def _part(run: Run, frame: Frame, node: Any) -> Any:
    if isinstance(node, cst.Index):
        return ev.evaluate(run, frame, node.value)
    bounds = [None if part is None else ev.evaluate(run, frame, part) for part in (node.lower, node.upper, node.step)]
    return slice(*bounds)


def _load_one(run: Run, frame: Frame, node: cst.Subscript, owner: Value, index: Any) -> Value:
    if isinstance(owner, Tensor):
        return indexed(run, frame, node, owner, index)
    if isinstance(owner, (Tuple, ListCell)):
        return _of_sequence(run, frame, node, owner, index)
    if isinstance(owner, (DictCell, Container)):
        return _of_mapping(run, frame, node, owner, index)
    if isinstance(owner, Class) and isinstance(index, Value):
        return item(run, frame, node, Mapped({**owner.members}), index, _written(node))
    if isinstance(owner, Instance):
        member = owner.cls.member("__getitem__")
        if member is not None and isinstance(index, Value):
            from bcelint.trace.attributes import bind

            return calls.call_value(run, frame, node, bind(run, frame, node, member[0], owner), Arguments((index,)))
        native = owner.fields.get(CONTENT)
        if native is not None:
            return _load_one(run, frame, node, native, index)
    if isinstance(owner, Const) and isinstance(index, Const):
        try:
            return Const(owner.value[index.value])
        except Exception:
            return run.unknown("an index that fails", frame, node)
    if isinstance(owner, Unknown):
        symbol = f"{owner.symbol}[{index.value!r}]" if isinstance(index, Const) and owner.symbol and len(owner.symbol) < 200 else ""
        unknown = run.unknown(owner.reason, frame, node, owner, symbol=symbol, number=isinstance(index, Const) and owner.symbol.endswith(".shape"))
        return replace(unknown, facts=owner.facts, place=owner.place or unknown.place, sources=owner.sources if symbol else unknown.sources)
    if isinstance(owner, Loader):
        return dataset_item(run, frame, node, owner if isinstance(owner.dataset, Tuple) else owner.dataset)
    return run.unknown("an item of something that is not followed", frame, node, owner)


def _of_sequence(run: Run, frame: Frame, node: cst.Subscript, owner: Tuple | ListCell, index: Any) -> Value:
    content = owner if isinstance(owner, Tuple) else run.state.narrow(owner.fields.get(CONTENT, Tuple()))
    if isinstance(content, Choice):
        return run.state.lift(lambda c: _of_sequence(run, frame, node, c, index) if isinstance(c, Tuple) else c, content)
    if not isinstance(content, Tuple):
        return run.unknown("an item of a list that is not followed", frame, node, content)
    if isinstance(index, Const) and index.value in content.names:
        index = Const(content.names.index(index.value))
    if isinstance(index, Const) and isinstance(index.value, int):
        position = index.value
        if content.rest is None:
            if -len(content.items) <= position < len(content.items):
                return content.items[position]
            return run.unknown("an index out of range", frame, node)
        if 0 <= position < len(content.items):
            return content.items[position]
        if position < 0 and content.items and any(item.key() != content.rest.key() for item in content.items[position:]):
            return run.unknown("an item of a list of unknown length", frame, node, content)
        return content.rest
    if isinstance(index, tuple) and len(index) == 1 and isinstance(index[0], slice):
        part = _slice(content, index[0])
        if part is None:
            return run.unknown("a slice of a list of unknown length", frame, node, content)
        return part if isinstance(owner, Tuple) else ev.new_list(part)
    return any_of(run, frame, node, content)


def any_of(run: Run, frame: Frame, node: cst.CSTNode, content: Tuple) -> Value:
    """Some item, where it is not known which: the items if they are alike."""
    items = [*content.items, *([content.rest] if content.rest is not None else [])]
    if items and len({item.key() for item in items}) == 1:
        return items[0]
    tensor = common([single for item in items for _, single in alternatives(item)])
    return tensor or run.unknown("an item of a list at a position that is not known", frame, node, *items)


def _slice(content: Tuple, bounds: slice) -> Tuple | None:
    values: list[Any] = [None if p is None else p.value if isinstance(p, Const) else ... for p in (bounds.start, bounds.stop, bounds.step)]
    if any(v is ... for v in values) or not all(v is None or isinstance(v, int) for v in values):
        return Tuple((), content.items[0]) if content.rest is None and len({i.key() for i in content.items}) == 1 else None
    if content.rest is None:
        return Tuple(content.items[slice(*values)])
    start, stop, step = values
    if (start is None or 0 <= start <= len(content.items)) and stop is None and step is None:
        return Tuple(content.items[start:], content.rest)
    if stop is not None and 0 <= stop <= len(content.items) and (start or 0) >= 0:
        return Tuple(content.items[slice(*values)])
    return None


def _of_mapping(run: Run, frame: Frame, node: cst.Subscript, owner: DictCell | Container, index: Any) -> Value:
    content = run.state.narrow(owner.fields.get(CONTENT, Mapped()))
    return run.state.lift(lambda c: _of_content(run, frame, node, owner, c, index), content)


def _of_content(run: Run, frame: Frame, node: cst.Subscript, owner: DictCell | Container, content: Value, index: Any) -> Value:
    if not isinstance(content, Mapped):
        return run.unknown("a container that is not followed", frame, node)
    if isinstance(index, (Const, External)):
        key = dict_key(index)
        if isinstance(owner, Container) and isinstance(key, int):
            modules = list(content.items.values())
            if content.rest is None or 0 <= key < len(modules):
                return modules[key] if -len(modules) <= key < len(modules) else run.unknown("an index out of range", frame, node)
            return content.rest if not modules else run.unknown("a layer of a list of unknown length", frame, node)
    if isinstance(owner, Container) and isinstance(index, tuple) and len(index) == 1 and isinstance(index[0], slice):
        sliced = _slice(Tuple(tuple(content.items.values()), content.rest), index[0])
        if sliced is not None:
            container = Container(owner.name)
            container.fields[CONTENT] = Mapped({str(i): item for i, item in enumerate(sliced.items)}, sliced.rest)
            return container
    if isinstance(index, Value):
        return item(run, frame, node, content, index, _written(node))
    return any_of(run, frame, node, Tuple(tuple(content.items.values()), content.rest))


def _written(node: cst.Subscript) -> cst.BaseExpression:
    """The expression of a single index."""
    index = node.slice[0].slice
    return index.value if isinstance(index, cst.Index) else node


def item(run: Run, frame: Frame, node: cst.CSTNode, content: Mapped, key: Value, written: cst.BaseExpression) -> Value:
    """What a mapping holds under a key, known or not, which is ``written`` so."""
    if isinstance(key, (Const, External)):
        found = content.items.get(dict_key(key))
        return found or content.rest or run.unknown(f"the key {dict_key(key)!r} is not set where it is seen", frame, node)
    return under(run, frame, node, content, key, written)


def under(run: Run, frame: Frame, node: cst.CSTNode, content: Mapped, key: Value, written: cst.BaseExpression, default: Value | None = None) -> Value:
    """What stands under a key that is not known, ``written`` so: one value where all are alike, else each in a case of its own, if they are few.

    ``default`` is what there is under another key; without one, that ends the program.
    """
    found = any_of(run, frame, node, Tuple(tuple(content.items.values()), content.rest))
    alike = (isinstance(found, Tensor) and found.facts.kind is not None) or len({value.key() for value in content.items.values()}) < 2
    few = content.rest is None and len(content.items) <= MAX_KEYS and all(isinstance(name, (str, int, enum.Enum)) for name in content.items)
    if isinstance(key, Unknown) and key.symbol and few and not alike:
        equal = {name: replace(condition(run, frame, node, key, "==", name), text=_equality(frame, written, name)) for name in content.items}
        others = frozenset(atom.negated() for atom in equal.values())
        rest = [] if default is None else [(others, default)]
        return run.state.choice([*((frozenset([atom]), content.items[name]) for name, atom in equal.items()), *rest])
    if default is None:
        return found
    there = condition(run, frame, node, key, "in", tuple(content.items))
    return run.state.choice([(frozenset([there]), found), (frozenset([there.negated()]), default)])


def _equality(frame: Frame, written: cst.BaseExpression, name: object) -> Callable[[], str]:
    return lambda: f"{frame.module.text(written)} == {name if isinstance(name, enum.Enum) else repr(name)}"


def indexed(run: Run, frame: Frame, node: cst.CSTNode, owner: Tensor, index: Any) -> Tensor:
    """Part of a tensor: range, kind and dtype go on, and the shape where it can be computed."""
    parts = index if isinstance(index, tuple) else (index,)
    if len(parts) == 1 and isinstance(parts[0], Tuple):
        parts = parts[0].items
    marks = [_mark(part) for part in parts]
    shape = owner.facts.shape
    new = shapes.indexed(None if shape is None else shape.value, marks)
    claim = None if new is None or shape is None else Claim(new, shape.steps)
    others = [part for part in parts if isinstance(part, Value)]
    return replace(owner, facts=replace(owner.facts, shape=claim, axis=None), sources=merged_sources(owner, *others))


def _mark(part: Any) -> Any:
    if isinstance(part, slice):
        bounds = [bound.value if isinstance(bound, Const) else bound for bound in (part.start, part.stop, part.step)]
        if bounds == [None, None, None]:
            return shapes.FULL_SLICE
        return slice(*bounds) if all(bound is None or type(bound) is int for bound in bounds) else shapes.SOME_SLICE
    if isinstance(part, Const):
        if part.value is ...:
            return shapes.ELLIPSIS
        if part.value is None:
            return shapes.NEW_AXIS
        if isinstance(part.value, int) and not isinstance(part.value, bool):
            return part.value
    return shapes.MASK


def store(run: Run, frame: Frame, node: cst.Subscript, value: Value) -> None:
    """``x[i] = value``."""
    if isinstance(node.value, cst.Attribute) and node.value.attr.value == "_modules":
        _store_module(run, frame, node, ev.evaluate(run, frame, node.value.value), value)
        return
    owner = ev.evaluate(run, frame, node.value)
    index = _index(run, frame, node)
    if isinstance(owner, Instance) and owner.cls.member("__setitem__") is None:
        inherited = owner.fields.get(CONTENT)
        owner = inherited if isinstance(inherited, Container) else owner
    if isinstance(owner, (DictCell, Container)):
        content = run.state.narrow(owner.fields.get(CONTENT, Mapped()))
        run.state.write(owner, CONTENT, run.state.lift(lambda c: with_key(run, frame, node, owner, c, index, value), content))
    elif isinstance(owner, ListCell):
        content = run.state.narrow(owner.fields.get(CONTENT, Tuple()))
        run.state.write(owner, CONTENT, run.state.lift(lambda c: _with_position(run, frame, node, c, index, value), content))
    elif isinstance(owner, Tensor) and isinstance(node.value, (cst.Name, cst.Attribute)):
        from bcelint.trace import assign

        assign.assign(run, frame, node.value, run.state.lift(lambda v: _patched(owner, v), value))
    elif isinstance(owner, Unknown) and owner.symbol:
        run.state.write(run.foreign.setdefault(owner.symbol, Cell()), ITEM, value)


def _store_module(run: Run, frame: Frame, node: cst.Subscript, owner: Value, value: Value) -> None:
    """``model._modules[name] = value``."""
    index = _index(run, frame, node)
    if isinstance(index, Const) and isinstance(index.value, str):
        attributes.store(run, owner, index.value, value)
    else:
        attributes.store_unnamed(run, frame, node, owner, value)


def _module_key(content: Mapped, index: Any) -> str | None:
    """The name of the module at a place of a container of modules, or the name given; None where that is not known."""
    if not isinstance(index, Const) or not isinstance(index.value, (int, str)):
        return None
    if isinstance(index.value, str):
        return index.value
    names = list(content.items)
    lowest = 0 if content.rest else -len(names)
    return names[index.value] if lowest <= index.value < len(names) else None


def with_key(run: Run, frame: Frame, node: cst.CSTNode, owner: Value, content: Value, index: Any, value: Value) -> Value:
    """The content of a dict or module container after ``x[index] = value``."""
    if not isinstance(content, Mapped):
        return content
    key = _module_key(content, index) if isinstance(owner, Container) else None
    if key is not None or (isinstance(owner, DictCell) and isinstance(index, (Const, External))):
        return Mapped({**content.items, dict_key(index) if key is None else key: value}, content.rest)
    items = (*content.items.values(), value, *([content.rest] if content.rest else []))
    return Mapped({}, any_of(run, frame, node, Tuple(items)))


def _with_position(run: Run, frame: Frame, node: cst.CSTNode, content: Value, index: Any, value: Value) -> Value:
    """The content of a list after ``x[index] = value``."""
    if not isinstance(content, Tuple):
        return content
    lowest = 0 if content.rest else -len(content.items)
    if isinstance(index, Const) and isinstance(index.value, int) and lowest <= index.value < len(content.items):
        changed = list(content.items)
        changed[index.value] = value
        return Tuple(tuple(changed), content.rest)
    everything = (*content.items, value, *([content.rest] if content.rest else []))
    return Tuple((), any_of(run, frame, node, Tuple(everything)))


def delete(run: Run, frame: Frame, node: cst.Subscript) -> None:
    """``del x[i]``."""
    owner = ev.evaluate(run, frame, node.value)
    index = _index(run, frame, node)
    if isinstance(owner, (DictCell, Container, ListCell)):
        content = run.state.narrow(owner.fields.get(CONTENT, Tuple()))
        run.state.write(owner, CONTENT, run.state.lift(lambda c: without(run, frame, node, owner, c, index), content))


def without(run: Run, frame: Frame, node: cst.CSTNode, owner: Value, content: Value, index: Any) -> Value:
    """The content of a container after one of its items is taken out."""
    if isinstance(content, Mapped) and isinstance(owner, DictCell):
        if isinstance(index, (Const, External)):
            return Mapped({key: value for key, value in content.items.items() if key != dict_key(index)}, content.rest)
    elif isinstance(content, (Mapped, Tuple)) and isinstance(index, Const) and isinstance(index.value, int) and content.rest is None:
        items = list(content.items.values() if isinstance(content, Mapped) else content.items)
        if -len(items) <= index.value < len(items):
            items.pop(index.value)
            return Tuple(tuple(items)) if isinstance(content, Tuple) else Mapped({str(i): item for i, item in enumerate(items)})
    lost = run.unknown("an item of a container from which something was taken", frame, node, content)
    return Mapped({}, lost) if isinstance(content, Mapped) else Tuple((), lost)


def _patched(owner: Tensor, value: Value) -> Value:
    """A tensor of which a part was overwritten: what holds of the old and the new part alike."""
    facts = owner.facts
    old = facts.interval
    new = value.facts.interval if isinstance(value, Tensor) else _point(value)
    hull = None if old is None or new is None else Interval(min(old.low, new.low), max(old.high, new.high), old == new and old.tight)
    steps = value.facts.range.steps if isinstance(value, Tensor) and value.facts.range else facts.range.steps if facts.range else ()
    kind = None
    if isinstance(value, Tensor) and value.facts.kind is not None:
        blank = old is not None and old.low == old.high  # zeros or ones to be filled
        if blank or (facts.kind is not None and facts.kind.value is value.facts.kind.value):
            kind = value.facts.kind
    elif isinstance(value, Const):
        kind = facts.kind
    changed = Facts(
        Claim(hull, steps) if hull else None, kind, None, facts.dtype, facts.shape, value.facts.grad if isinstance(value, Tensor) else None
    )
    via = value.via if isinstance(value, Tensor) else owner.via
    return replace(owner, facts=changed, sources=merged_sources(owner, value), via=via)


def _point(value: Value) -> Interval | None:
    if isinstance(value, Const) and isinstance(value.value, (int, float)):
        return Interval(float(value.value), float(value.value))
    return None
