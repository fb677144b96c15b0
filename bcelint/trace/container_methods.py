"""Methods of lists, dicts, strings, tuples and of torch's module containers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from bcelint.trace import evaluate as ev
from bcelint.trace import sequences, subscripts
from bcelint.trace.arguments import Arguments
from bcelint.trace.values import CONTENT, NONE, Cell, Choice, Const, Container, DictCell, External, ListCell, Mapped, Tuple, Value

if TYPE_CHECKING:
    from bcelint.trace.frames import Frame
    from bcelint.trace.run import Run


def call(run: Run, frame: Frame, node: cst.BaseExpression, receiver: Value, name: str, args: Arguments) -> Value | None:
    """The result of a method, or None where the method is not followed."""
    if isinstance(receiver, ListCell):
        return _of_list(run, frame, node, receiver, name, args)
    if isinstance(receiver, DictCell):
        return _of_dict(run, frame, node, receiver, name, args)
    if isinstance(receiver, Const) and isinstance(receiver.value, str):
        return _of_string(run, frame, node, receiver.value, name, args)
    if isinstance(receiver, Tuple) and name in ("numel",):
        return run.unknown("a size", frame, node)
    return None


def _append(content: Tuple, value: Value) -> Tuple:
    return ev.join_sequences(content, Tuple((value,)))


def _of_list(run: Run, frame: Frame, node: cst.BaseExpression, receiver: ListCell, name: str, args: Arguments) -> Value | None:
    content = receiver.fields.get(CONTENT, Tuple())

    def change(function: Any) -> Value:
        run.state.write(receiver, CONTENT, run.state.lift(function, content))
        return NONE

    if name in ("append", "add") and args.positional:
        return change(lambda c: _append(c, args.positional[0]) if isinstance(c, Tuple) else c)
    if name in ("extend", "update") and args.positional:
        more = sequences.sequence_of(run, frame, node, args.positional[0])
        return change(lambda c: ev.join_sequences(c, more) if isinstance(c, Tuple) else c)
    if name == "insert" and len(args.positional) == 2 and isinstance(args.positional[0], Const):
        at, value = args.positional[0].value, args.positional[1]

        def inserted(c: Value) -> Value:
            if not isinstance(c, Tuple) or c.rest is not None or not isinstance(at, int):
                return Tuple((), run.unknown("a list with insertions", frame, node))
            items = list(c.items)
            items.insert(at, value)
            return Tuple(tuple(items))

        return change(inserted)
    if name == "pop":
        position = args.positional[0] if args.positional else Const(-1)

        def shortened(c: Value) -> Value:
            if isinstance(c, Tuple) and c.rest is None and isinstance(position, Const) and -len(c.items) <= position.value < len(c.items):
                items = list(c.items)
                items.pop(position.value)
                return Tuple(tuple(items))
            return c

        single = run.state.narrow(content)
        taken: Value = run.unknown("an item taken from a list", frame, node)
        if isinstance(single, Tuple) and isinstance(position, Const) and single.rest is None:
            if -len(single.items) <= position.value < len(single.items):
                taken = single.items[position.value]
        elif isinstance(single, Tuple):
            taken = subscripts.any_of(run, frame, node, single)
        change(shortened)
        return taken
    if name == "clear":
        return change(lambda c: Tuple())
    if name == "sort":
        return change(lambda c: reordered(run, frame, node, c, args) if isinstance(c, Tuple) else c)
    if name in ("remove", "discard") and args.positional:
        return change(lambda c: _removed(run, frame, node, c, args.positional[0]) if isinstance(c, Tuple) else c)
    if name == "reverse":
        return change(lambda c: Tuple(c.items[::-1], c.rest) if isinstance(c, Tuple) and c.rest is None else c)
    if name == "copy":
        copied = ListCell()
        copied.fields[CONTENT] = content
        return copied
    return None


def reordered(run: Run, frame: Frame, node: cst.BaseExpression, content: Tuple, args: Arguments) -> Tuple:
    """The content in another order: known for constants only."""
    if content.rest is None and not args.keywords and all(isinstance(item, Const) for item in content.items):
        try:
            return Tuple(tuple(sorted(content.items, key=lambda item: item.value)))  # type: ignore[attr-defined]
        except TypeError:
            pass
    if not content.items and content.rest is None:
        return content
    return Tuple((), subscripts.any_of(run, frame, node, content))


def _removed(run: Run, frame: Frame, node: cst.BaseExpression, content: Tuple, value: Value) -> Tuple:
    at = next((i for i, item in enumerate(content.items) if item.key() == value.key()), None)
    if at is None or content.rest is not None or not all(isinstance(item, Const) for item in content.items[:at]):
        return Tuple((), subscripts.any_of(run, frame, node, content))
    return Tuple((*content.items[:at], *content.items[at + 1 :]))


def _of_dict(run: Run, frame: Frame, node: cst.BaseExpression, receiver: DictCell, name: str, args: Arguments) -> Value | None:
    content = run.state.narrow(receiver.fields.get(CONTENT, Mapped()))
    if not isinstance(content, Mapped):
        return _in_each_case(run, receiver, content, lambda: _of_dict(run, frame, node, receiver, name, args))
    if name in ("get", "pop", "setdefault") and args.positional:
        return _lookup(run, frame, node, receiver, content, name, args)
    if name == "keys":
        return sequences.sequence_of(run, frame, node, receiver)
    if name == "values":
        return Tuple(tuple(content.items.values()), content.rest)
    if name == "items":
        rest = None if content.rest is None else Tuple((run.unknown("a key", frame, node), content.rest))
        return Tuple(tuple(Tuple((Const(key), value)) for key, value in content.items.items()), rest)
    if name == "update":
        return _update(run, frame, node, receiver, content, args)
    if name == "copy":
        return ev.new_dict(content)
    return None


def _in_each_case(run: Run, receiver: Cell, content: Value, method: Callable[[], Value | None]) -> Value | None:
    """The result of a method of a container whose content differs from case to case, each case a branch of its own."""
    if not isinstance(content, Choice):
        return None

    def one(single: Value) -> Value:
        run.state.write(receiver, CONTENT, single)
        return method() or run.unknown("a method of a container that is not followed")

    return run.state.lift_call(one, content)


def _lookup(run: Run, frame: Frame, node: cst.BaseExpression, receiver: DictCell, content: Mapped, name: str, args: Arguments) -> Value:
    """``get``, ``pop`` and ``setdefault``."""
    key = args.positional[0]
    default = args.positional[1] if len(args.positional) > 1 else NONE

    def one(key: Value) -> Value:
        if isinstance(key, (Const, External)):
            found = content.items.get(subscripts.dict_key(key))
            if found is not None:
                return found
            return default if content.rest is None else run.unknown("a value under a key that may not be set", frame, node)
        return subscripts.under(run, frame, node, content, key, args.written(["key"]).get("key", node), default)

    result = run.state.lift(one, key)
    if name == "pop":
        run.state.write(receiver, CONTENT, subscripts.without(run, frame, node, receiver, content, key))
    if name == "setdefault" and not (isinstance(key, (Const, External)) and subscripts.dict_key(key) in content.items):
        run.state.write(receiver, CONTENT, subscripts.with_key(run, frame, node, receiver, content, key, default))
    return result


def _update(run: Run, frame: Frame, node: cst.BaseExpression, receiver: DictCell, content: Mapped, args: Arguments) -> Value:
    items, rest = {**content.items}, content.rest
    if args.positional:
        more = sequences.mapping_of(run, args.positional[0])
        if more is None:
            items, rest = {}, replace(run.unknown("values of a dict that is not followed", frame, node), opaque=True)
        else:
            items.update(more.items)
            rest = more.rest or rest
    items.update(args.keywords)
    run.state.write(receiver, CONTENT, Mapped(items, rest))
    return NONE


_STRING = frozenset(
    ["lower", "upper", "strip", "lstrip", "rstrip", "startswith", "endswith", "replace", "split", "format", "title", "capitalize", "join"]
)


def _of_string(run: Run, frame: Frame, node: cst.BaseExpression, text: str, name: str, args: Arguments) -> Value | None:
    if name not in _STRING or not all(isinstance(v, Const) for v in args.all()):
        return None
    try:
        result = getattr(text, name)(
            *(v.value for v in args.positional),  # type: ignore[attr-defined]
            **{k: v.value for k, v in args.keywords.items()},  # type: ignore[attr-defined]
        )
    except Exception:
        return None
    return ev.new_list(Tuple(tuple(Const(part) for part in result))) if isinstance(result, list) else Const(result)


def of_container(run: Run, frame: Frame, node: cst.BaseExpression, receiver: Container, name: str, args: Arguments) -> Value | None:
    """``Sequential.append``, ``ModuleDict.items`` …"""
    content = run.state.narrow(receiver.fields.get(CONTENT, Mapped()))
    if not isinstance(content, Mapped):
        return _in_each_case(run, receiver, content, lambda: of_container(run, frame, node, receiver, name, args))
    if name in ("append", "extend", "insert"):
        if not args.positional:
            return None
        more = (args.positional[-1],) if name != "extend" else sequences.sequence_of(run, frame, node, args.positional[0]).items
        items = dict(content.items)
        rest = content.rest
        at = args.positional[0]
        if name == "insert" and rest is None and isinstance(at, Const) and isinstance(at.value, int):
            layers = list(items.values())
            layers.insert(at.value, args.positional[-1])
            items = {str(i): layer for i, layer in enumerate(layers)}
        elif name == "insert":
            items, rest = {}, run.unknown("a container with insertions", frame, node)
        else:
            for value in more:
                items[str(len(items))] = value
        if name == "extend":
            rest = rest or sequences.sequence_of(run, frame, node, args.positional[0]).rest
        run.state.write(receiver, CONTENT, Mapped(items, rest))
        return receiver
    if name == "pop" and args.positional:
        taken = args.positional[0]
        layers = list(content.items.values())
        known = isinstance(taken, Const) and isinstance(taken.value, int) and content.rest is None and -len(layers) <= taken.value < len(layers)
        result = layers[taken.value] if known and isinstance(taken, Const) else content.items.get(taken.value) if isinstance(taken, Const) else None
        if isinstance(taken, Const) and taken.value in content.items:
            left: Value = Mapped({key: value for key, value in content.items.items() if key != taken.value}, content.rest)
        else:
            left = subscripts.without(run, frame, node, receiver, content, taken)
        run.state.write(receiver, CONTENT, left)
        return result or run.unknown("a layer taken from a container", frame, node)
    if name in ("children", "values", "modules"):
        return Tuple(tuple(content.items.values()), content.rest)
    if name in ("items", "named_children"):
        rest = None if content.rest is None else Tuple((run.unknown("a key", frame, node), content.rest))
        return Tuple(tuple(Tuple((Const(key), value)) for key, value in content.items.items()), rest)
    if name == "keys":
        return Tuple(tuple(Const(key) for key in content.items), content.rest and run.unknown("a key", frame, node))
    if name == "update":
        more_items = sequences.mapping_of(run, args.positional[0]) if args.positional else None
        if more_items is not None:
            run.state.write(receiver, CONTENT, Mapped({**content.items, **more_items.items}, more_items.rest or content.rest))
            return NONE
    return None
