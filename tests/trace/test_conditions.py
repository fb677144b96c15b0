"""Path conditions: what contradicts what, and what holds when one of several does."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from bcelint.trace.conditions import ALWAYS, AnyOf, Atom, compatible, consistent, contradict, either, texts

VALUES: tuple[Any, ...] = (None, False, 0, 1, 2, 3, 0.5, -1, "", "a", "b")
QUESTIONS = [
    *(("==", value) for value in (None, 0, 1, 3, "a", "b", 0.5)),
    *((op, bound) for op in ("<", "<=", ">", ">=") for bound in (0, 1, 2)),
    ("in", (1, 2)), ("in", ("a", "b")), ("in", frozenset({0, "b"})), ("truth", None),
]  # fmt: skip
ATOMS = [Atom("n", op, operand, truth) for op, operand in QUESTIONS for truth in (True, False)]


def holds_for(atom: Atom, value: Any) -> bool:
    """What Python says; a comparison that fails holds neither way, so it rules the value out."""
    operations = {
        "==": lambda: value == atom.operand and isinstance(value, bool) is isinstance(atom.operand, bool),
        "<": lambda: value < atom.operand,
        "<=": lambda: value <= atom.operand,
        ">": lambda: value > atom.operand,
        ">=": lambda: value >= atom.operand,
        "in": lambda: value in atom.operand,
        "truth": lambda: bool(value),
    }
    try:
        return bool(operations[atom.op]()) == atom.truth
    except TypeError:
        return False


def test_what_some_value_fulfils_is_no_contradiction() -> None:
    for one, other in itertools.product(ATOMS, repeat=2):
        if any(holds_for(one, value) and holds_for(other, value) for value in VALUES):
            assert not contradict(one, other), (one, other)


def test_contradiction_is_mutual() -> None:
    for one, other in itertools.combinations(ATOMS, 2):
        assert contradict(one, other) == contradict(other, one), (one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("==", 1, True), ("==", 1, False)),
        (("==", 1, True), ("==", 2, True)),
        (("==", "a", True), ("in", ("b", "c"), True)),
        (("==", "a", True), ("in", ("a", "c"), False)),
        (("==", 1, True), (">", 1, True)),
        (("==", 0, True), ("truth", None, True)),
        (("==", "a", True), ("truth", None, False)),
        (("in", (1, 2), True), (">", 2, True)),
        (("in", (1, 2), True), ("truth", None, False)),
        (("truth", None, False), (">", 0, True)),
        (("<", 1, True), (">", 1, True)),
        (("<", 1, True), (">=", 1, True)),
        (("<=", 1, True), (">", 1, True)),
        ((">", 3, True), ("<", 2, True)),
        ((">", 3, True), (">", 2, False)),
        (("isinstance", ("int",), True), ("isinstance", ("int",), False)),
    ],
)
def test_contradictions_that_are_seen(one: Any, other: Any) -> None:
    assert contradict(Atom("n", *one), Atom("n", *other))


def test_symbols_do_not_mix() -> None:
    assert consistent([Atom("n", "==", 1, True), Atom("m", "==", 1, False)])
    assert not consistent([Atom("n", "==", 1, True), Atom("m", "==", 1, False), Atom("n", "==", 2, True)])


def test_one_of_several_must_be_possible() -> None:
    one, two = Atom("n", "==", 1, True), Atom("n", "==", 2, True)
    choice = AnyOf((frozenset([one]), frozenset([two])))
    assert consistent([choice, one])
    assert consistent([choice, two.negated()])
    assert not consistent([choice, one.negated(), two.negated()])
    assert not compatible(frozenset([choice]), frozenset([Atom("n", "==", 3, True)]))


def test_compatible_with_nothing_and_with_a_part_of_itself() -> None:
    one, two = Atom("n", ">", 1, True), Atom("m", "truth", None, True)
    assert compatible(ALWAYS, frozenset([one]))
    assert compatible(frozenset([one]), frozenset([one, two]))
    assert not compatible(frozenset([one]), frozenset([one.negated(), two]))


def test_either() -> None:
    a, b, c = (Atom(name, "truth", None, True) for name in "abc")
    assert either([frozenset([a])]) == {a}
    assert either([frozenset([a]), ALWAYS]) == ALWAYS
    assert either([frozenset([a]), frozenset([a.negated()])]) == ALWAYS
    assert either([frozenset([a, b]), frozenset([a, b.negated()])]) == {a}
    assert either([frozenset([a, b]), frozenset([a, b, c])]) == {a, b}
    joined = either([frozenset([a, b]), frozenset([a, c])])
    assert a in joined
    assert not consistent([*joined, b.negated(), c.negated()])


def test_either_of_many_is_weaker_and_never_stronger() -> None:
    common = Atom("c", "truth", None, True)
    many = [frozenset([common, Atom(f"s{i}", "truth", None, True)]) for i in range(12)]
    assert either(many) == {common}


def test_how_conditions_read() -> None:
    equal = Atom("n", "==", 1, True, lambda: "n == 1")
    unequal = Atom("n", "==", 1, False, lambda: "n != 1", reads=False)
    flag = Atom("f", "truth", None, False, lambda: "flag")
    assert texts([equal]) == ("n == 1",)
    assert texts([equal.negated()]) == ("not (n == 1)",)
    assert texts([unequal, unequal]) == ("n != 1",)
    assert texts([unequal.negated()]) == ("not (n != 1)",)
    assert texts([flag, equal]) == ("n == 1", "not flag")
    assert texts([AnyOf((frozenset([equal]), frozenset([flag])))]) == ("n == 1 or not flag",)
