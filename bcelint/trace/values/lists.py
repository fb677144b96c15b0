"""Lists and sets."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from bcelint.contracts.schema import UNKNOWN, Arg
from bcelint.trace.identity import Sources
from bcelint.trace.interpreter import Arguments, Interpreter, Items, Value
from bcelint.trace.values.cells import Cell, is_setting
from bcelint.trace.values.choices import Choice
from bcelint.trace.values.constants import NONE
from bcelint.trace.values.contents import CONTENT, any_of
from bcelint.trace.values.library_classes import is_exactly
from bcelint.trace.values.methods import Method
from bcelint.trace.values.tuples import Tuple, join_sequences, sequence_of

_TAKING = ("difference_update", "intersection_update", "appendleft", "popleft", "extendleft", "rotate")
"""Methods after which it is not known which items there are, and in which order."""
_ATTRIBUTES = frozenset({*dir(list), *dir(set), *dir(deque)})


_CHANGING = frozenset(["insert", "remove", "difference_update", "intersection_update", "symmetric_difference_update", "__setitem__", "__delitem__"])
"""The methods that change a list or set."""


class ListCell(Cell):
    """A list or set; its content is a ``Tuple``."""

    noun = "list"
    is_callable = False
    has_equals = True
    kind: type = list

    @property
    def content(self) -> Value:
        return self.fields.get(CONTENT, Tuple())

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        return Method(self, name, at.setter()) if name in _ATTRIBUTES else None

    def item(self, at: Interpreter, index: Any) -> Value:
        content = at.narrow(self.content)
        if isinstance(content, Choice):
            return at.lift(lambda single: single.item(at, index) if isinstance(single, Tuple) else single, content)
        if not isinstance(content, Tuple):
            return at.unknown("an item of a list that is not followed", content)
        if isinstance(index, tuple) and len(index) == 1 and isinstance(index[0], slice):
            part = content.sliced(index[0])
            return new_list(part) if part is not None else at.unknown("a slice of a list of unknown length", content)
        return content.item(at, index)

    def store_item(self, at: Interpreter, index: Any, value: Value) -> Value | None:
        if isinstance(index, Value):
            self._change(at, lambda content: _with_item(at, content, index, value))
        else:
            more = sequence_of(at, value)
            self._change(at, lambda content: more if _is_whole(index) else Tuple((), any_of(at, join_sequences(content, more))))
        return None

    def delete_item(self, at: Interpreter, index: Any) -> None:
        self._change(at, lambda content: _without_item(at, content, index))

    def lose_item(self, at: Interpreter, key: object, reason: str) -> None:
        if is_setting(self.content):
            self.open_up(at, at.unknown(reason, opaque=True))

    def open_up(self, at: Interpreter, unknown: Value, grows: bool = False) -> None:
        """It may hold more from now on; other items altogether, unless all that is done is that it ``grows``."""
        content = self.content
        if isinstance(content, Tuple):
            at.write(self, CONTENT, Tuple(content.items if grows else (), unknown))

    def augmented(self, at: Interpreter, op: str, other: Value) -> Value | None:
        if op == "+":
            more = sequence_of(at, other)
            self._change(at, lambda content: join_sequences(content, more))
        elif op == "*":
            self._change(at, lambda content: _as_content(content.repeated(at, other)))
        return self if op in ("+", "*") else None

    def _change(self, at: Interpreter, function: Callable[[Tuple], Value]) -> Value:
        content = at.lift(lambda single: function(single) if isinstance(single, Tuple) else single, at.narrow(self.content))
        at.write(self, CONTENT, content)
        return NONE

    def method(self, at: Interpreter, name: str, args: Arguments, assign: Callable[[Value], None] | None) -> Value:
        first = args.positional[0] if args.positional else None
        if name == "pop":
            return self._pop(at, -1 if first is None else first.constant)
        if name == "copy":
            return self.copy()
        content = at.narrow(self.content)
        found = self._searched(at, content, name, args)
        if found is not None:
            return found
        change = _changes(at, name, args, first) or _loss(at, name, args)
        return super().method(at, name, args, assign) if change is None else self._change(at, change)

    def _searched(self, at: Interpreter, content: Value, name: str, args: Arguments) -> Value | None:
        return content.searched(at, name, args) if isinstance(content, Tuple) else None

    def _pop(self, at: Interpreter, position: Any) -> Value:
        content = at.narrow(self.content)
        taken = at.unknown("an item taken from a list")
        if isinstance(content, Tuple) and isinstance(position, int) and content.rest is None:
            if -len(content.items) <= position < len(content.items):
                taken = content.items[position]
        elif isinstance(content, Tuple):
            taken = any_of(at, content)
        self._change(at, lambda single: _shortened(at, single, position))
        return taken

    def iterate(self, at: Interpreter) -> Items:
        return sequence_of(at, self.content)

    def length(self, at: Interpreter) -> Value:
        return at.lift(lambda single: self._length(at, single), at.narrow(self.fields[CONTENT])) if CONTENT in self.fields else super().length(at)

    def _length(self, at: Interpreter, content: Value) -> Value:
        return content.length(at)

    def truth(self) -> bool | None:
        content = self.fields.get(CONTENT)
        return content.truth() if isinstance(content, Tuple) else None

    def binary(self, at: Interpreter, op: str, other: Value, reflected: bool = False) -> Value | None:
        content = self.content
        if not isinstance(content, Tuple) or other.is_elementwise:
            return None
        if op == "+":
            more = other.content if isinstance(other, ListCell) else other
            if not isinstance(more, Tuple):
                return None
            return new_list(join_sequences(more, content) if reflected else join_sequences(content, more))
        repeated = content.repeated(at, other) if op == "*" else None
        return new_list(repeated) if isinstance(repeated, Tuple) else repeated

    def is_of_library_class(self, name: str) -> bool | None:
        return is_exactly(self.kind, name)

    def as_arg(self) -> Arg:
        return self.content.as_arg()

    def origins(self) -> Sources:
        return self.content.origins()

    def parts(self) -> Iterable[Value]:
        return (self.content,)


def _as_content(value: Value) -> Tuple:
    return value if isinstance(value, Tuple) else Tuple((), value)


def new_list(content: Value) -> ListCell:
    cell = ListCell()
    cell.fields[CONTENT] = content
    return cell


def _changes(at: Interpreter, name: str, args: Arguments, first: Value | None) -> Callable[[Tuple], Tuple] | None:
    """What a method makes of the content of a list; None where it is not followed."""
    if name == "clear":
        return lambda content: Tuple()
    if name == "sort":
        return lambda content: reordered(at, content, args)
    if name == "reverse":
        return lambda content: Tuple(content.items[::-1]) if content.rest is None else Tuple((), any_of(at, content))
    if first is None:
        return None
    if name in ("append", "add"):
        return lambda content: join_sequences(content, Tuple((first,)))
    if name in ("extend", "update"):
        more = _all_of(at, args)
        return lambda content: join_sequences(content, more)
    if name == "symmetric_difference_update":
        more = _all_of(at, args)
        return lambda content: Tuple((), any_of(at, join_sequences(content, more)))
    if name == "insert" and len(args.positional) == 2:
        return lambda content: _inserted(at, content, first.constant, args.positional[1])
    if name in ("remove", "discard"):
        return lambda content: _removed(at, content, first)
    if name in _TAKING:
        return lambda content: Tuple((), any_of(at, content))
    return None


def _all_of(at: Interpreter, args: Arguments) -> Tuple:
    """The items of all arguments of a call."""
    unseen = Tuple((), at.unknown("further arguments") if args.open_positional else None)
    return functools.reduce(join_sequences, [*(sequence_of(at, value) for value in args.positional), unseen])


def _is_whole(index: Any) -> bool:
    """Whether it is ``[:]``."""
    return len(index) == 1 and isinstance(index[0], slice) and index[0] == slice(None)


def _loss(at: Interpreter, name: str, args: Arguments) -> Callable[[Tuple], Tuple] | None:
    """A method that changes the content in a way that is not followed; None for one that leaves it as it is."""
    if name not in _CHANGING:
        return None
    return lambda content: Tuple((), at.unknown(f"an item of a list after .{name}()", content, *args.all()))


def reordered(at: Interpreter, content: Tuple, args: Arguments) -> Tuple:
    """The content in another order: known for constants only."""
    if content.rest is None and not args.keywords and all(item.constant is not UNKNOWN for item in content.items):
        try:
            return Tuple(tuple(sorted(content.items, key=lambda item: item.constant)))
        except TypeError:
            pass
    if not content.items and content.rest is None:
        return content
    return Tuple((), any_of(at, content))


def _inserted(at: Interpreter, content: Tuple, position: Any, value: Value) -> Tuple:
    if content.rest is not None or not isinstance(position, int):
        return Tuple((), any_of(at, Tuple((*content.items, value), content.rest)))
    items = list(content.items)
    items.insert(max(-len(items), min(position, len(items))), value)
    return Tuple(tuple(items))


def _shortened(at: Interpreter, content: Tuple, position: Any) -> Tuple:
    if content.rest is None and isinstance(position, int) and -len(content.items) <= position < len(content.items):
        items = list(content.items)
        items.pop(position)
        return Tuple(tuple(items))
    if not content.items:
        return content
    if content.rest is not None and position == -1:
        return Tuple(content.items[:-1], any_of(at, Tuple(content.items[-1:], content.rest)))
    return Tuple((), any_of(at, content))


def _removed(at: Interpreter, content: Tuple, value: Value) -> Tuple:
    position = next((i for i, item in enumerate(content.items) if item.key() == value.key()), None)
    if position is None or content.rest is not None or not all(item.constant is not UNKNOWN for item in content.items[:position]):
        return Tuple((), any_of(at, content))
    return Tuple((*content.items[:position], *content.items[position + 1 :]))


def _with_item(at: Interpreter, content: Tuple, index: Any, value: Value) -> Tuple:
    """The content after ``x[index] = value``."""
    position = index.constant if isinstance(index, Value) else UNKNOWN
    lowest = 0 if content.rest else -len(content.items)
    if isinstance(position, int) and lowest <= position < len(content.items):
        changed = list(content.items)
        changed[position] = value
        return Tuple(tuple(changed), content.rest)
    everything = (*content.items, value, *([content.rest] if content.rest else []))
    return Tuple((), any_of(at, Tuple(everything)))


def _without_item(at: Interpreter, content: Tuple, index: Any) -> Tuple:
    """The content after ``del x[index]``."""
    position = index.constant if isinstance(index, Value) else UNKNOWN
    if isinstance(position, int) and content.rest is None and -len(content.items) <= position < len(content.items):
        return Tuple((*content.items[:position], *content.items[position % len(content.items) + 1 :]))
    return Tuple((), at.unknown("an item of a container from which something was taken", content))
