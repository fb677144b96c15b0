"""Path conditions: what must be so for a value to be the one it is.

A condition is an atom (``args.loss == "bce"``, true or false) about a *symbol*: the identity of a value that is not known but stays the same
thing wherever it travels. Two cases are possible together when their atoms do not contradict one another.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Union

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda value, options: value in options,
    "truth": lambda value, _: bool(value),
    "isinstance": lambda value, names: NotImplemented,
    "issubclass": lambda value, names: NotImplemented,
}


class About(NamedTuple):
    """What a condition on a value is about."""

    symbol: str
    stays: bool = False
    """It is the same thing in every iteration of the loops that run, but for ``loop``."""
    loop: int = 0
    """The loop whose iterations change it, 0 where none does."""
    opaque: bool = False
    """It is set where it is not seen."""
    domain: tuple[Any, ...] = ()
    """All values that it may have, where they are known."""


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
    sources: frozenset[int] | None = field(compare=False, default=frozenset())
    """What it is computed from."""
    again: bool = field(compare=False, default=False)
    """It is asked in one of two branches that hang on the same symbol: the code tells three cases apart, or more."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.symbol, self.op, self.operand, self.truth)))

    def __hash__(self) -> int:
        return self._hash  # type: ignore[attr-defined, no-any-return]  # worked out once: guards are sets of atoms

    def negated(self) -> Atom:
        # not ``replace``, which takes five times as long
        about = (self.text, self.loop, self.reads, self.opaque, self.domain, self.sources, self.again)
        return Atom(self.symbol, self.op, self.operand, not self.truth, *about)

    def is_opposite(self, other: object) -> bool:
        """Whether ``other`` is so exactly where this is not."""
        return isinstance(other, Atom) and self.truth != other.truth and self.negated() == other

    def __str__(self) -> str:
        text = self.text()
        return text if self.truth == self.reads else f"not ({text})" if " " in text else f"not {text}"


@dataclass(frozen=True)
class AnyOf:
    """At least one of the conjunctions holds: the true side of an ``or``, the false side of an ``and``."""

    choices: tuple[Guard, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash(self.choices))

    def __hash__(self) -> int:
        return self._hash  # type: ignore[attr-defined, no-any-return]

    @cached_property
    def symbols(self) -> frozenset[str]:
        """What its atoms are about."""
        return frozenset(atom.symbol for choice in self.choices for atom in choice if isinstance(atom, Atom))

    def __str__(self) -> str:
        return alternatives_text(map(str, choice) for choice in self.choices)


Literal = Union[Atom, AnyOf]
Guard = frozenset[Literal]
"""Conditions that all hold."""
ALWAYS: Guard = frozenset()


def atoms_of(literals: Iterable[Literal]) -> Iterator[Atom]:
    """All atoms, those inside of alternatives too."""
    for literal in literals:
        if isinstance(literal, Atom):
            yield literal
        else:
            for choice in literal.choices:
                yield from atoms_of(choice)


def alternatives_text(choices: Iterable[Iterable[str]]) -> str:
    """``(a and b) or c``: several conditions of which one holds, each of the texts of those that all hold."""
    every = [sorted(choice) for choice in choices]
    return " or ".join(f"({' and '.join(texts)})" if len(texts) > 1 < len(every) else " and ".join(texts) for texts in every)


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
    return not possible([one, other]) or _bounds_contradict(one, other)


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


def possible(atoms: Sequence[Atom]) -> bool:
    """Whether one value satisfies all of ``atoms``, which are about one symbol; True unless it is known which values it may have."""
    if len(atoms) == 1 and not atoms[0].domain:
        return True
    domains = [values for atom in atoms for values in (atom.domain, values_of(atom)) if values]
    return not domains or any(all(holds(atom, value) is not False for atom in atoms) for value in min(domains, key=len))


def values_of(atom: Atom) -> tuple[Any, ...]:
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
    if not all(map(possible, by_symbol.values())):
        return False
    atoms = [x for x in literals if isinstance(x, Atom)]
    return all(any(consistent([*atoms, *choice]) for choice in literal.choices) for literal in literals if isinstance(literal, AnyOf))
