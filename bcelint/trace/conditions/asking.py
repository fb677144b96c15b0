"""Questions about a guard: whether what it hangs on is seen, asks for a shape, or leaves less than one class."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from bcelint.trace.conditions.atoms import ALWAYS, COMPARE, Atom, Guard, Literal, atoms_of
from bcelint.trace.conditions.joining import simplified

MAX_ASKED = 1_000
"""Numbers that are tried."""


def is_below_one(guard: Iterable[Literal]) -> bool:
    """Whether a guard leaves something less than 1: ``n != 1`` and not ``n > 1``. Of a number of classes or channels nothing is left then."""
    ones = [atom for atom in guard if isinstance(atom, Atom) and type(atom.operand) is int and atom.operand == 1]
    unequal = {atom.symbol for atom in ones if atom.op == "==" and not atom.truth}
    return any(atom.symbol in unequal and (atom.op, atom.truth) in {(">", False), ("<=", True)} for atom in ones)


def is_left_below_two(guard: Iterable[Literal]) -> bool:
    """Whether a guard rules out a whole number from 2 on and all that are greater: ``n != 2`` and not ``n > 2``."""
    asked: defaultdict[str, list[Atom]] = defaultdict(list)
    for atom in guard:
        if isinstance(atom, Atom) and type(atom.operand) is int and atom.op in ("==", "<", "<=", ">", ">="):
            asked[atom.symbol].append(atom)
    return any(any(map(_rules_out, atoms)) and not any(map(_names, atoms)) and _leaves_nothing(atoms, 2) for atoms in asked.values())


def _names(atom: Atom) -> bool:
    return atom.op == "==" and atom.truth


def _rules_out(atom: Atom) -> bool:
    return atom.op == "==" and not atom.truth and bool(atom.operand >= 2)


def _leaves_nothing(atoms: Sequence[Atom], first: int) -> bool:
    """Whether no whole number from ``first`` on is left."""
    highest = max(first, *(atom.operand for atom in atoms)) + 1  # beyond the operands nothing changes any more
    return highest < MAX_ASKED and not any(all(COMPARE[a.op](n, a.operand) is a.truth for a in atoms) for n in range(first, highest + 1))


_OF_SHAPE = re.compile(r"(?<!:args)\.(?:ndim|shape)\b(?!\[0\])")
_OF_DTYPE = re.compile(r"(?<!:args)\.dtype\b|\bis_(?:floating_point|complex)\b")
"""Both in a symbol that is no option of the command line."""
_OF_VALUES = re.compile(r"\.(?:a?max|a?min|any|all|aminmax|unique)\(|\.item\(")
"""In the text of a condition."""
_OF_BOUNDS = re.compile(r"[<>]=? *-?[01](?:\.0*)?(?![\d.eE_])|(?<![\d.])-?[01](?:\.0*)? *[<>]")
"""The same: against 0 or 1."""


def asks_of_shape(guard: Iterable[Literal]) -> bool:
    """Whether a guard hangs on the rank of a tensor, or on a size of it other than that of the batch."""
    return any(_OF_SHAPE.search(atom.symbol) for atom in atoms_of(guard))


def asks_of_dtype(guard: Iterable[Literal]) -> bool:
    """Whether a guard hangs on the dtype of data."""
    return any(_OF_DTYPE.search(atom.symbol) for atom in atoms_of(guard))


def asks_of_class(guard: Iterable[Literal]) -> bool:
    """Whether a guard hangs on what data is: an array, a tensor, a list."""
    return any(atom.op == "isinstance" or atom.symbol.startswith("type(") for atom in atoms_of(guard))


def asks_of_values(guard: Iterable[Literal]) -> bool:
    """Whether a guard hangs on what values are in a tensor: on the largest one, say."""
    return any(_OF_VALUES.search(atom.text()) for atom in atoms_of(guard))


def asks_of_bounds(guard: Iterable[Literal], sources: frozenset[int] | None) -> bool:
    """Whether a guard hangs on where the values lie of the very tensor that has these ``sources``: whether any is below 0, say."""
    if not sources:
        return False
    texts = [atom.text() for atom in atoms_of(guard) if atom.sources and sources <= atom.sources]
    return any(_OF_VALUES.search(text) and _OF_BOUNDS.search(text) for text in texts)


def in_loop(literal: Literal) -> bool:
    """Whether a condition hangs on the iteration of a loop."""
    return any(atom.loop for atom in atoms_of([literal]))


def loops_of(guards: Iterable[Guard]) -> set[int]:
    """The loops on whose iteration some condition of the guards hangs."""
    return {atom.loop for guard in guards for atom in atoms_of(guard) if atom.loop}


def symbols(guard: Iterable[Literal]) -> set[str]:
    """What the conditions of a guard are about."""
    return {atom.symbol for atom in atoms_of(guard)}


def texts(guard: Iterable[Literal]) -> tuple[str, ...]:
    """The conditions as a person reads them, in a stable order."""
    return tuple(sorted(dict.fromkeys(str(literal) for literal in guard)))


def opaque(guard: Iterable[Literal]) -> tuple[str, ...]:
    """Those conditions of a guard, as a person reads them, that hang on something that is set where it is not seen.

    Of alternatives that is none, if whatever it is set to, one of them may be so.
    """
    hidden: list[Atom] = []
    for literal in guard:
        if isinstance(literal, Atom):
            hidden += [literal] if literal.opaque else []
            continue
        parts = [frozenset(atom for atom in atoms_of(choice) if atom.opaque) for choice in literal.choices]
        if ALWAYS not in simplified(parts):
            hidden += [atom for part in parts for atom in part if isinstance(atom, Atom)]
    return texts(hidden)


def without_opaque(guard: Guard) -> Guard:
    """A guard without the conditions that hang on something that is set where it is not seen: where they do not hold, the program ends."""
    return frozenset(literal for literal in guard if not opaque([literal]))
