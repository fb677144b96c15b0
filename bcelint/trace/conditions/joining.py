"""Guards of which one holds, as one guard: that is how the cases of a program meet again."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

from bcelint.trace.conditions.atoms import ALWAYS, AnyOf, Atom, Guard, Literal, consistent, contradict, holds, values_of
from bcelint.trace.conditions.compatible import settled
from bcelint.trace.conditions.remembered import remembered

MAX_CHOICES, MAX_ATOMS = 4, 4
"""The alternatives of a condition, and the atoms of each, above which a weaker condition is taken."""
MAX_SINGLES = 8
"""The alternatives, where each is a single atom, as of an ``elif`` chain."""


def either(guards: Iterable[Guard]) -> Guard:
    """The guard that holds when one of ``guards`` does; a weaker one where they are many, or have alternatives of their own."""
    return joined(guards)[0]


def joined(guards: Iterable[Guard]) -> tuple[Guard, bool]:
    """``either``, and whether it is no weaker."""
    choices = simplified(guards)
    if len(choices) == 1:
        return choices[0], True
    common = frozenset.intersection(*choices)
    rest, exact = _plain([choice - common for choice in choices])
    most = MAX_SINGLES if all(len(choice) == 1 for choice in rest) else MAX_CHOICES
    if ALWAYS in rest or len(rest) > most or any(len(choice) > MAX_ATOMS for choice in rest):
        return common, exact and ALWAYS in rest
    return common | (rest[0] if len(rest) == 1 else {AnyOf(rest)}), exact


def two_sides(true: Sequence[Guard], false: Sequence[Guard]) -> tuple[list[Guard], list[Guard]]:
    """One guard for each side of a test that can come out so. Where one of them can't be said as it is, the other one's opposite says it."""
    (one, one_is_exact), (other, other_is_exact) = (joined(side) if side else (ALWAYS, False) for side in (true, false))
    if one_is_exact and not other_is_exact:
        other |= opposite(one)
    elif other_is_exact and not one_is_exact:
        one |= opposite(other)
    return [one] if true else [], [other] if false else []


def opposite(guard: Guard) -> Guard:
    """What holds where a guard does not; nothing where that would be long."""
    if len(guard) == 1:
        (only,) = guard
        if isinstance(only, AnyOf):  # none of the choices holds
            sides = list(map(opposite, only.choices))
            return frozenset().union(*sides) if all(sides) else ALWAYS
    atoms = [literal.negated() for literal in guard if isinstance(literal, Atom)]
    if len(atoms) < len(guard) or len(atoms) > MAX_SINGLES:
        return ALWAYS
    choices = _one_of([frozenset([atom]) for atom in atoms])
    return choices[0] if len(choices) == 1 else frozenset([AnyOf(choices)] if choices else [])


def _plain(choices: Sequence[Guard]) -> tuple[tuple[Guard, ...], bool]:
    """The choices without alternatives inside, and whether they say the same: multiplied out where that makes few of them, and weaker ones
    where it would make many."""
    found: list[Guard] = []
    exact = True
    for choice in map(settled, choices):
        atoms = frozenset(literal for literal in choice if isinstance(literal, Atom))
        clauses = [literal for literal in choice if isinstance(literal, AnyOf)]
        singles = len(clauses) == 1 and not atoms and all(len(part) == 1 for part in clauses[0].choices)
        if not singles and len(choices) * math.prod(len(clause.choices) for clause in clauses) > MAX_CHOICES:
            found.append(atoms)
            exact = exact and not clauses
            continue
        found += filter(consistent, (atoms.union(*combination) for combination in itertools.product(*(clause.choices for clause in clauses))))
    return simplified(found), exact


def simplified(guards: Iterable[Guard]) -> tuple[Guard, ...]:
    """Guards of which one holds, without those that another one covers; two that differ only in whether an atom is so are made one,
    and an atom that is a guard of its own is taken for false in the others.
    """
    choices: list[Guard] = []
    waiting = list(dict.fromkeys(map(without_implied, guards)))
    if len(waiting) == 1:
        return tuple(waiting)
    while waiting:
        guard = waiting.pop(0)
        if any(_covers(known, guard) for known in choices):
            continue
        merged = next((known for known in choices if _complementary(known, guard)), None)
        if merged is not None:
            choices.remove(merged)
            waiting.insert(0, merged & guard)
            continue
        choices = [*(known for known in choices if not _covers(guard, known)), guard]
        alone = {atom.negated() for choice in choices if len(choice) == 1 for atom in choice if isinstance(atom, Atom)}
        if alone:
            shorter = [choice for choice in choices if choice & alone]
            choices = [choice for choice in choices if not choice & alone]
            waiting[:0] = [choice - alone for choice in shorter]
    return _one_of(choices)


def without_implied(guard: Guard) -> Guard:
    """``x == 2`` alone for ``x != 1 and x == 2``, and ``a`` alone for ``a and (a or b)``."""
    implied = _implied(guard)
    return guard - implied if implied else guard


@remembered(4_000)
def _implied(guard: Guard) -> Guard:
    said = equalities(guard)
    return frozenset(literal for literal in guard if (follows(literal, said) if isinstance(literal, Atom) else _holds(literal, guard)))


def _holds(clause: AnyOf, guard: Guard) -> bool:
    """Whether one of the choices of a clause holds in a guard anyway."""
    return any(all(literal in guard for literal in choice) for choice in clause.choices)


def _one_of(choices: Sequence[Guard]) -> tuple[Guard, ...]:
    """The same choices, with those that each say of one symbol which value it has made one: an ``elif`` chain may have many."""
    by_symbol: dict[str, list[Atom]] = {}
    others: list[Guard] = []
    for choice in choices:
        (single,) = choice if len(choice) == 1 else (None,)
        if isinstance(single, Atom) and values_of(single):
            by_symbol.setdefault(single.symbol, []).append(single)
        else:
            others.append(choice)
    return (*(frozenset([_any_of(atoms)]) for atoms in by_symbol.values()), *others)


def _any_of(atoms: Sequence[Atom]) -> Atom:
    first, *rest = atoms
    if not rest:
        return first
    values = tuple(dict.fromkeys(value for atom in atoms for value in values_of(atom)))
    loop, hidden = max(atom.loop for atom in atoms), any(atom.opaque for atom in atoms)
    domain = next((atom.domain for atom in atoms if atom.domain), ())
    return Atom(first.symbol, "in", values, True, _OneOf(atoms), loop, opaque=hidden, domain=domain)


class _OneOf:
    """The text of an atom that stands for several."""

    __slots__ = ("atoms",)

    def __init__(self, atoms: Sequence[Atom]) -> None:
        self.atoms: list[Atom] = [part for atom in atoms for part in (atom.text.atoms if atom.truth and isinstance(atom.text, _OneOf) else [atom])]

    def __call__(self) -> str:
        return " or ".join(map(str, self.atoms))


def narrowed(guard: Guard) -> Guard:
    """The guard with what is left of the values that a symbol may have, where its other literals rule some of them out."""
    for literal in guard:
        if isinstance(literal, Atom) and literal.truth and isinstance(literal.text, _OneOf):
            about = [other for other in guard if isinstance(other, Atom) and other.symbol == literal.symbol]
            left = [atom for atom in literal.text.atoms if not any(contradict(atom, other) for other in about)]
            if 0 < len(left) < len(literal.text.atoms):
                guard = guard - {literal} | {_any_of(left)}
    return guard


def _covers(weak: Guard, strong: Guard) -> bool:
    """Whether one guard holds wherever the other does."""
    if weak <= strong:
        return True
    said = _equalities(strong)
    return bool(said) and all(isinstance(literal, Atom) and follows(literal, said) for literal in weak - strong)


def equalities(guard: Iterable[Literal]) -> tuple[Atom, ...]:
    """Those that say what their symbol is."""
    return tuple([literal for literal in guard if isinstance(literal, Atom) and literal.op == "==" and literal.truth])


_equalities = remembered(4_000)(equalities)


def follows(atom: Atom, said: Iterable[Atom]) -> bool:
    """Whether an atom is so because another one, of those that say what their symbol is, says it."""
    return any(other.symbol == atom.symbol and other != atom and holds(atom, other.operand) is True for other in said)


def _complementary(one: Guard, other: Guard) -> bool:
    """Whether all that the two guards differ in is whether an atom is so."""
    if len(one) != len(other):
        return False
    differing = one ^ other
    if len(differing) != 2:
        return False
    left, right = differing
    return isinstance(left, Atom) and left.is_opposite(right)
