"""One of several values, each under the conditions that make it the one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bcelint.trace.conditions.atoms import ALWAYS, Atom, Guard
from bcelint.trace.identity import Sources
from bcelint.trace.interpreter import Interpreter, Items, Value
from bcelint.trace.values.sources import merged_sources


@dataclass(frozen=True, eq=False)
class Choice(Value):
    """One of several values, each under its guard. What is asked of it is asked case by case, by ``lift`` and ``lift_call``."""

    alternatives: tuple[tuple[Guard, Value], ...]

    def key(self) -> Any:
        return ("choice", tuple((guard, value.key()) for guard, value in self.alternatives))

    def iterate(self, at: Interpreter) -> Items:
        """Several sequences: item by item where they are equally long."""
        contents = [(guard, single.iterate(at)) for guard, single in self.alternatives]
        first = contents[0][1]
        if all(content.rest is None and len(content.items) == len(first.items) for _, content in contents):
            columns = [[(guard, content.items[i]) for guard, content in contents] for i in range(len(first.items))]
            return Items(tuple(at.choice(column) for column in columns))
        rests = [(guard, content.rest or at.unknown("an item of a list of varying length", *content.items)) for guard, content in contents]
        if any(content.items for _, content in contents):
            known = all(content.rest is None or content.rest.hangs_on()[1] for _, content in contents)  # which it is, hangs on nothing new
            held = [content.rest for _, content in contents if content.rest is not None and not content.rest.hangs_on()[1]]
            return Items((), at.unknown("an item of one of several lists", *held, opaque=known))
        return Items((), at.choice(rests))

    def origins(self) -> Sources:
        return merged_sources(*self.parts())

    def hangs_on(self) -> tuple[int, bool]:
        found = [value.hangs_on() for _, value in self.alternatives]
        hidden = any(_hides(guard) for guard, _ in self.alternatives)
        return max(loop for loop, _ in found), hidden or any(hides for _, hides in found)

    def truth(self) -> bool | None:
        found = {single.truth() for _, single in self.alternatives}
        return found.pop() if len(found) == 1 else None

    def parts(self) -> Iterable[Value]:
        return (value for _, value in self.alternatives)

    def copied(self, memo: dict[int, Value]) -> Value:
        return Choice(tuple((guard, value.copied(memo)) for guard, value in self.alternatives))


def _hides(guard: Guard) -> bool:
    """Whether a guard hangs on something that is set where it is not seen, whichever of its alternatives is so."""
    return any(literal.opaque if isinstance(literal, Atom) else all(map(_hides, literal.choices)) for literal in guard)


def alternatives(value: Value) -> tuple[tuple[Guard, Value], ...]:
    """The cases of a value; one, always, for a value that has no alternatives."""
    return value.alternatives if isinstance(value, Choice) else ((ALWAYS, value),)
