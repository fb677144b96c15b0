"""Whether any run can come to a case: a search through its alternatives, for what a guard's literals say only together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bcelint.trace.conditions.atoms import COMPARE, AnyOf, Atom, Guard, Literal, atoms_of, contradict, possible, values_of
from bcelint.trace.conditions.derived import asks_of_methods, consistent_with_bases
from bcelint.trace.conditions.remembered import remembered
from bcelint.trace.conditions.sampled import OPTION

MAX_STEPS = 2_000
"""The alternatives that are tried before a case counts as possible."""
MAX_STEPS_OF_A_FINDING = 60_000
"""The same where it decides what a message says: findings are few."""
_DECIDED = frozenset(COMPARE) - {"isinstance", "issubclass"}
"""Comparisons with a value that is known tell of every value whether it fits."""
_OFF_BY_DEFAULT = re.compile(r".*\.get\([^()]*, (0|False)\)")
"""The symbol of a setting that is 0 where nobody sets it."""


def satisfiable(guard: Guard, most: int = MAX_STEPS) -> bool:
    """Whether all literals can be so at once. Errs on the side of True, as where there are too many alternatives."""
    search = _Search(most, asks_of_methods(atom.symbol for atom in atoms_of(guard)))
    known = search.with_all({}, guard)
    return known is not None and search.has_way(known, [literal for literal in guard if isinstance(literal, AnyOf)])


def entails(guard: Guard, literals: Iterable[Literal]) -> bool:
    """Whether all the literals hold wherever the guard does. Errs on the side of False."""
    return all(literal in guard or _holds(guard, literal) for literal in literals)


@remembered(20_000)
def _holds(guard: Guard, literal: Literal) -> bool:
    if isinstance(literal, AnyOf):
        return any(entails(guard, choice) for choice in literal.choices)
    return not satisfiable(guard | {literal.negated()})


def negation(guard: Guard) -> AnyOf:
    """What holds wherever the guard does not."""
    return AnyOf(tuple(frozenset([literal.negated()] if isinstance(literal, Atom) else map(negation, literal.choices)) for literal in guard))


def least(guard: Guard, cases: Iterable[Guard]) -> Guard:
    """The guard without the literals that it takes no account of: what is left still lies within the cases, whichever of them comes about.

    What is put in the negative goes first.
    """
    outside = frozenset(map(negation, cases))
    for literal in sorted(guard, key=_order):
        if not satisfiable(guard - {literal} | outside, MAX_STEPS_OF_A_FINDING):
            guard -= {literal}
    return guard


def _order(literal: Literal) -> tuple[bool, int, str]:
    return isinstance(literal, Atom) and literal.truth == literal.reads, -len(str(literal)), str(literal)


_Known = Mapping[str, Sequence[Atom]]
"""What is known, by symbol."""


class _Search:
    def __init__(self, most: int, of_methods: bool) -> None:
        self.steps_left = most
        self._of_methods = of_methods
        """Whether anything is said of what the methods of strings return, which must agree with what is said of the strings."""

    def has_way(self, known: _Known, clauses: Sequence[AnyOf]) -> bool:
        if not clauses or self.steps_left < 0:
            return True
        clause, ways = self._narrowest(known, clauses)
        rest = [other for other in clauses if other is not clause]
        return any(self.has_way(extended, [*rest, *inner]) for extended, inner in ways)

    def _narrowest(self, known: _Known, clauses: Sequence[AnyOf]) -> tuple[AnyOf, list[tuple[_Known, list[AnyOf]]]]:
        """The clause that leaves the fewest ways, and these."""
        best: tuple[AnyOf, list[tuple[_Known, list[AnyOf]]]] | None = None
        for clause in clauses:
            ways = self._ways(known, clause)
            if best is None or len(ways) < len(best[1]):
                best = clause, ways
            if len(ways) < 2:
                break
        assert best is not None
        return best

    def _ways(self, known: _Known, clause: AnyOf) -> list[tuple[_Known, list[AnyOf]]]:
        """What is known, and what is still open, with each alternative of a clause that can be so."""
        found: list[tuple[_Known, list[AnyOf]]] = []
        for choice in clause.choices:
            self.steps_left -= 1
            extended = self.with_all(known, choice)
            if extended is not None:
                found.append((extended, [literal for literal in choice if isinstance(literal, AnyOf)]))
        return found

    def with_all(self, known: _Known, guard: Guard) -> _Known | None:
        """What is known once all the atoms of a guard are so; None where they can't be."""
        extended = dict(known)
        for atom in guard:
            if isinstance(atom, Atom):
                atoms = extended.get(atom.symbol, ())
                if atom in atoms:
                    continue
                if any(contradict(one, atom) for one in atoms):
                    return None
                extended[atom.symbol] = atoms = (*atoms, atom)
                if not _one_fits(atoms) or (self._of_methods and not consistent_with_bases(extended, extended)):
                    return None
        return extended


def _one_fits(atoms: Sequence[Atom]) -> bool:
    """Whether there is a value of which all these are so."""
    if not possible(atoms):
        return False
    asked = [atom for atom in atoms if atom.op in _DECIDED]
    if len(asked) < 2 or any(atom.domain or values_of(atom) for atom in asked):
        return True  # one is always possible; of values that are known, ``possible`` has tried each
    return any(all(_fits(atom, value) for atom in asked) for value in _candidates(asked))


def _fits(atom: Atom, value: Any) -> bool:
    try:
        return bool(COMPARE[atom.op](value, atom.operand)) == atom.truth
    except Exception:  # a value that can't be compared so is not the one
        return False


def _candidates(atoms: Sequence[Atom]) -> list[Any]:
    """One value of each kind that the comparisons can tell from one another. What is compared with True and False alone is taken for a bool,
    what is compared with numbers alone for a number.
    """
    operands: list[Any] = []
    for atom in atoms:
        if atom.op != "truth":
            operands += atom.operand if atom.op == "in" and isinstance(atom.operand, (tuple, frozenset, list)) else [atom.operand]
    if operands and all(isinstance(operand, bool) for operand in operands):
        return [True, False]
    if _is_flag(atoms, operands):
        return [0, 1]
    values: list[Any] = list(operands)
    numbers = {operand for operand in operands if isinstance(operand, (int, float)) and operand == operand}
    if numbers:
        marks = sorted({0, *numbers})  # below and above 0 a number counts as true
        values += [None, marks[0] - 1, *marks, *((low + high) / 2 for low, high in zip(marks, marks[1:])), marks[-1] + 1]
    if not operands or any(operand not in numbers for operand in operands):
        values += ["", "\0", object()]
    return values


def _is_flag(atoms: Sequence[Atom], operands: Sequence[Any]) -> bool:
    """Whether a number is asked for its truth in one place, for being 1 in another, and is 0 unless it is set: then it is 0 or 1. That an option
    has its default is a case of its own, which is asked for, too. Where one is asked for after the other (``elif``), it may be more than 1.
    """
    if any(atom.again for atom in atoms):
        return False
    if 1 not in operands or any(operand not in (0, 1) for operand in operands) or not any(atom.op == "truth" for atom in atoms):
        return False
    return all(_OFF_BY_DEFAULT.fullmatch(atom.symbol) or (0 in operands and OPTION.fullmatch(atom.symbol)) for atom in atoms)
