"""Whether two guards can hold together."""

from __future__ import annotations

from bcelint.trace.conditions.atoms import AnyOf, Atom, Guard, contradict, possible
from bcelint.trace.conditions.derived import consistent_with_bases
from bcelint.trace.conditions.remembered import remembered


class _Index:
    """A guard's literals by symbol, to find those that another guard may contradict."""

    __slots__ = ("atoms", "clauses")

    def __init__(self, guard: Guard) -> None:
        self.atoms: dict[str, list[Atom]] = {}
        self.clauses: dict[str, list[AnyOf]] = {}
        for literal in guard:
            if isinstance(literal, Atom):
                self.atoms.setdefault(literal.symbol, []).append(literal)
            else:
                for symbol in literal.symbols:
                    self.clauses.setdefault(symbol, []).append(literal)

    def allows(self, *atoms: Atom) -> bool:
        """Whether these atoms about one symbol can be so too."""
        known = self.atoms.get(atoms[0].symbol)
        if known is None:
            return possible(atoms)
        for one in known:
            for atom in atoms:
                if one is not atom and contradict(one, atom):
                    return False
        return possible([*known, *atoms])

    def allows_all(self, choice: Guard) -> bool:
        """Whether each atom of an alternative can be so too."""
        for literal in choice:
            if isinstance(literal, Atom) and (literal.symbol in self.atoms or literal.domain) and not self.allows(literal):
                return False
        return True


@remembered(4_000)
def _index(guard: Guard) -> _Index:
    return _Index(guard)


@remembered(20_000)
def _compatible(one: Guard, other: Guard) -> bool:
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    known, asked = _index(large), _index(small)
    for atoms in asked.atoms.values():
        if not known.allows(*atoms):
            return False
    if not consistent_with_bases(known.atoms, asked.atoms) or not consistent_with_bases(asked.atoms, known.atoms):
        return False
    for literal in small - large:
        if isinstance(literal, Atom):
            for clause in known.clauses.get(literal.symbol, ()):
                if not any(map(asked.allows_all, clause.choices)):
                    return False
        elif not any(map(known.allows_all, literal.choices)):
            return False
    return True


def settled(guard: Guard) -> Guard:
    """The guard with what follows from its alternatives: where only one of them is left, that one holds."""
    return _settled(guard) if any(isinstance(literal, AnyOf) for literal in guard) else guard


@remembered(4_000)
def _settled(guard: Guard) -> Guard:
    atoms = _index(guard)
    for clause in guard:
        if isinstance(clause, AnyOf):
            left = list(filter(atoms.allows_all, clause.choices))
            if len(left) == 1:
                return settled((guard - {clause}) | left[0])
    return guard


def compatible(one: Guard, other: Guard) -> bool:
    """Whether two guards, each consistent in itself, can hold together. Errs on the side of True."""
    return not one or not other or one <= other or other <= one or _compatible(one, other)
