"""A case in which Python or torch raises is none, where there are others: nothing that follows is reached in it."""

from __future__ import annotations

import pytest

from tests.trace.tracing import trace

PROGRAM = """
def scores(flag):
    thing = {thing} if flag else {other}
    {use}
    return z if flag else torch.sigmoid(z)
F.binary_cross_entropy_with_logits(scores(anything.flag), y)
"""
CASES = {
    "a call": ("nn.ReLU()", "None", "thing(z)"),
    "a call of a number": ("nn.ReLU()", "3", "thing(z)"),
    "an attribute": ("nn.ReLU()", "None", "thing.training"),
    "a method": ("z", "None", "thing.sum()"),
    "a method of an argument": ("z", "None", "print(thing.sum())"),
    "an item": ("[1]", "None", "thing[0]"),
    "an item of a number": ("[1]", "0", "thing[0]"),
    "a letter": ("'ab'", "'a'", "thing[1]"),
    "a length": ("[1]", "None", "len(thing)"),
    "a loop": ("[1]", "None", "for item in thing: pass"),
    "a sum": ("z", "None", "thing + 1"),
    "a sum the other way round": ("z", "None", "1 + thing"),
    "a sum of a tensor": ("z", "None", "z + thing"),
    "a sum of numbers": ("1", "None", "thing + 1"),
    "a comparison": ("1", "None", "thing > 0"),
    "taken apart": ("(z, z)", "None", "one, two = thing"),
    "taken apart into too many": ("(z, z)", "(z,)", "one, two = thing"),
    "taken apart into too few": ("(z, z)", "(z, z, z)", "one, two = thing"),
    "a method of tensors": ("z", "[z]", "thing.view(-1)"),
    "an attribute of tensors": ("z", "[z]", "thing.shape"),
    "a list in a function": ("z", "[z]", "torch.sigmoid(thing)"),
    "a tuple in a function": ("z", "(z, z)", "torch.sigmoid(thing)"),
    "a tuple in a layer": ("z", "(z, z)", "nn.Linear(3, 1)(thing)"),
    "None in a layer": ("z", "None", "nn.Linear(3, 1)(thing)"),
    "None in a function": ("z", "None", "torch.relu(thing)"),
    "None among tensors": ("z", "None", "torch.cat([z, thing])"),
    "more arguments than it takes": ("nn.Bilinear(3, 3, 1)", "nn.Linear(3, 1)", "thing(z, z)"),
    "an argument twice": ("(lambda a, b=1: a)", "(lambda b, a=1: a)", "thing(z, b=2)"),
    "a rank": ("torch.randn(2, 3, 4)", "torch.randn(2, 3)", "thing.permute(0, 2, 1)"),
}


def codes(thing: str, other: str, use: str) -> list[str]:
    return [code for _, code in trace(PROGRAM.format(thing=thing, other=other, use=use)).codes]


@pytest.mark.parametrize("case", CASES)
def test_it_is_no_case(case: str) -> None:
    thing, other, use = CASES[case]
    assert codes(thing, thing, use) == codes(thing, other, "pass") == ["BCE102"]
    assert codes(thing, other, use) == []


@pytest.mark.parametrize(
    ("other", "use"),
    [
        ("None", "thing is None"),
        ("None", "thing == 1"),
        ("None", "thing and thing.shape"),
        ("None", "if thing is not None: thing.shape"),
        ("None", "z == thing"),
        ("'text'", "thing % z"),
        ("(z, z)", "nn.Identity()(thing)"),
        ("(z, z)", "torch.cat(thing)"),
        ("'ab'", "one, two = thing"),
        ("'ab'", "for letter in thing: pass"),
        ("(z, z, z)", "one, *two = thing"),
        ("anything", "thing.shape"),
    ],
)
def test_what_does_not_raise_is_one(other: str, use: str) -> None:
    assert codes("(z, z)", other, use) == ["BCE102"]


def test_one_that_is_caught_is_one() -> None:
    use = "try:\n        thing.sum()\n    except AttributeError:\n        pass"
    assert codes("z", "None", use) == ["BCE102"]


def test_what_is_None_in_each_case_may_be_set_elsewhere() -> None:
    assert codes("None", "None", "thing.sum()") == ["BCE102"]
