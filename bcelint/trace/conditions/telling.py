"""A case, as a message tells of it: the conditions that say something, and no more of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from bcelint.trace.conditions.atoms import AnyOf, Atom, Guard, Literal, alternatives_text, consistent, contradict
from bcelint.trace.conditions.joining import equalities, follows, simplified
from bcelint.trace.conditions.satisfiable import satisfiable

_WITHOUT = re.compile(r"[\s\"']")
"""What makes no difference to how a condition reads."""
_SIGNS: dict[type[ast.cmpop], tuple[int, ...]] = {
    ast.Lt: (-1,), ast.LtE: (-1, 0), ast.Eq: (0,), ast.NotEq: (-1, 1), ast.Gt: (1,), ast.GtE: (0, 1),
}  # fmt: skip
MAX_OPEN = 8
"""The atoms in alternatives above which nothing more is drawn from them."""


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
    atoms += _entailed(atoms, clauses)
    plain = {str(atom) for atom in atoms if not follows(atom, equalities(atoms))}
    others = {_text(_left(clause, atoms), plain) for clause in clauses} - {""}
    return tuple(sorted(plain | others, key=lambda text: (" or " in text, text.startswith("not "), text)))


def _entailed(atoms: list[Atom], clauses: list[AnyOf]) -> list[Atom]:
    """What follows from several clauses together: ``not a`` from ``not a or b`` and ``not (a and b)``."""
    guard: Guard = frozenset([*atoms, *clauses])
    open_ones = {atom for clause in clauses for choice in clause.choices for atom in choice if isinstance(atom, Atom)}.difference(atoms)
    if len(clauses) < 2 or len(open_ones) > MAX_OPEN:
        return []
    return [atom for atom in open_ones if not satisfiable(guard | {atom.negated()})]


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
    read = list(map(as_read, choices))
    parts = [frozenset(map(str, choice)).difference(known) for choice in simplified(filter(consistent, read))]
    return "" if frozenset() in parts else alternatives_text(sorted(dict.fromkeys(parts), key=sorted))


def as_read(guard: Guard) -> Guard:
    """The same conditions, with those that read alike taken for one, though they may be of two objects."""
    return frozenset(map(_as_read, guard))


def _ordered(atom: Atom) -> Atom | None:
    """A comparison of two things, neither of them a literal: whether the first is less than, equal to or more than the second."""
    found = _sides(atom.text())
    if found is None:
        return None
    left, signs, right = found
    mirrored = left > right
    signs = tuple(-sign for sign in signs) if mirrored else signs
    symbol = f"{right}?{left}" if mirrored else f"{left}?{right}"
    return replace(atom, symbol=symbol, op="in", operand=signs, truth=atom.truth == atom.reads, reads=True, domain=(-1, 0, 1))


@lru_cache(maxsize=2_000)
def _sides(text: str) -> tuple[str, tuple[int, ...], str] | None:
    """The two sides of a comparison, and whether the first is less than, equal to or more than the second; None of what is none, or of a literal."""
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return None
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1 or type(tree.ops[0]) not in _SIGNS:
        return None
    sides = tree.left, tree.comparators[0]
    if any(isinstance(side, (ast.Constant, ast.Tuple, ast.List, ast.Set, ast.Dict)) for side in sides):
        return None
    return ast.unparse(sides[0]), _SIGNS[type(tree.ops[0])], ast.unparse(sides[1])


def _as_read(literal: Literal) -> Literal:
    if isinstance(literal, Atom):
        return _ordered(literal) or replace(literal, symbol=_WITHOUT.sub("", literal.text()))
    return AnyOf(tuple(map(as_read, literal.choices)))
