"""A case, as a message tells of it: the conditions that say something, and no more of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bcelint.trace.conditions.atoms import AnyOf, Atom, Guard, Literal, consistent, contradict
from bcelint.trace.conditions.joining import equalities, follows, simplified


def told(guard: Iterable[Literal]) -> tuple[str, ...]:
    """The conditions of a guard as a person reads them, the plainest first: no one that follows from the others."""
    literals = list(guard)
    atoms = [literal for literal in literals if isinstance(literal, Atom)]
    clauses = [literal for literal in literals if isinstance(literal, AnyOf)]
    settled = True
    while settled:
        settled = False
        for clause in clauses[:]:
            choices = _left(clause, atoms)
            if len(choices) < 2:
                clauses.remove(clause)
                atoms += [atom for choice in choices for atom in choice if isinstance(atom, Atom)]
                settled = True
    plain = {str(atom) for atom in atoms if not follows(atom, equalities(atoms))}
    others = {_text(_left(clause, atoms), plain) for clause in clauses} - {""}
    return tuple(sorted(plain | others, key=lambda text: (" or " in text, text.startswith("not "), text)))


def _left(clause: AnyOf, atoms: list[Atom]) -> list[Guard]:
    """What is left open of a clause where ``atoms`` hold: nothing if one of its choices does."""
    choices: list[Guard] = []
    for choice in clause.choices:
        open_ones = frozenset(x for x in choice if not (isinstance(x, Atom) and (x in atoms or follows(x, equalities(atoms)))))
        if not open_ones:
            return []
        if not any(isinstance(x, Atom) and x.symbol == atom.symbol and contradict(x, atom) for x in open_ones for atom in atoms):
            choices.append(open_ones)
    return choices


def _text(choices: Iterable[Guard], known: Iterable[str]) -> str:
    """A clause in words; "" where the texts of one choice are all known. What reads the same is told as the same, though it may be of two objects."""
    read = [frozenset(map(_as_read, choice)) for choice in choices]
    parts = [frozenset(map(str, choice)).difference(known) for choice in simplified(filter(consistent, read))]
    return "" if frozenset() in parts else " or ".join(sorted(" and ".join(sorted(part)) for part in dict.fromkeys(parts)))


def _as_read(literal: Literal) -> Literal:
    return replace(literal, symbol=literal.text()) if isinstance(literal, Atom) else literal
