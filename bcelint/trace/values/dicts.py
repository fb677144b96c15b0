"""Dicts."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from bcelint.contracts.schema import UNKNOWN
from bcelint.facts import Dim
from bcelint.trace.interpreter import Arguments, Interpreter, Items, Value
from bcelint.trace.values.asking import written_index
from bcelint.trace.values.batches import batch
from bcelint.trace.values.cells import DYNAMIC, Cell, is_setting
from bcelint.trace.values.choices import Choice
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.contents import CONTENT, any_of
from bcelint.trace.values.externals import External
from bcelint.trace.values.library_classes import is_exactly, is_kind_of
from bcelint.trace.values.mapped import MISSING, Mapped, dict_key, item_under, keywords_of, mapping_of, of_key, overlaid, under
from bcelint.trace.values.methods import Method
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import born_elsewhere

HANDED_OVER = "<handed over>"
"""Set on a dict that code which is not seen was given, and may have filled."""
_ATTRIBUTES = frozenset({*dir(collections.OrderedDict), *dir(collections.defaultdict), *dir(collections.Counter)})


class DictCell(Cell):
    """A dict; its content is a ``Mapped``."""

    noun = "dict"
    is_callable = False
    has_equals = True
    grows = False
    """Asking for a key that it lacks sets it."""
    factory: Value | None = None
    """What is called for the value then."""
    kind: type = dict
    """Its class, or one that it inherits from if it is not ``is_exact`` that."""
    is_exact = True
    made_in: int = 0
    """The activation of a function in which it was written down, 0 where it was in none."""

    @property
    def content(self) -> Value:
        return self.fields.get(CONTENT, Mapped())

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        """A method, or an item that is read as an attribute, as only the dicts of some libraries allow."""
        if name == "__dict__":
            return self  # of a namespace, whose attributes are its items
        content = self.fields.get(CONTENT)
        item = content.items.get(name) if isinstance(content, Mapped) and not hasattr(dict, name) else None
        return item or (Method(self, name, at.setter()) if name in _ATTRIBUTES else None)

    def store(self, at: Interpreter, name: str, value: Value, after: Callable[[Value | None], Value]) -> None:
        if name == DYNAMIC:
            self.open_up(at, at.unknown("attributes are set under names that are not followed", opaque=True), keeps=True)
        elif CONTENT not in self.fields:
            super().store(at, name, value, after)
        else:
            at.write(self, CONTENT, at.lift(lambda content: with_item(content, name, value), self.content))

    def item(self, at: Interpreter, index: Any) -> Value:
        made = self._made(at, index)
        if made is not None:
            return made
        value = at.lift(lambda content: self._item(at, content, index), at.narrow(self.content))
        if self.grows and isinstance(index, Value):
            at.write(self, CONTENT, at.lift(lambda content: _with_default(content, index, value), at.narrow(self.content)))
        return value

    def item_as_seen(self, at: Interpreter, index: Any) -> Value:
        """The item, where nothing but what is seen has set one: another key is missing."""
        key = dict_key(index) if isinstance(index, Const) else None
        if key is None or self.factory is not None or self.grows or HANDED_OVER in self.fields:
            return self.item(at, index)
        return at.lift(lambda content: MISSING if _lacks(content, key) else self._item(at, content, index), at.narrow(self.content))

    def _made(self, at: Interpreter, index: Any) -> Value | None:
        """What a ``defaultdict`` makes for a key that it is known to lack."""
        content = at.narrow(self.content)
        if self.factory is None or not isinstance(content, Mapped) or content.rest is not None:
            return None
        if not isinstance(index, (Const, External)) or dict_key(index) in content.items:
            return None
        made = at.call(self.factory, Arguments())
        at.write(self, CONTENT, _with_key(at, content, index, made))
        return made

    def _item(self, at: Interpreter, content: Value, index: Any) -> Value:
        if not isinstance(content, Mapped):
            return at.unknown("a container that is not followed")
        if not isinstance(index, Value):
            return any_of(at, content.values())
        found = item_under(at, content, index, written_index(at.node))
        return at.unknown("a key that may be set where it is not seen") if found.is_raised and HANDED_OVER in self.fields else found

    def store_item(self, at: Interpreter, index: Any, value: Value) -> Value | None:
        at.write(self, CONTENT, at.lift(lambda content: _with_key(at, content, index, value), at.narrow(self.content)))
        return None

    def delete_item(self, at: Interpreter, index: Any) -> None:
        at.write(self, CONTENT, at.lift(lambda content: _without_key(at, content, index), at.narrow(self.content)))

    def lose_attribute(self, at: Interpreter, name: str, reason: str, whatever: bool) -> None:
        self.lose_item(at, name, reason)  # where its items are its attributes

    def lose_item(self, at: Interpreter, key: object, reason: str) -> None:
        content, unknown = self.content, at.unknown(reason, opaque=True)
        if key is UNKNOWN:
            self.open_up(at, unknown, keeps=True)
        elif isinstance(content, Mapped) and is_setting(content.items.get(key, unknown)):
            at.write(self, CONTENT, content.with_item(key, unknown))

    def open_up(self, at: Interpreter, unknown: Value, keeps: bool = False) -> None:
        """It may hold more from now on, and something else under each key; if it ``keeps`` what is no setting, other settings only."""
        content = self.content
        if isinstance(content, Mapped):
            items = {key: item if keeps and not is_setting(item) else unknown for key, item in content.items.items()}
            at.write(self, CONTENT, replace(content, items=items, rest=unknown))

    def method(self, at: Interpreter, name: str, args: Arguments, assign: Callable[[Value], None] | None) -> Value:
        content = at.narrow(self.content)
        if isinstance(content, Choice):
            return in_each_case(at, self, content, lambda: self._method(at, name, args))
        return self._method(at, name, args) or super().method(at, name, args, assign)

    def _method(self, at: Interpreter, name: str, args: Arguments) -> Value | None:
        content = at.narrow(self.content)
        if not isinstance(content, Mapped):
            return None
        if name in ("get", "pop", "setdefault") and args.positional:
            return self._lookup(at, content, name, args)
        if name == "keys":
            return content.keys(at)
        if name == "values":
            return content.values()
        if name == "items":
            return content.pairs(at)
        if name == "clear":
            at.write(self, CONTENT, Mapped())
            return NONE
        if name in ("popitem", "move_to_end"):
            return self._reordered(at, content, name, args)
        if name == "update":
            return self._update(at, content, args)
        if name != "copy":
            return None
        made = new_dict(content)
        made.kind, made.is_exact = self.kind, self.is_exact
        return made

    def _reordered(self, at: Interpreter, content: Mapped, name: str, args: Arguments) -> Value:
        """``popitem`` and ``move_to_end``, where they are called without further arguments; after others it is lost which item comes when."""
        items = dict(content.items)
        last = list(items)[-1:] if name == "popitem" else [argument.constant for argument in args.positional]
        key = last[0] if last and not isinstance(last[0], list) else None
        if content.rest is not None or key not in items or len(args.all()) != (name == "move_to_end"):
            lost = any_of(at, content.values())
            at.write(self, CONTENT, Mapped({}, lost))
            return NONE if name == "move_to_end" else Tuple((at.unknown("a key"), lost))
        value = items.pop(key)
        at.write(self, CONTENT, Mapped(items if name == "popitem" else {**items, key: value}))
        return NONE if name == "move_to_end" else Tuple((of_key(key), value))

    def _lookup(self, at: Interpreter, content: Mapped, name: str, args: Arguments) -> Value:
        """``get``, ``pop`` and ``setdefault``."""
        key = args.positional[0]
        default = args.positional[1] if len(args.positional) > 1 else NONE

        def one(key: Value) -> Value:
            if isinstance(key, (Const, External)):
                found = content.items.get(dict_key(key))
                if found is not None:
                    return found
                return default if content.rest is None else at.unknown("a value under a key that may not be set")
            return under(at, content, key, args.written(["key"]).get("key", at.node), default)

        result = at.lift(one, key)
        if name == "pop":
            at.write(self, CONTENT, _without_key(at, content, key))
        if name == "setdefault" and not (isinstance(key, (Const, External)) and dict_key(key) in content.items):
            at.write(self, CONTENT, _with_key(at, content, key, default if content.rest is None else result))
        return result

    def _update(self, at: Interpreter, content: Mapped, args: Arguments) -> Value:
        if args.positional:
            more = mapping_of(at, args.positional[0])
            unseen = Mapped({}, at.unknown("values of a dict that is not followed", opaque=True))
            content = unseen if more is None else overlaid(at, content, more)
        at.write(self, CONTENT, overlaid(at, content, keywords_of(at, args)))
        return NONE

    def binary(self, at: Interpreter, op: str, other: Value, reflected: bool = False) -> Value | None:
        """``one | other``: a new dict, in which the items of the right side win."""
        left, right = (mapping_of(at, single) if isinstance(single, DictCell) else None for single in ((other, self) if reflected else (self, other)))
        if op != "|" or left is None or right is None:
            return None
        return new_dict(overlaid(at, left, right))

    def augmented(self, at: Interpreter, op: str, other: Value) -> Value | None:
        if op != "|":
            return None
        self.method(at, "update", Arguments((other,)), None)
        return self

    def iterate(self, at: Interpreter) -> Items:
        content = self.fields.get(CONTENT)
        return content.keys(at) if isinstance(content, Mapped) else super().iterate(at)

    def length(self, at: Interpreter) -> Value:
        return at.lift(lambda single: single.length(at), at.narrow(self.content)) if CONTENT in self.fields else super().length(at)

    def truth(self) -> bool | None:
        if not issubclass(self.kind, dict):
            return True  # a namespace, which has no length
        content = self.fields.get(CONTENT)
        return content.truth() if isinstance(content, Mapped) else None

    def is_of_library_class(self, name: str) -> bool | None:
        return is_exactly(self.kind, name) if self.is_exact else is_kind_of(self.kind, name)

    def batched(self, at: Interpreter, size: Dim) -> Value | None:
        content = self.fields.get(CONTENT)
        if not isinstance(content, Mapped):
            return None
        items = {key: batch(at, value, size) for key, value in content.items.items()}
        return new_dict(replace(content, items=items, rest=content.rest and batch(at, content.rest, size)))

    def mapped(self) -> Value | None:
        return self.content

    def parts(self) -> Iterable[Value]:
        return (self.fields[CONTENT],) if CONTENT in self.fields else ()


def new_dict(content: Mapped) -> DictCell:
    cell = DictCell()
    cell.fields[CONTENT] = content
    return cell


def in_each_case(at: Interpreter, receiver: Cell, content: Choice, method: Callable[[], Value | None]) -> Value:
    """The result of a method of a container whose content differs from case to case, each case a branch of its own."""

    def one(single: Value) -> Value:
        at.write(receiver, CONTENT, single)
        return method() or born_elsewhere(at, "a method of a container that is not followed")

    return at.lift_call(one, content)


def _lacks(content: Value, key: Any) -> bool:
    return isinstance(content, Mapped) and content.rest is None and key not in content.items


def with_item(content: Value, name: str, value: Value) -> Value:
    return content.with_item(name, value) if isinstance(content, Mapped) else content


def _with_key(at: Interpreter, content: Value, index: Any, value: Value) -> Value:
    """The content after ``x[index] = value``."""
    if not isinstance(content, Mapped):
        return content
    if isinstance(index, (Const, External)):
        return content.with_item(dict_key(index), value)
    return Mapped({}, any_of(at, with_another(content, value)))


def _with_default(content: Value, index: Value, value: Value) -> Value:
    """The content after ``x[index]`` was asked for, if that sets what it lacks."""
    if not isinstance(content, Mapped):
        return content
    if isinstance(index, (Const, External)):
        key = dict_key(index)
        return content if key in content.items else content.with_item(key, value)
    return content if content.rest is not None else Mapped(content.items, value)


def with_another(content: Mapped, value: Value) -> Tuple:
    """All values of a mapping, and one more."""
    return Tuple((*content.items.values(), value, *([content.rest] if content.rest else [])))


def _without_key(at: Interpreter, content: Value, index: Any) -> Value:
    """The content after ``del x[index]``."""
    if isinstance(content, Mapped) and isinstance(index, (Const, External)):
        return content.without(dict_key(index))
    lost = at.unknown("an item of a container from which something was taken", content)
    return Mapped({}, lost) if isinstance(content, Mapped) else Tuple((), lost)
