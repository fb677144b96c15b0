"""Path conditions: what contradicts what, and what holds when one of several does."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bcelint.trace.conditions import joining
from bcelint.trace.conditions.asking import asks_of_shape, opaque, texts
from bcelint.trace.conditions.atoms import ALWAYS, AnyOf, Atom, Literal, consistent, contradict
from bcelint.trace.conditions.compatible import compatible
from bcelint.trace.conditions.joining import either
from bcelint.trace.conditions.telling import told

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


FLAGS = "abcd"
conjunctions = st.frozensets(
    st.builds(lambda name, truth: Atom(name, "truth", None, truth), st.sampled_from(FLAGS), st.booleans()), max_size=4
).filter(consistent)


def is_so(guard: frozenset[Literal], flags: dict[str, bool]) -> bool:
    return all(
        flags[literal.symbol] == literal.truth if isinstance(literal, Atom) else any(is_so(choice, flags) for choice in literal.choices)
        for literal in guard
    )


@given(st.lists(conjunctions, min_size=1, max_size=4))
def test_either_of_few_is_exact(guards: list[frozenset[Literal]]) -> None:
    joined = either(guards)
    for truths in itertools.product([True, False], repeat=len(FLAGS)):
        flags = dict(zip(FLAGS, truths))
        assert is_so(joined, flags) == any(is_so(guard, flags) for guard in guards)


@given(st.lists(conjunctions, min_size=2, max_size=4), st.lists(conjunctions, min_size=2, max_size=4), conjunctions)
def test_either_of_nested_ones_is_never_stronger(some: list[frozenset[Literal]], others: list[frozenset[Literal]], more: frozenset[Literal]) -> None:
    guards = [either(some) | more, either(others)]
    joined = either(guards)
    for truths in itertools.product([True, False], repeat=len(FLAGS)):
        flags = dict(zip(FLAGS, truths))
        assert is_so(joined, flags) or not any(is_so(guard, flags) for guard in guards)


def test_either_keeps_what_it_can_say_of_nested_ones() -> None:
    """``name == "x"``, where name may have got a suffix under conditions that are too many to be kept."""
    a, b, c, d = (Atom(name, "truth", None, True) for name in "abcd")
    nested = AnyOf((frozenset([a.negated()]), frozenset([b.negated()])))
    joined = either([frozenset([a, b, c]), frozenset([nested, d])])
    assert not consistent([*joined, c.negated(), d.negated()])


def test_a_case_is_told_by_what_does_not_follow() -> None:
    def equals(value: str, truth: bool = True) -> Atom:
        return Atom("loss", "==", value, truth, lambda: f'loss == "{value}"')

    flag, other = (Atom(name, "truth", None, True, lambda name=name: name) for name in ("flag", "other"))  # type: ignore[misc]
    bce = equals("bce")
    assert told([equals("mse", False), bce]) == ('loss == "bce"',)
    assert told([flag.negated(), bce]) == ('loss == "bce"', "not flag")
    assert told([AnyOf((frozenset([bce]), frozenset([flag]))), bce]) == ('loss == "bce"',), "the clause is fulfilled"
    assert told([AnyOf((frozenset([flag]), frozenset([other]))), flag.negated()]) == ("other", "not flag"), "one choice is left"
    assert told([AnyOf((frozenset([flag]), frozenset([other]))), bce]) == ('loss == "bce"', "flag or other")
    same = Atom("another loss", "==", "bce", True, lambda: 'loss == "bce"')
    assert told([AnyOf((frozenset([bce]), frozenset([same, flag])))]) == ('loss == "bce"',), "they read the same"
    twin = Atom("another flag", "truth", None, True, lambda: "flag")
    several = AnyOf((frozenset([flag, twin.negated()]), frozenset([flag, other.negated()]), frozenset([flag, other])))
    assert told([several]) == ("flag",), "flag and not flag is of two objects, and says nothing"


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


@given(st.lists(conjunctions, min_size=2, max_size=4), st.lists(conjunctions, min_size=2, max_size=4), conjunctions)
def test_what_is_said_to_be_exact_is(some: list[frozenset[Literal]], others: list[frozenset[Literal]], more: frozenset[Literal]) -> None:
    guards = [either(some) | more, either(others)]
    joined, exact = joining.joined(guards)
    for truths in itertools.product([True, False], repeat=len(FLAGS)) if exact else ():
        flags = dict(zip(FLAGS, truths))
        assert is_so(joined, flags) == any(is_so(guard, flags) for guard in guards)


def is_value(value: int, known: bool = True) -> Atom:
    return Atom("n", "==", value, known)


def test_a_chain_over_one_symbol_is_one_condition() -> None:
    """Each branch of an ``elif`` chain comes with what the branches before it are not."""
    chain = [frozenset({is_value(i), *(is_value(j, False) for j in range(i))}) for i in range(20)]
    joined, exact = joining.joined(chain)
    (atom,) = joined
    assert exact
    assert isinstance(atom, Atom)
    assert (atom.op, atom.operand, str(atom)) == ("in", tuple(range(20)), " or ".join([""] * 20))
    rest = frozenset(is_value(i, False) for i in range(20))
    assert not compatible(joined, rest)
    assert compatible(joined, frozenset(is_value(i, False) for i in range(19)))


def test_single_conditions_on_several_symbols_stay_exact_up_to_a_number() -> None:
    flags = [frozenset({Atom(f"s{i}", "truth", None, True)}) for i in range(joining.MAX_SINGLES + 1)]
    joined, exact = joining.joined(flags[:-1])
    assert exact
    assert not consistent([*joined, *(atom.negated() for flag in flags[:-1] for atom in flag if isinstance(atom, Atom))])
    assert joining.joined(flags) == (ALWAYS, False)


def test_one_value_must_be_left_of_those_that_a_symbol_may_have() -> None:
    atoms = [Atom("n", "==", value, False, domain=("a", "b", "c")) for value in "abc"]
    assert consistent(atoms[:2])
    assert not consistent(atoms)
    assert not compatible(frozenset(atoms[:2]), frozenset(atoms[2:]))
    assert not consistent([*atoms[:1], Atom("n", "in", ("a",), True)])


@pytest.mark.parametrize("symbol", ["t1.ndim", "t1.shape", "len(#4.shape)", "#4.ndim", "t1.shape[1]", "(#4.shape[-1] eq 3)"])
def test_questions_about_shapes(symbol: str) -> None:
    assert asks_of_shape([AnyOf((frozenset({is_value(1)}), frozenset({Atom(symbol, ">", 1, True)})))])


@pytest.mark.parametrize("symbol", ["t1.shape[0]", "train.py:args.shape", "#4.shapes", "#4.input_shape", "n"])
def test_other_questions(symbol: str) -> None:
    assert not asks_of_shape([Atom(symbol, ">", 1, True)])


def test_alternatives_are_hidden_only_where_each_of_them_hangs_on_what_is() -> None:
    seen, hidden = is_value(1), Atom("cfg", "truth", None, True, lambda: "cfg", opaque=True)
    assert opaque([seen, hidden]) == ("cfg",)
    assert opaque([AnyOf((frozenset({seen}), frozenset({hidden})))]) == ()
    assert opaque([AnyOf((frozenset({seen, hidden}), frozenset({hidden.negated()})))]) == ()
    other = Atom("other", "truth", None, True, lambda: "other", opaque=True)
    assert opaque([AnyOf((frozenset({hidden}), frozenset({other})))]) == ("cfg", "other")
