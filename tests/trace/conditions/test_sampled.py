"""Conditions on one thing, held against sample values."""

from __future__ import annotations

import ast

import pytest

from bcelint.trace.conditions.atoms import AnyOf, Atom, Guard
from bcelint.trace.conditions.expressions import NotKnown, value_of
from bcelint.trace.conditions.sampled import has_sample


def written(*texts: str, first: int = 0) -> Guard:
    """Conditions as they are read in the code, numbered from ``first``; with "not " in front, that they are not so."""
    atoms = []
    for number, text in enumerate(texts, first):
        bare = text[4:] if text.startswith("not ") else text
        atoms.append(Atom(f"#{number}", "truth", None, bare is text, lambda bare=bare: bare))  # type: ignore[misc]
    return frozenset(atoms)


NONE = [
    ('not name.endswith("_logits")', 'name[-7:] == "_logits"'),
    ('not name.endswith("_logits")', 'name.partition("_")[2] == "logits"'),
    ('not name.endswith("_logits")', 're.match(r".*_logits$", name)'),
    ('not name.endswith("_logits")', 'f"{name}!" == "bce_logits!"'),
    ('not "logits" in name', 'name.split("_")[0] == "logits"'),
    ('not name == "bce"', 'name.lower() == "bce"', "name == name.lower()"),
    ("n <= 2", "n // 3 > 0"),
    ("n <= 2", "n * 2 > 5"),
    ("n <= 2", "max(n, 2) != 2"),
    ("n <= 2", "n not in range(3)"),
    ("n % 2 == 1", "not n & 1"),
    ("len(shape) == 3", "shape[3] > 1"),
    ('"ALDA" in name', '"DANN" in name', 'not name == "ALDA"'),
]
SOME = [
    ('not name.endswith("_logits")', '"logits" in name'),
    ('name.startswith("focal")', 'name.endswith("logits")'),
    ('name.split("_")[0] == "bce"', '"dice" in name'),
    ("n > 2", "n // 3 > 0"),
    ("n % 3 == 0", "n > 100"),
    ('"a" in names', 'not "b" in names', "len(names) > 1"),
    ("name is None", 'not name == "bce"'),
    ("first(name)", "not second(name)"),
    ("n > 2", "m < 2"),
    ("len(shape) == 2", "shape[1] > 1"),
    ('"a" in names', '"b" in names', "len(names) == 2"),
]


@pytest.mark.parametrize("texts", NONE)
def test_for_none_of_the_values_both_are_so(texts: tuple[str, ...]) -> None:
    assert not has_sample(written(*texts))
    assert not has_sample(frozenset([*written(texts[0]), AnyOf((written(*texts[1:], first=1),))]))
    assert has_sample(written(*texts[1:]))


@pytest.mark.parametrize("texts", SOME)
def test_there_is_a_value_or_it_can_not_be_told(texts: tuple[str, ...]) -> None:
    assert has_sample(written(*texts))


def test_an_option_is_one_thing_whatever_its_namespace_is_called() -> None:
    option = "train.py:args.loss"
    default = Atom(option, "==", "bce", True, lambda: "args.loss == 'bce'")
    ends = Atom(f"{option}.endswith('logits')", "truth", None, False, lambda: 'opt.loss.endswith("logits")')
    other = Atom("#7", "truth", None, True, lambda: 'opt.loss[-6:] == "logits"')
    assert has_sample(frozenset([default, ends]))
    assert not has_sample(frozenset([default, other, ends]))
    assert not has_sample(frozenset([ends, other]))


@pytest.mark.parametrize(
    "text", ["__import__('os')", "_.__class__", "open('x')", "_.format(1)", "(lambda: 1)()", "[i for i in _]", "2 ** _", "10000000 * 'a'"]
)
def test_nothing_is_run_but_what_is_known(text: str) -> None:
    tree = ast.parse(text.replace("_", "__given__") if text.startswith("_.") else text, mode="eval").body
    with pytest.raises(NotKnown):
        value_of(tree, 9)
