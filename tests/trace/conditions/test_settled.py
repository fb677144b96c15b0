"""What follows from guards that have alternatives, and what is said of a string and of its methods."""

from __future__ import annotations

from bcelint.trace.conditions.atoms import AnyOf, Atom, Guard
from bcelint.trace.conditions.compatible import compatible, settled
from bcelint.trace.conditions.joining import simplified


def is_set(symbol: str, truth: bool = True) -> Atom:
    return Atom(symbol, "truth", None, truth)


def equals(symbol: str, value: object, truth: bool = True) -> Atom:
    return Atom(symbol, "==", value, truth)


def guard(*literals: Atom | AnyOf) -> Guard:
    return frozenset(literals)


def test_the_only_alternative_left_holds() -> None:
    either = AnyOf((guard(is_set("a")), guard(is_set("b"))))
    assert settled(guard(either, is_set("a", False))) == guard(is_set("a", False), is_set("b"))
    assert settled(guard(either)) == guard(either)


def test_one_alternative_leads_to_the_next() -> None:
    first = AnyOf((guard(is_set("a")), guard(is_set("b"))))
    second = AnyOf((guard(is_set("b", False)), guard(is_set("c"))))
    assert settled(guard(first, second, is_set("a", False))) == guard(is_set("a", False), is_set("b"), is_set("c"))


def test_an_alternative_that_holds_anyway_says_nothing() -> None:
    either = AnyOf((guard(is_set("a")), guard(is_set("b"))))
    assert simplified([guard(either, is_set("a"))]) == (guard(is_set("a")),)


def test_a_string_and_its_lower_case_agree() -> None:
    assert not compatible(guard(equals("name", "bce")), guard(equals("name.lower()", "ce")))
    assert not compatible(guard(equals("name.lower()", "ce")), guard(equals("name", "bce")))
    assert compatible(guard(equals("name", "BCE")), guard(equals("name.lower()", "bce")))
    assert compatible(guard(equals("name", "bce", False)), guard(equals("name.lower()", "bce")))
    assert not compatible(guard(Atom("name", "in", ("A", "B"), True)), guard(equals("name.lower()", "c")))
    assert compatible(guard(equals("other", "bce")), guard(equals("name.lower()", "ce")))
