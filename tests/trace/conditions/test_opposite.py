"""What holds where a guard does not."""

from __future__ import annotations

import itertools

import pytest

from bcelint.trace.conditions.atoms import ALWAYS, AnyOf, Atom, Guard, Literal
from bcelint.trace.conditions.joining import opposite

A, B, C = (Atom(name, "truth", None, True) for name in "abc")


def holds(guard: Guard, world: dict[str, bool]) -> bool:
    def one(literal: Literal) -> bool:
        if isinstance(literal, AnyOf):
            return any(all(map(one, choice)) for choice in literal.choices)
        return world[literal.symbol] == literal.truth

    return all(map(one, guard))


def any_of(*choices: list[Atom]) -> Guard:
    return frozenset([AnyOf(tuple(map(frozenset, choices)))])


@pytest.mark.parametrize(
    "guard",
    [
        frozenset([A]),
        frozenset([A, B]),
        any_of([A], [B]),
        any_of([A, B], [A.negated(), C]),
        any_of([A, B], [C]),
        any_of([A, B.negated()], [B, C], [C.negated(), A.negated()]),
    ],
)
def test_it_holds_where_the_guard_does_not(guard: Guard) -> None:
    other = opposite(guard)
    assert other != ALWAYS
    for values in itertools.product([True, False], repeat=3):
        world = dict(zip("abc", values))
        assert holds(other, world) != holds(guard, world)


def test_of_atoms_beside_alternatives_nothing_is_said() -> None:
    assert opposite(frozenset([A]) | any_of([B], [C])) == ALWAYS
    assert opposite(any_of([A, *any_of([B], [C])], [B])) == ALWAYS  # type: ignore[list-item]
