"""Sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bcelint.contracts.schema import UNKNOWN
from bcelint.trace.interpreter import Arguments, Interpreter, Items, Value
from bcelint.trace.values.contents import CONTENT, any_of
from bcelint.trace.values.lists import ListCell
from bcelint.trace.values.tuples import Tuple, join_sequences, sequence_of


class SetCell(ListCell):
    """A set: a list that holds each constant once."""

    noun = "set"
    kind: type = set

    def iterate(self, at: Interpreter) -> Items:
        return distinct(at, sequence_of(at, self.content))

    def _length(self, at: Interpreter, content: Value) -> Value:
        return distinct(at, sequence_of(at, content)).length(at)

    def item(self, at: Interpreter, index: Any) -> Value:
        return at.unknown("an item of a set")

    def _change(self, at: Interpreter, function: Callable[[Tuple], Value]) -> Value:
        return super()._change(at, lambda content: function(_once(content)))

    def _pop(self, at: Interpreter, position: Any) -> Value:
        content = at.narrow(self.content)
        single = isinstance(content, Tuple) and len(_once(content).items) == 1
        return super()._pop(at, 0 if single else UNKNOWN)

    def _searched(self, at: Interpreter, content: Value, name: str, args: Arguments) -> Value | None:
        return None

    def augmented(self, at: Interpreter, op: str, other: Value) -> Value | None:
        if op not in ("|", "&", "-", "^") or self.kind is not set:
            return None
        more = sequence_of(at, other) if op in ("|", "^") else Tuple()
        self._change(at, lambda content: join_sequences(content, more))
        if op != "|":
            self._change(at, lambda content: Tuple((), any_of(at, content)))
        return self


def _once(content: Tuple) -> Tuple:
    """Without the constants that come again."""
    items = {item.key(): item for item in content.items}
    return content if len(items) == len(content.items) else Tuple(tuple(items.values()), content.rest)


def distinct(at: Interpreter, content: Tuple) -> Tuple:
    """Each constant once; of other items it is not known which of them are equal."""
    if content.rest is not None or any(item.constant is UNKNOWN for item in content.items):
        return Tuple((), any_of(at, content)) if len(content.items) > 1 else content
    return Tuple(tuple({item.key(): item for item in content.items}.values()))


def new_set(content: Value, kind: type = set) -> SetCell:
    cell = SetCell()
    cell.kind = kind
    cell.fields[CONTENT] = content
    return cell
