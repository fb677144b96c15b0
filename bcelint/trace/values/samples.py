"""Batches whose samples came about in different cases: a batch is in none of them."""

from __future__ import annotations

from collections.abc import Iterable

from bcelint.trace.conditions.atoms import Guard, Literal, atoms_of
from bcelint.trace.interpreter import Interpreter, Value
from bcelint.trace.values.choices import Choice
from bcelint.trace.values.contents import common
from bcelint.trace.values.tuples import Tuple

_MADE = "#"
"""In the symbol of something that was made somewhere: it may be another thing for each sample, as no option is."""


def mixed(at: Interpreter, value: Value) -> Value:
    """A batch as it is whichever samples are in it: what hangs on something that may be another one for each of them is no case of it."""
    if isinstance(value, Tuple):
        return Tuple(tuple(mixed(at, item) for item in value.items), value.rest)
    if not isinstance(value, Choice):
        return value
    groups: dict[Guard, list[tuple[Guard, Value]]] = {}
    for guard, single in value.alternatives:
        groups.setdefault(frozenset(literal for literal in guard if not _is_of_one_sample(literal)), []).append((guard, single))
    return at.choice([(guard, _mixture(at, same)) for guard, same in groups.items()])


def _mixture(at: Interpreter, same: list[tuple[Guard, Value]]) -> Value:
    singles = [single for _, single in same]
    if len(singles) == 1:
        return mixed(at, singles[0])
    tuples = [single for single in singles if isinstance(single, Tuple) and single.rest is None]
    if len(tuples) == len(singles) and len({len(each.items) for each in tuples}) == 1:
        columns: Iterable[tuple[Value, ...]] = zip(*(each.items for each in tuples))
        return Tuple(tuple(mixed(at, at.choice([(guard, item) for (guard, _), item in zip(same, column)])) for column in columns))
    return common(singles) or at.unknown("a batch of samples that differ from case to case", *singles)


def _is_of_one_sample(literal: Literal) -> bool:
    return any(_MADE in atom.symbol for atom in atoms_of([literal]))
