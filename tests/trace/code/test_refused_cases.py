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
    ("thing", "other", "use"),
    [
        ("z", "None", "thing is None"),
        ("z", "None", "thing == 1"),
        ("z", "None", "thing is not None and thing.sum()"),
        ("z", "None", "thing.sum() if thing is not None else 0"),
        ("z", "None", "if thing is not None: thing.sum()"),
        ("z", "None", "[part.sum() for part in (thing, z) if part is not None]"),
        ("z", "None", "{part.sum(): 1 for part in (thing, z) if part is not None}"),
        ("z", "None", "any(part.sum() for part in (thing, z) if part is not None)"),
        ("z", "None", "later = (part.sum() for part in (thing, z))"),
        ("z", "None", "getattr(thing, 'names', 3)"),
        ("z", "None", "z == thing"),
        ("1", "z", "'%.3f' % thing"),
        ("2", "torch.tensor(2)", "[0] * thing"),
        ("2", "torch.tensor(2)", "'a' * thing"),
        ("z", "(z, z)", "nn.Identity()(thing)"),
        ("z", "None", "nn.Identity()(thing)"),
        ("[z, z]", "(z, z)", "torch.cat(thing)"),
        ("(z, z)", "'ab'", "one, two = thing"),
        ("(z, z)", "'ab'", "for letter in thing: pass"),
        ("(z, z)", "(z, z, z)", "one, *two = thing"),
        ("z", "anything", "thing.shape"),
    ],
)
def test_what_does_not_raise_is_one(thing: str, other: str, use: str) -> None:
    assert codes(thing, other, use) == ["BCE102"]


CAUGHT = {
    "a line": "try:\n        thing.sum()\n    except AttributeError:\n        pass",
    "several handlers": "try:\n        thing.sum()\n    except KeyError:\n        pass\n    except AttributeError:\n        pass",
    "a branch": "try:\n        if anything: thing.sum()\n    except AttributeError:\n        pass",
    "a loop": "for part in [thing]:\n        try: part.sum()\n        except AttributeError: continue",
    "a function": "def total(part):\n        try: return part.sum()\n        except AttributeError: return 0\n    total(thing)",
    "an axis": "def total(part):\n        try: return torch.zeros(3).sum(part)\n        except IndexError: return 0\n    total(thing)",
    "suppress": "import contextlib\n    with contextlib.suppress(AttributeError): thing.sum()",
    "pytest": "import pytest\n    with pytest.raises(AttributeError): thing.sum()",
    "a manager": "with Quiet(): thing.sum()",
    "what raises in the end": "with Quiet():\n        torch.zeros(3).sum(thing)\n        raise ValueError",
}
QUIET = """
class Quiet:
    def __enter__(self):
        return self
    def __exit__(self, *error):
        return True
"""


@pytest.mark.parametrize("case", CAUGHT)
def test_one_that_is_caught_is_one(case: str) -> None:
    thing, other = ("0", "1") if case in ("an axis", "what raises in the end") else ("z", "None")
    program = QUIET + PROGRAM.format(thing=thing, other=other, use=CAUGHT[case])
    assert [code for _, code in trace(program).codes] == ["BCE102"]


MEMBERS = """
import enum
class Kind(enum.Enum):
    ONE = 1
    def __call__(self, value): return value
    def __len__(self): return 1
    def __getitem__(self, index): return index
    def __iter__(self): return iter([1, 2])
    def __add__(self, other): return other
    def __getattr__(self, name): return 1
class Bits(enum.Flag):
    A = enum.auto()
    B = enum.auto()
"""


@pytest.mark.parametrize("use", ["thing(z)", "len(thing)", "thing[0]", "one, two = thing", "for part in thing: pass", "thing + 1", "thing.training"])
@pytest.mark.parametrize("other", ["Kind.ONE", "anything"])
def test_a_member_of_an_enum_is_what_its_class_says(use: str, other: str) -> None:
    first = {"thing(z)": "nn.ReLU()", "thing.training": "nn.ReLU()", "thing + 1": "1"}.get(use, "[1, 2]")
    assert [code for _, code in trace(MEMBERS + PROGRAM.format(thing=first, other=other, use=use)).codes] == ["BCE102"]


def test_flags_have_a_length() -> None:
    assert [code for _, code in trace(MEMBERS + PROGRAM.format(thing="[1]", other="Bits.A | Bits.B", use="len(thing)")).codes] == ["BCE102"]


@pytest.mark.parametrize("use", ["thing.sum()", "value = thing.sum()\n    other = value if flag else 1"])
def test_what_is_None_in_each_case_may_be_set_elsewhere(use: str) -> None:
    assert codes("None", "None", use) == ["BCE102"]
