"""Whether any run can come to a case: held against trying all values."""

from __future__ import annotations

import itertools
import random

import pytest

from bcelint.facts import Shape
from bcelint.trace.conditions.atoms import COMPARE, AnyOf, Atom, Guard, Literal
from bcelint.trace.conditions.joining import two_sides
from bcelint.trace.conditions.satisfiable import entails, least, negation, satisfiable
from bcelint.trace.conditions.telling import as_read, told

NUMBERS = [-2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4, None]
FLAGS = [True, False]
Values = dict[str, object]


def number(draw: random.Random) -> Atom:
    op = draw.choice(["==", "<", "<=", ">", ">=", "truth", "in"])
    operand = None if op == "truth" else (draw.randint(0, 1), draw.randint(1, 2)) if op == "in" else draw.randint(0, 2)
    return Atom(draw.choice("nm"), op, operand, draw.random() < 0.5)


def flag(draw: random.Random) -> Atom:
    op = draw.choice(["truth", "=="])
    return Atom(draw.choice("ab"), op, None if op == "truth" else draw.random() < 0.5, draw.random() < 0.5)


def drawn(seed: int) -> Guard:
    draw = random.Random(seed)

    def atom() -> Atom:
        return number(draw) if draw.random() < 0.5 else flag(draw)

    clauses = [
        AnyOf(tuple(frozenset(atom() for _ in range(draw.randint(1, 3))) for _ in range(draw.randint(2, 3)))) for _ in range(draw.randint(0, 4))
    ]
    return frozenset([*(atom() for _ in range(draw.randint(0, 3))), *clauses])


def is_so(literal: Literal, values: Values) -> bool:
    if isinstance(literal, AnyOf):
        return any(all(is_so(part, values) for part in choice) for choice in literal.choices)
    try:
        return bool(COMPARE[literal.op](values[literal.symbol], literal.operand)) == literal.truth
    except TypeError:  # None can't be compared: the program would have raised
        return False


@pytest.mark.parametrize("block", range(10))
def test_it_is_possible_just_where_some_values_are(block: int) -> None:
    every = [dict(zip("nmab", values)) for values in itertools.product(NUMBERS, NUMBERS, FLAGS, FLAGS)]
    answers = set()
    for seed in range(block * 40, block * 40 + 40):
        guard = drawn(seed)
        possible = any(all(is_so(literal, values) for literal in guard) for values in every)
        if possible:
            assert satisfiable(guard), (seed, guard)
        answers.add((possible, satisfiable(guard)))
    assert (False, False) in answers  # what no value fits is found out, most of the time


def is_set(symbol: str, truth: bool = True) -> Atom:
    return Atom(symbol, "truth", None, truth, lambda: symbol)


def test_tests_that_read_alike_are_one() -> None:
    here, there = Atom("1.flag", "truth", None, True, lambda: "self.flag"), Atom("2.flag", "truth", None, False, lambda: "self.flag")
    assert satisfiable(frozenset([here, there]))
    assert not satisfiable(as_read(frozenset([here, there])))
    spaced, tight = (Atom(text, "==", "mr", text == "a", lambda text=text: f"args.set{text}'mr'") for text in ("a", "b"))  # type: ignore[misc]
    assert satisfiable(as_read(frozenset([spaced, tight])))
    spaced, tight = Atom("a", "==", "mr", True, lambda: "name == 'mr'"), Atom("b", "==", "mr", False, lambda: 'name=="mr"')
    assert not satisfiable(as_read(frozenset([spaced, tight])))


def test_what_follows_from_alternatives_together_is_told() -> None:
    a, b = is_set("a"), is_set("b")
    either = AnyOf((frozenset([b]), frozenset([a.negated()])))
    other = AnyOf((frozenset([b.negated()]), frozenset([a.negated()])))
    assert told([either, other]) == ("not a",)
    assert told([either]) == ("b or not a",)


def test_a_side_that_is_hard_to_say_is_what_the_other_is_not() -> None:
    a, b, c = is_set("a"), is_set("b"), is_set("c")
    long = [frozenset([Atom(f"n{i}", "==", j, True) for j in range(2)]) for i in range(9)]
    true, false = two_sides([frozenset([a, b])], [*long, frozenset([c])])
    assert true == [frozenset([a, b])]
    (clause,) = false[0]
    assert isinstance(clause, AnyOf)
    assert set(clause.choices) == {frozenset([a.negated()]), frozenset([b.negated()])}
    assert two_sides([], [frozenset([a])]) == ([], [frozenset([a])])


def test_shapes_read_as_in_torchs_docs() -> None:
    assert [str(Shape(dims)) for dims in [(), (None,), (None, 3), (4, None, None)]] == ["()", "(N,)", "(N, 3)", "(4, ?, ?)"]
    shapes = [Shape((None, 1), open=True), Shape((None, None), open=True), Shape((), open=True), Shape((3, None), open=True)]
    assert list(map(str, shapes)) == ["(…, 1)", "(2 or more dimensions)", "(…)", "(…, 3, ?)"]


def test_where_and_meets_or_there_are_parentheses() -> None:
    a, b, c = is_set("a"), is_set("b"), is_set("c")
    clause = AnyOf((frozenset([b, a]), frozenset([c])))
    assert str(clause) == "(a and b) or c"
    assert told([clause]) == ("(a and b) or c",)
    assert told([AnyOf((frozenset([a]), frozenset([c])))]) == ("a or c",)


EVERY = [dict(zip("nmab", values)) for values in itertools.product(NUMBERS, NUMBERS, FLAGS, FLAGS)]


def holds(guard: Guard, values: Values) -> bool:
    return all(is_so(literal, values) for literal in guard)


@pytest.mark.parametrize("block", range(6))
def test_what_is_entailed_holds_and_a_negation_holds_just_elsewhere(block: int) -> None:
    numbers = [values for values in EVERY if values["n"] is not None and values["m"] is not None]  # what raises is neither so nor not so
    answers = set()
    for seed in range(block * 30, block * 30 + 30):
        guard, other = drawn(seed), drawn(1000 + seed)
        opposite = frozenset([negation(other)])
        assert all(holds(other, values) != holds(opposite, values) for values in numbers)
        entailed = entails(guard, other)
        answers.add(entailed)
        if entailed:
            assert all(holds(other, values) for values in numbers if holds(guard, values))
        assert entails(guard, guard)
    assert answers >= {False}


@pytest.mark.parametrize("block", range(6))
def test_the_least_of_a_case_lies_within_the_cases(block: int) -> None:
    numbers = [values for values in EVERY if values["n"] is not None and values["m"] is not None]
    shorter = 0
    for seed in range(block * 30, block * 30 + 30):
        cases = [drawn(seed), *(drawn(seed) ^ {literal} for literal in list(drawn(seed))[:1]), drawn(2000 + seed)]
        kept = least(cases[0], cases)
        shorter += kept < cases[0]
        assert kept <= cases[0]
        assert all(any(holds(case, values) for case in cases) for values in numbers if holds(kept, values))
    assert shorter


def test_what_is_put_in_the_positive_is_kept() -> None:
    begins = {name: Atom(f"s.startswith('{name}')", "truth", None, True) for name in ("link", "unet", "un")}
    guard = frozenset([begins["link"].negated(), begins["unet"]])
    assert least(guard, [guard]) == {begins["unet"]}
    assert not satisfiable(frozenset([begins["link"], begins["unet"]]))
    assert satisfiable(frozenset([begins["un"], begins["unet"]]))
