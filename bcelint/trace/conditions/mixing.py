"""Conditions that may hang together in a way that is not seen: that both come out as they should be in one run is not known then."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from bcelint.trace.conditions.atoms import Atom, Guard, Literal, atoms_of
from bcelint.trace.conditions.sampled import OPTION, are_sampled_together, has_sample

_OF_RECORD = re.compile(r"(#\d+)(\.\w+|\[[^\]]*\])")
"""A symbol: something that is not known, and the first thing that is taken out of it."""
MAX_WAYS = 64
"""The ways in which a guard may hold above which none of the others is looked at."""


def mixes(guard: Guard) -> bool:
    """Whether a guard asks for two things that hang together.

    What one record holds comes together, and is not seen; of the options of a command line each is the user's. And of two things that are
    computed of one value, in ways that are not followed, it is not seen how they go together: ``"," in gpus`` and ``len(ids) > 1``.
    """
    ways = itertools.islice(_ways(guard), MAX_WAYS)
    return _asks_one_record_twice(atoms_of(guard)) or all(_hang_together(way) for way in ways if has_sample(way))


def _ways(guard: Guard) -> Iterator[frozenset[Atom]]:
    """The sets of atoms under each of which the guard holds."""
    for parts in itertools.product(*map(_of_literal, guard)):
        yield frozenset().union(*parts)


def _of_literal(literal: Literal) -> list[frozenset[Atom]]:
    if isinstance(literal, Atom):
        return [frozenset([literal])]
    return [way for choice in literal.choices for way in _ways(choice)]


def _asks_one_record_twice(atoms: Iterable[Atom]) -> bool:
    asked: dict[str, set[str]] = {}
    for atom in atoms:
        found = _OF_RECORD.match(atom.symbol)
        if found is not None:
            asked.setdefault(found[1], set()).add(found[2])
    return any(len(items) > 1 for items in asked.values())


def _hang_together(way: frozenset[Atom]) -> bool:
    """Whether any two conditions do."""
    every = sorted(way, key=str)
    return any(_are_of_one(one, other, every) for one, other in itertools.combinations(every, 2))


def _are_of_one(one: Atom, other: Atom, every: list[Atom]) -> bool:
    """Whether two conditions are about different things that are computed of one value, and no samples of it were tried on them."""
    if one.symbol == other.symbol or _is_of_kind(one) or _is_of_kind(other):
        return False
    return _are_computed_of_one(one, other) and not are_sampled_together(one, other, every)


def _are_computed_of_one(one: Atom, other: Atom) -> bool:
    """Whether two conditions are about one option and no other, or about values that have something else in common."""
    options = [set(OPTION.findall(atom.symbol)) for atom in (one, other)]
    alone = options[0] == options[1] and len(options[0]) == 1
    return alone or bool((one.sources or frozenset()) & (other.sources or frozenset()))


def _is_of_kind(atom: Atom) -> bool:
    """Whether it asks that something is there, since of None nothing is computed, or of which class it is: that goes with many values."""
    there = atom.op == "==" and atom.operand is None and not atom.truth
    return there or atom.op in ("isinstance", "issubclass") or atom.symbol.startswith("type(")
