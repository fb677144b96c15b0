"""What a loop of unknown length makes of a list: one item more in each round, or another one in the place of each."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from bcelint.trace.code.iterations import another
from bcelint.trace.interpreter import Value
from bcelint.trace.state.site import Site
from bcelint.trace.state.state import without_loop
from bcelint.trace.values.choices import Choice
from bcelint.trace.values.contents import any_of
from bcelint.trace.values.tuples import Running, Tuple
from bcelint.trace.values.unknowns import Unknown


class Rounds:
    """The rounds of a ``for`` loop over items of which it is not known how many there are."""

    def __init__(self, target: cst.BaseAssignTargetExpression, content: Tuple) -> None:
        self._target = target
        self._content = content
        self._number = ""

    def begin(self, at: Site) -> None:
        """Bind the target to the item of a round that stands for any."""
        assert self._content.rest is not None
        item = another(at, self._content.rest)
        number = item.items[0] if isinstance(item, Tuple) and item.items else item
        self._number = number.symbol if isinstance(self._content, Running) and isinstance(number, Unknown) else ""
        at.assign(self._target, item)

    def refilled(self, old: Value | None, new: Tuple) -> Tuple | None:
        """A list after all rounds, where each has put something in the place of its own item; else None."""
        if new.put is None or new.put[0] != self._number or not isinstance(old, Tuple) or old.size != self._content.size:
            return None
        return Tuple((), new.put[1], length_of=old.size)

    def length_of(self, old: Value | None, new: Tuple) -> str:
        """By its symbol, what a list is as long as that was empty, and to which each round has appended one item; else ""."""
        grew_by_one = isinstance(old, Tuple) and not old.items and old.rest is None and len(new.items) == 1 and new.rest is None
        return self._content.size if grew_by_one and not self._content.items else ""


def filled(at: Site, old: Value | None, new: Value, loop: int, rounds: Rounds | None) -> Value | None:
    """The content of a list after the loop with that number; None if it is not that of a list. ``rounds`` where none of them leaves the loop."""
    if isinstance(new, Choice):  # appended to in some case only
        return Tuple((), at.unknown("an item of a list that grows in a loop", new))
    if not isinstance(new, Tuple):
        return None
    length_of = rounds.length_of(old, new) if rounds else ""
    after = (rounds and rounds.refilled(old, new)) or replace(_grown(at, old, new), length_of=length_of, put=None)
    items = tuple(without_loop(at.state, item, loop) for item in after.items)
    return replace(after, items=items, rest=after.rest and without_loop(at.state, after.rest, loop))


def _grown(at: Site, old: Value | None, new: Tuple) -> Tuple:
    """The content of a list that was appended to: behind what was there before stands any number of what came."""
    known = old.items if isinstance(old, Tuple) else ()
    if len(new.items) > len(known) and all(a is b for a, b in zip(known, new.items)):
        return Tuple(known, any_of(at, Tuple((*new.items[len(known) :], *([new.rest] if new.rest else [])))))
    return Tuple(new.items, new.rest)
