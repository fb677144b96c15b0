"""What is left of a number of classes by what a program asks for."""

from __future__ import annotations

import pytest

from bcelint.trace.conditions.asking import is_left_below_two
from bcelint.trace.conditions.atoms import AnyOf, Atom, Literal


def asked(op: str, operand: object, truth: bool, symbol: str = "n") -> Atom:
    return Atom(symbol, op, operand, truth)


@pytest.mark.parametrize(
    "literals",
    [
        [asked("==", 2, False), asked(">", 2, False)],
        [asked("==", 2, False), asked("<=", 2, True)],
        [asked("==", 2, False), asked("<", 3, True)],
        [asked("==", 2, False), asked(">=", 3, False)],
        [asked("==", 2, False), asked("==", 3, False), asked(">", 3, False)],
        [asked("==", 2, False), asked(">", 2, False), asked("==", "relu", True, "activation")],
    ],
)
def test_nothing_from_two_on(literals: list[Literal]) -> None:
    assert is_left_below_two(literals)


@pytest.mark.parametrize(
    "literals",
    [
        [],
        [asked(">", 2, False)],
        [asked(">=", 2, False), asked(">=", 1, False)],
        [asked(">", 2, False), asked("<", 2, True)],
        [asked("<", 2, True)],
        [asked("==", 2, False)],
        [asked("==", 2, False), asked(">", 3, False)],
        [asked("==", 2, False), asked(">", 2, True)],
        [asked("==", 1, True), asked(">", 2, False)],
        [asked("==", 1, True), asked("==", 2, False), asked(">", 2, False)],
        [asked("==", 2, False), asked(">", 2, False, "other")],
        [asked("==", 2.0, False), asked(">", 2.0, False)],
        [asked("==", False, False), asked(">", True, False)],
        [asked("==", 100_000, False), asked(">", 100_000, False)],
        [AnyOf((frozenset([asked("==", 2, False)]), frozenset([asked(">", 2, False)])))],
    ],
)
def test_something_is_left_or_it_says_what_it_is(literals: list[Literal]) -> None:
    assert not is_left_below_two(literals)
