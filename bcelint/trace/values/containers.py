"""torch's containers of modules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bcelint.contracts.schema import UNKNOWN
from bcelint.trace.interpreter import Arguments, Interpreter, Items, Value
from bcelint.trace.values import submodules
from bcelint.trace.values.asking import written_index
from bcelint.trace.values.cells import Cell
from bcelint.trace.values.choices import Choice, alternatives
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.contents import CONTENT, any_of
from bcelint.trace.values.dicts import in_each_case, with_another, with_item
from bcelint.trace.values.externals import External
from bcelint.trace.values.layers import Layer
from bcelint.trace.values.library_classes import is_of_module
from bcelint.trace.values.mapped import Mapped, dict_key, item_under, mapping_of, overlaid
from bcelint.trace.values.methods import Method
from bcelint.trace.values.nn_modules import HOOKED, NNModule
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.tuples import Tuple, sequence_of
from bcelint.trace.values.unknowns import Unknown


class Container(Cell, NNModule):
    """``nn.Sequential``, ``ModuleList``, ``ModuleDict`` …; its content is a ``Mapped`` from names (``"0"``, ``"1"`` …) to modules."""

    noun = "module container"
    is_module = True
    has_modes = True

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    @property
    def content(self) -> Value:
        return self.fields.get(CONTENT, Mapped())

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        content = self.fields.get(CONTENT)
        if isinstance(content, Mapped) and name in content.items:
            return content.items[name]
        return self.fields.get(name) or Method(self, name)

    def store(self, at: Interpreter, name: str, value: Value, after: Callable[[Value | None], Value]) -> None:
        kinds = {_is_module(single) for _, single in alternatives(value)}
        if CONTENT not in self.fields or kinds == {False}:
            super().store(at, name, value, after)
        elif kinds == {True} or self._holds(name):
            at.write(self, CONTENT, at.lift(lambda content: with_item(content, name, value), self.content))
        else:  # a layer more, or an attribute that is none
            super().store(at, name, value, after)
            at.write(self, CONTENT, at.lift(lambda content: _opened(at, content, value), self.content))

    def _holds(self, name: str) -> bool:
        return any(isinstance(content, Mapped) and name in content.items for _, content in alternatives(self.content))

    def forget(self, at: Interpreter, name: str) -> None:
        """``del self.name`` of a module that it holds."""
        at.write(self, CONTENT, at.lift(lambda content: content.without(name) if isinstance(content, Mapped) else content, at.narrow(self.content)))

    def add(self, at: Interpreter, name: Value, value: Value) -> None:
        if isinstance(name, Const):
            super().add(at, name, value)
        else:
            at.write(self, CONTENT, at.lift(lambda content: _with_another(content, value), self.content))

    def item(self, at: Interpreter, index: Any) -> Value:
        return at.lift(lambda content: self._item(at, content, index), at.narrow(self.content))

    def _item(self, at: Interpreter, content: Value, index: Any) -> Value:
        if not isinstance(content, Mapped):
            return at.unknown("a container that is not followed")
        if isinstance(index, tuple) and len(index) == 1 and isinstance(index[0], slice):
            sliced = content.values().sliced(index[0])
            if sliced is not None:
                return new_container(self.name, numbered(sliced))
        if not isinstance(index, Value):
            return any_of(at, content.values())
        position = dict_key(index) if isinstance(index, (Const, External)) else None
        if isinstance(position, int):
            return _at_position(at, content, position)
        return item_under(at, content, index, written_index(at.node))

    def store_item(self, at: Interpreter, index: Any, value: Value) -> Value | None:
        at.write(self, CONTENT, at.lift(lambda content: _with_key(at, content, index, value), at.narrow(self.content)))
        return None

    def delete_item(self, at: Interpreter, index: Any) -> None:
        at.write(self, CONTENT, at.lift(lambda content: _without_position(at, content, index), at.narrow(self.content)))

    def call(self, at: Interpreter, args: Arguments) -> Value:
        """``Sequential``: one layer after the other."""
        if HOOKED in self.fields:
            return at.unknown(f"nn.{self.name} has a forward hook", *args.all())
        if self.name != "Sequential":
            return at.unknown(f"nn.{self.name} can't be called", *args.all())
        return at.lift_call(lambda content: _through(at, content, args), self.content)

    def inside(self, at: Interpreter, name: str, args: Arguments) -> Value | None:
        known = name in ("children", "named_children") or (name == "modules" and not _holds_more(self.fields.get(CONTENT)))
        return None if known or name not in submodules.METHODS else submodules.method(at, self, self, name, args)

    def own_method(self, at: Interpreter, name: str, args: Arguments) -> Value | None:
        """``Sequential.append``, ``ModuleDict.items`` …"""
        content = at.narrow(self.content)
        if isinstance(content, Choice):
            return in_each_case(at, self, content, lambda: self._own_method(at, name, args))
        return self._own_method(at, name, args) or (sequence_of(at, self) if name in ("children", "modules") else None)

    def augmented(self, at: Interpreter, op: str, other: Value) -> Value | None:
        changing = {"+": "extend", "|": "update"}.get(op)
        if changing is None or CONTENT not in self.fields:
            return None
        self.own_method(at, changing, Arguments((other,)))
        return self

    def _own_method(self, at: Interpreter, name: str, args: Arguments) -> Value | None:
        content = at.narrow(self.content)
        if not isinstance(content, Mapped):
            return None
        if name in ("append", "extend", "insert"):
            return self._append(at, content, name, args) if args.positional else None
        if name == "pop" and args.positional:
            return self._pop(at, content, args.positional[0])
        if name == "clear":
            at.write(self, CONTENT, Mapped())
            return NONE
        if name in ("children", "values", "modules"):
            return content.values()
        if name in ("items", "named_children"):
            return content.pairs(at)
        if name == "keys":
            return content.keys(at)
        if name == "update" and args.positional:
            more = mapping_of(at, args.positional[0]) or Mapped({}, at.unknown("modules that are not followed"))
            at.write(self, CONTENT, overlaid(at, content, more))
            return NONE
        return None

    def _append(self, at: Interpreter, content: Mapped, name: str, args: Arguments) -> Value:
        """``append``, ``extend`` and ``insert``."""
        more = sequence_of(at, args.positional[0]) if name == "extend" else Tuple((args.positional[-1],))
        items, rest = dict(content.items), content.rest
        position = args.positional[0].constant
        if name == "insert" and rest is None and isinstance(position, int):
            layers = list(items.values())
            layers.insert(max(-len(layers), min(position, len(layers))), args.positional[-1])
            items = {str(i): layer for i, layer in enumerate(layers)}
        elif name == "insert":
            items, rest = {}, at.unknown("a container with insertions")
        elif rest is None:
            for value in more.items:
                items[str(len(items))] = value
            rest = more.rest
        else:
            rest = any_of(at, Tuple((rest, *more.items), more.rest))
        at.write(self, CONTENT, Mapped(items, rest, content.scattered))
        return self

    def _pop(self, at: Interpreter, content: Mapped, taken: Value) -> Value:
        key = taken.constant
        layers = list(content.items.values())
        known = isinstance(key, int) and content.rest is None and -len(layers) <= key < len(layers)
        result = layers[key] if known else None if key is UNKNOWN else content.items.get(key)
        if key is not UNKNOWN and key in content.items:
            left: Value = content.without(key)
        else:
            left = _without_position(at, content, taken)
        at.write(self, CONTENT, left)
        return result or at.unknown("a layer taken from a container")

    def iterate(self, at: Interpreter) -> Items:
        content = self.fields.get(CONTENT)
        if not isinstance(content, Mapped):
            return super().iterate(at)
        return content.keys(at) if self.name == "ModuleDict" else content.values()

    def length(self, at: Interpreter) -> Value:
        return at.lift(lambda single: single.length(at), at.narrow(self.content)) if CONTENT in self.fields else super().length(at)

    def mapped(self) -> Value | None:
        return self.content

    def truth(self) -> bool | None:
        content = self.fields.get(CONTENT)
        return content.truth() if isinstance(content, Mapped) else None

    def is_of_library_class(self, name: str) -> bool | None:
        return is_of_module((f"torch.nn.{self.name}",), name)

    def type(self) -> Value | None:
        return External(f"torch.nn.{self.name}")


def _is_module(value: Value) -> bool | None:
    """Whether it is a module; None where that is not known."""
    if isinstance(value, Unknown):
        return False if value.is_number or value.is_size or value.is_callable_thing else None
    may_be_one = value.is_open() if isinstance(value, External) else isinstance(value, Tensor) and (value.model is not None or not value.cls)
    return True if value.is_module else None if may_be_one else False


def _opened(at: Interpreter, content: Value, value: Value) -> Value:
    """The content with another value, if that is a module."""
    if not isinstance(content, Mapped):
        return content
    return replace(content, rest=value if content.rest is None else any_of(at, Tuple((content.rest, value))))


def _holds_more(content: Value | None) -> bool:
    """Whether there are modules inside of those that it holds."""
    return not isinstance(content, Mapped) or any(isinstance(module, Cell) for module in content.items.values())


def new_container(name: str, content: Mapped) -> Container:
    container = Container(name)
    container.fields[CONTENT] = content
    return container


def numbered(content: Items) -> Mapped:
    """Modules under their positions, as a ``ModuleList`` has them."""
    return Mapped({str(i): item for i, item in enumerate(content.items)}, content.rest)


def _through(at: Interpreter, content: Value, args: Arguments) -> Value:
    if not isinstance(content, Mapped):
        return at.unknown("a Sequential that is not followed", *args.all())
    if content.rest is not None:
        return at.unknown("a Sequential whose layers are not all known", *args.all())
    if len(args.all()) > 1 or not args.keywords.keys() <= {"input"}:
        return at.unknown("a Sequential takes one input", *args.all())
    value = args.all()[0] if args.all() else at.unknown("a Sequential without input")
    for layer in content.items.values():
        here = at.standing_at(layer.place) if isinstance(layer, Layer) else at  # a layer in a list is where it stands in the list
        value = here.call(layer, Arguments((value,)))
    return value if content.items else _to_be_filled(value)


def _to_be_filled(value: Value) -> Value:
    """What a ``Sequential`` of no layers hands on: itself, but its layers may be left to the reader, and then it has a gradient."""
    known = isinstance(value, Tensor) and value.facts.value("grad") is False
    return replace(value, facts=replace(value.facts, grad=None)) if known and isinstance(value, Tensor) else value


def _at_position(at: Interpreter, content: Mapped, position: int) -> Value:
    modules, rest = content.values().items, content.values().rest
    if rest is None or 0 <= position < len(modules):
        return modules[position] if -len(modules) <= position < len(modules) else at.unknown("an index out of range")
    return rest if not modules else at.unknown("a layer of a list of unknown length")


def _with_another(content: Value, value: Value) -> Value:
    """The content with a module more, whose name is not known."""
    return with_item(content, f"<{len(content.items)}>", value) if isinstance(content, Mapped) else content


def _with_key(at: Interpreter, content: Value, index: Any, value: Value) -> Value:
    """The content after ``x[index] = value``."""
    if not isinstance(content, Mapped):
        return content
    key = _module_key(content, index)
    return Mapped({}, any_of(at, with_another(content, value))) if key is None else with_item(content, key, value)


def _module_key(content: Mapped, index: Any) -> str | None:
    """The name of the module at a place, or the name given; None where that is not known."""
    key = index.constant if isinstance(index, Value) else UNKNOWN
    if isinstance(key, str):
        return key
    names = [] if content.scattered else list(content.items)
    lowest = 0 if content.rest else -len(names)
    return names[key] if isinstance(key, int) and lowest <= key < len(names) else None


def _without_position(at: Interpreter, content: Value, index: Any) -> Value:
    """The content after ``del x[index]``."""
    position = index.constant if isinstance(index, Value) else UNKNOWN
    if isinstance(content, Mapped) and isinstance(position, int) and content.rest is None:
        items = list(content.items.values())
        if -len(items) <= position < len(items):
            items.pop(position)
            return numbered(Items(tuple(items)))
    lost = at.unknown("an item of a container from which something was taken", content)
    return Mapped({}, lost) if isinstance(content, Mapped) else Tuple((), lost)
