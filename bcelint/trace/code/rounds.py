"""Rounds of a loop of unknown length: what one of them changes, the next one finds changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import libcst as cst

from bcelint.trace.interpreter import Value
from bcelint.trace.state.site import Site
from bcelint.trace.state.state import Changes
from bcelint.trace.values.choices import Choice, alternatives
from bcelint.trace.values.constants import Const
from bcelint.trace.values.mapped import Mapped

_WORD = re.compile(r"\w+")


def changes_of_rounds(at: Site, iteration: Callable[[], object]) -> Changes:
    """Run the body of a loop, and return what it has changed.

    What it assigns to by name is unknown from the start. An attribute, a global or an item that a round has moved on, as a counter, is seen
    only then: it is unknown afterwards. Where a test hung on it, the body is run once more, as a later round meets it.
    """
    outer, at.run.decided = at.run.decided, set()
    outer_asked, at.run.asked = at.run.asked, set()
    met = len(at.run.events)
    try:
        _, changes = at.state.changes_of(iteration)
        moved = {where: names for where, (_, key, old, new) in changes.items() if (names := dict(_moved(key, old, new)))}
        if any(_matters(at, name, item) for names in moved.values() for name, item in names.items()):
            at.state.undo(changes)
            if not all(is_number(single) for names in moved.values() for item in names.values() for _, single in alternatives(item)):
                at.run.take_back(met)
            for where, names in moved.items():
                cell, key, old, _ = changes[where]
                at.write(cell, key, _opened(at, old, names))
            _, changes = at.state.changes_of(iteration)
            return changes
    finally:
        at.run.decided |= outer
        at.run.asked |= outer_asked
    for where, names in moved.items():
        cell, key, old, new = changes[where]
        counted = {name: item for name, item in names.items() if any(is_number(single) for _, single in alternatives(item))}
        changes[where] = (cell, key, old, _opened(at, new, counted))
        at.write(cell, key, _opened(at, new, counted))
    return changes


def _matters(at: Site, name: str, value: Value) -> bool:
    """Whether what has become of something matters to the next round: another module does, a flag that a test asks for, and a number by which
    a test has come out in one way only."""
    singles = [single for _, single in alternatives(value)]
    if not any(isinstance(single, Const) for single in singles):
        return True
    return name in (at.run.decided if all(map(is_number, singles)) else at.run.asked)


def decided(at: Site, test: cst.BaseExpression, *sides: object) -> None:
    """Note what a test in a loop asks for, and whether it comes out in one way only."""
    if at.run.loops:
        words = _WORD.findall(at.text(test))
        at.run.asked.update(words)
        if not all(sides):
            at.run.decided.update(words)


def _moved(key: str, old: Value | None, new: Value | None) -> Iterator[tuple[str, Value]]:
    """The constants that have become others: the attribute itself, or items of a dict, by name."""
    if isinstance(old, Mapped) and isinstance(new, Mapped):
        for name, item in old.items.items():
            if isinstance(name, str):
                yield from _moved(name, item, new.items.get(name))
    elif isinstance(old, Const) and new is not None:
        values = [single.value for _, single in alternatives(new) if isinstance(single, Const)]
        if any(value != old.value for value in values):
            yield key, new
    elif isinstance(new, Choice) and old is not None and old.is_module:
        kept = [single.key() == old.key() for _, single in new.alternatives]
        if any(kept) and not all(kept):
            yield key, new


def _opened(at: Site, value: Value | None, names: dict[str, Value]) -> Value:
    """The value with what has these names not known; it has one of them itself, where it holds none."""
    if isinstance(value, Mapped):
        return replace(value, items={name: at.unknown(f"{name} changes in a loop") if name in names else item for name, item in value.items.items()})
    if not names and value is not None:
        return value
    counts = all(is_number(single) for item in names.values() for _, single in alternatives(item))
    return at.unknown(f"{next(iter(names), 'it')} changes in a loop", opaque=not counts)


def is_number(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, (int, float)) and not isinstance(value.value, bool)
