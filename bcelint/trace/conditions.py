"""Path conditions: what must be so for a value to be the one it is.

A condition is an atom (``args.loss == "bce"``, true or false) about a *symbol*: the identity of a value that is not known but stays the same
thing wherever it travels. Two cases are possible together when their atoms do not contradict one another.
"""

from __future__ import annotations

import itertools
import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Union

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda value, options: value in options,
    "truth": lambda value, _: bool(value),
    "isinstance": lambda value, names: NotImplemented,
}


@dataclass(frozen=True)
class Atom:
    """``symbol op operand`` is ``truth``. ``loop`` is the loop whose iterations change it, 0 where none does."""

    symbol: str
    op: str
    operand: Any
    truth: bool
    text: Callable[[], str] = field(compare=False, default=str)
    loop: int = field(compare=False, default=0)
    reads: bool = field(compare=False, default=True)
    """The truth under which the text holds as it is written: False for ``!=`` and ``not in``."""
    opaque: bool = field(compare=False, default=False)
    """The symbol is set where it is not seen (keywords out of a file): nothing says that this case ever comes to be."""
    domain: tuple[Any, ...] = field(compare=False, default=())
    """All values that the symbol may have, where they are known."""

    def negated(self) -> Atom:
        return replace(self, truth=not self.truth)

    def __str__(self) -> str:
        text = self.text()
        return text if self.truth == self.reads else f"not ({text})" if " " in text else f"not {text}"


@dataclass(frozen=True)
class AnyOf:
    """At least one of the conjunctions holds: the true side of an ``or``, the false side of an ``and``."""

    choices: tuple[frozenset[Literal], ...]

    def __str__(self) -> str:
        return " or ".join(" and ".join(sorted(map(str, choice))) for choice in self.choices)


Literal = Union[Atom, AnyOf]
MAX_CHOICES, MAX_ATOMS = 4, 4
"""The alternatives of a condition, and the atoms of each, above which a weaker condition is taken."""
MAX_SINGLES = 8
"""The alternatives, where each is a single atom, as of an ``elif`` chain."""
ALWAYS: frozenset[Literal] = frozenset()


def holds(atom: Atom, value: Any) -> bool | None:
    """Whether ``atom`` is so when its symbol has ``value``; None where that can't be told."""
    try:
        result = COMPARE[atom.op](value, atom.operand)
    except Exception:  # comparing what can't be compared
        return None
    return None if result is NotImplemented else bool(result) == atom.truth


def contradict(one: Atom, other: Atom) -> bool:
    """Whether two atoms about the same symbol can't both be so."""
    if one.op == other.op and one.operand == other.operand and type(one.operand) is type(other.operand):
        return one.truth != other.truth
    for known, question in ((one, other), (other, one)):
        if known.op == "truth" and not known.truth and question.op in {"<", "<=", ">", ">="}:
            return holds(question, 0) is False
    return not _possible([one, other]) or _bounds_contradict(one, other)


_FLIPPED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def _bounds_contradict(one: Atom, other: Atom) -> bool:
    if one.op not in _FLIPPED or other.op not in _FLIPPED:
        return False
    if not isinstance(one.operand, (int, float)) or not isinstance(other.operand, (int, float)):
        return False
    ops = [a.op if a.truth else _FLIPPED[a.op] for a in (one, other)]
    if ops[0][0] == ops[1][0]:
        return False
    (low, low_op), (high, high_op) = sorted(
        ((one.operand, ops[0]), (other.operand, ops[1])), key=lambda bound: bound[1][0] == "<"
    )  # first the lower bound (> or >=), then the upper one
    return low > high or (low == high and (low_op, high_op) != (">=", "<="))


def _possible(atoms: Sequence[Atom]) -> bool:
    """Whether one value satisfies all of ``atoms``, which are about one symbol; True unless it is known which values it may have."""
    if len(atoms) == 1 and not atoms[0].domain:
        return True
    domains = [values for atom in atoms for values in (atom.domain, _values(atom)) if values]
    return not domains or any(all(holds(atom, value) is not False for atom in atoms) for value in min(domains, key=len))


def _values(atom: Atom) -> tuple[Any, ...]:
    """All values that the symbol may have if the atom is so; nothing where they are not known."""
    if not atom.truth:
        return ()
    return (atom.operand,) if atom.op == "==" else tuple(atom.operand) if atom.op == "in" and isinstance(atom.operand, (tuple, frozenset)) else ()


def consistent(guard: Iterable[Literal]) -> bool:
    """Whether all literals can be so at once. Errs on the side of True."""
    literals = list(guard)
    by_symbol: dict[str, list[Atom]] = {}
    for literal in literals:
        if isinstance(literal, Atom):
            for known in by_symbol.setdefault(literal.symbol, []):
                if contradict(known, literal):
                    return False
            by_symbol[literal.symbol].append(literal)
    if not all(map(_possible, by_symbol.values())):
        return False
    atoms = [x for x in literals if isinstance(x, Atom)]
    return all(any(consistent([*atoms, *choice]) for choice in literal.choices) for literal in literals if isinstance(literal, AnyOf))


class _Index:
    """A guard's literals by symbol, to find those that another guard may contradict."""

    def __init__(self, guard: frozenset[Literal]) -> None:
        self.atoms: dict[str, list[Atom]] = {}
        self.clauses: dict[str, list[AnyOf]] = {}
        for literal in guard:
            if isinstance(literal, Atom):
                self.atoms.setdefault(literal.symbol, []).append(literal)
            else:
                for symbol in {atom.symbol for choice in literal.choices for atom in choice if isinstance(atom, Atom)}:
                    self.clauses.setdefault(symbol, []).append(literal)

    def allows(self, *atoms: Atom) -> bool:
        """Whether these atoms about one symbol can be so too."""
        known = self.atoms.get(atoms[0].symbol, [])
        return not any(contradict(one, atom) for one in known for atom in atoms) and _possible([*known, *atoms])


@lru_cache(maxsize=20_000)
def _index(guard: frozenset[Literal]) -> _Index:
    return _Index(guard)


@lru_cache(maxsize=100_000)
def _compatible(one: frozenset[Literal], other: frozenset[Literal]) -> bool:
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    known, asked = _index(large), _index(small)
    if not all(known.allows(*atoms) for atoms in asked.atoms.values()):
        return False
    for literal in small - large:
        if isinstance(literal, Atom):
            for clause in known.clauses.get(literal.symbol, ()):
                if not any(all(asked.allows(x) for x in choice if isinstance(x, Atom)) for choice in clause.choices):
                    return False
        elif not any(all(known.allows(x) for x in choice if isinstance(x, Atom)) for choice in literal.choices):
            return False
    return True


def forget() -> None:
    """Drop what was remembered of guards: their texts keep the syntax trees alive that they are read from."""
    _index.cache_clear()
    _compatible.cache_clear()


def compatible(one: frozenset[Literal], other: frozenset[Literal]) -> bool:
    """Whether two guards, each consistent in itself, can hold together. Errs on the side of True."""
    return not one or not other or one <= other or other <= one or _compatible(one, other)


def either(guards: Iterable[frozenset[Literal]]) -> frozenset[Literal]:
    """The guard that holds when one of ``guards`` does; a weaker one where they are many, or have alternatives of their own."""
    return joined(guards)[0]


def joined(guards: Iterable[frozenset[Literal]]) -> tuple[frozenset[Literal], bool]:
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


def _plain(choices: Sequence[frozenset[Literal]]) -> tuple[tuple[frozenset[Literal], ...], bool]:
    """The choices without alternatives inside, and whether they say the same: multiplied out where that makes few of them, and weaker ones
    where it would make many."""
    found: list[frozenset[Literal]] = []
    exact = True
    for choice in choices:
        atoms = frozenset(literal for literal in choice if isinstance(literal, Atom))
        clauses = [literal for literal in choice if isinstance(literal, AnyOf)]
        singles = len(clauses) == 1 and not atoms and all(len(part) == 1 for part in clauses[0].choices)
        if not singles and len(choices) * math.prod(len(clause.choices) for clause in clauses) > MAX_CHOICES:
            found.append(atoms)
            exact = exact and not clauses
            continue
        found += filter(consistent, (atoms.union(*combination) for combination in itertools.product(*(clause.choices for clause in clauses))))
    return simplified(found), exact


def simplified(guards: Iterable[frozenset[Literal]]) -> tuple[frozenset[Literal], ...]:
    """Guards of which one holds, without those that another one covers; two that differ only in whether an atom is so are made one,
    and an atom that is a guard of its own is taken for false in the others.
    """
    choices: list[frozenset[Literal]] = []
    waiting = list(dict.fromkeys(map(_without_implied, guards)))
    while waiting:
        guard = waiting.pop(0)
        if any(_covers(known, guard) for known in choices):
            continue
        merged = next((known for known in choices if _complementary(known - guard, guard - known)), None)
        if merged is not None:
            choices.remove(merged)
            waiting.insert(0, merged & guard)
            continue
        choices = [*(known for known in choices if not _covers(guard, known)), guard]
        alone = {atom.negated() for choice in choices if len(choice) == 1 for atom in choice if isinstance(atom, Atom)}
        shorter = [choice for choice in choices if choice & alone]
        choices = [choice for choice in choices if not choice & alone]
        waiting[:0] = [choice - alone for choice in shorter]
    return _one_of(choices)


def _without_implied(guard: frozenset[Literal]) -> frozenset[Literal]:
    """``x == 2`` alone for ``x != 1 and x == 2``."""
    return frozenset(literal for literal in guard if not (isinstance(literal, Atom) and follows(literal, guard)))


def _one_of(choices: Sequence[frozenset[Literal]]) -> tuple[frozenset[Literal], ...]:
    """The same choices, with those that each say of one symbol which value it has made one: an ``elif`` chain may have many."""
    by_symbol: dict[str, list[Atom]] = {}
    others: list[frozenset[Literal]] = []
    for choice in choices:
        (single,) = choice if len(choice) == 1 else (None,)
        if isinstance(single, Atom) and _values(single):
            by_symbol.setdefault(single.symbol, []).append(single)
        else:
            others.append(choice)
    return (*(frozenset([_any_of(atoms)]) for atoms in by_symbol.values()), *others)


def _any_of(atoms: Sequence[Atom]) -> Atom:
    first, *rest = atoms
    if not rest:
        return first
    values = tuple(dict.fromkeys(value for atom in atoms for value in _values(atom)))
    loop, hidden = max(atom.loop for atom in atoms), any(atom.opaque for atom in atoms)
    return Atom(first.symbol, "in", values, True, lambda: " or ".join(map(str, atoms)), loop, opaque=hidden, domain=first.domain)


def _covers(weak: frozenset[Literal], strong: frozenset[Literal]) -> bool:
    """Whether one guard holds wherever the other does."""
    return all(literal in strong or (isinstance(literal, Atom) and follows(literal, strong)) for literal in weak)


def follows(atom: Atom, others: Iterable[Literal]) -> bool:
    """Whether an atom is so because another one says what its symbol is."""
    return any(
        isinstance(x, Atom) and x.op == "==" and x.truth and x.symbol == atom.symbol and x != atom and holds(atom, x.operand) is True for x in others
    )


def _complementary(one: frozenset[Literal], other: frozenset[Literal]) -> bool:
    if len(one) != 1 or len(other) != 1:
        return False
    left, right = next(iter(one)), next(iter(other))
    return isinstance(left, Atom) and isinstance(right, Atom) and left == right.negated()


def is_below_one(guard: Iterable[Literal]) -> bool:
    """Whether a guard leaves something less than 1: ``n != 1`` and not ``n > 1``. Of a number of classes or channels nothing is left then."""
    ones = [atom for atom in guard if isinstance(atom, Atom) and type(atom.operand) is int and atom.operand == 1]
    unequal = {atom.symbol for atom in ones if atom.op == "==" and not atom.truth}
    return any(atom.symbol in unequal and (atom.op, atom.truth) in {(">", False), ("<=", True)} for atom in ones)


_OF_SHAPE = re.compile(r"(?<!:args)\.(?:ndim|shape)\b(?!\[0\])")
"""In a symbol that is no option of the command line."""


def asks_of_shape(guard: Iterable[Literal]) -> bool:
    """Whether a guard hangs on the rank of a tensor, or on a size of it other than that of the batch."""
    return any(_OF_SHAPE.search(atom.symbol) for atom in _atoms(guard))


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
        parts = [frozenset(atom for atom in _atoms(choice) if atom.opaque) for choice in literal.choices]
        if ALWAYS not in simplified(parts):
            hidden += [atom for part in parts for atom in part if isinstance(atom, Atom)]
    return texts(hidden)


def _atoms(guard: Iterable[Literal]) -> Iterator[Atom]:
    for literal in guard:
        if isinstance(literal, Atom):
            yield literal
        else:
            for choice in literal.choices:
                yield from _atoms(choice)
