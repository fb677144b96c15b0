"""Generated programs: what bcelint infers and what the watcher observes against what was put into them, and what torch does with them."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from hypothesis import HealthCheck, given, settings

from tests.differential.endings import ENDINGS, LOGITS
from tests.differential.grammar import programs
from tests.differential.oracle import Expected, Facts, expected
from tests.differential.program import Program
from tests.differential.run import Broken, compare
from tests.differential.targets import PER_ELEMENT

PROGRAMS = 250
UNKNOWN = 0.05
PARTLY = 0.1
"""The shares of loss calls that may stay unknown, and partly known."""


def test_what_is_put_in_inferred_and_observed_agrees() -> None:
    calls = unknown = partly = watched = 0

    @settings(max_examples=PROGRAMS, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(programs())
    def check(program: Program) -> None:
        nonlocal calls, unknown, partly, watched
        found = compare(program)
        calls += len(program.expected)
        unknown += len(found.unknown) + len(found.unseen)
        partly += len(found.partly)
        watched += found.watched
        assert not found.disagrees, f"{found}\n{program}"

    check()
    assert calls >= PROGRAMS
    assert watched == calls
    assert unknown <= UNKNOWN * calls
    assert partly <= PARTLY * calls


RIGHT = """\
import torch
from torch import nn

net = nn.Sequential(nn.Linear(5, 1), nn.Sigmoid())
loss = nn.BCELoss()(net(torch.randn(8, 5)), torch.rand(8, 1))  # loss a
"""
WRONG = RIGHT.replace("BCELoss", "BCEWithLogitsLoss")
CRASHING = RIGHT.replace(", nn.Sigmoid()", ").requires_grad_(").replace("randn(8, 5)", "randn(8, 5) * 99")
FINE = Expected(frozenset(), frozenset({""}))
MISUSE = Expected(frozenset({"BCE102"}), frozenset({""}))


def program(text: str, expected: Expected) -> Program:
    return Program({"main.py": text}, {"a": expected})


def test_comparison_sees_a_misuse_that_is_none() -> None:
    found = compare(program(WRONG, FINE))
    assert found.false == found.phantom == {("main.py", 5, "BCE102")}


def test_comparison_sees_a_missed_misuse() -> None:
    found = compare(program(RIGHT, MISUSE))
    assert found.missed == found.overlooked == {("main.py", 5, "BCE102")}


def test_comparison_tells_the_two_witnesses_apart() -> None:
    only_observed = WRONG.replace("net(torch.randn(8, 5))", "eval('net(torch.randn(8, 5))')")
    found = compare(program(only_observed, FINE))
    assert found.disagrees
    assert (found.false, found.phantom) == (set(), {("main.py", 5, "BCE102")})
    found = compare(program(WRONG.replace("loss = ", "with torch._C.DisableTorchFunction():\n    loss = "), MISUSE))
    assert found.disagrees
    assert (found.missed, found.overlooked) == (set(), {("main.py", 6, "BCE102")})


def test_limits_of_the_watcher_are_not_held_against_it() -> None:
    detached = CRASHING.replace("99), ", "99).detach(), ").replace("  # loss", " + 0 * sum(p.sum() for p in net.parameters())  # loss")
    codes = frozenset({"BCE101", "BCE303"})
    found = compare(program(detached + "loss.backward()\n", Expected(codes, frozenset({"RuntimeError"}))))
    assert {code for _, _, code in found.limits} == {"BCE303"}
    assert not found.disagrees


def test_what_the_run_did_not_come_to_is_not_asked_of_the_watcher() -> None:
    text = f"{CRASHING}{WRONG.splitlines()[-1].replace('loss a', 'loss b')}\n"
    both = Program({"main.py": text}, {"a": Expected(frozenset({"BCE101"}), frozenset({"RuntimeError"})), "b": FINE})
    found = compare(both)
    assert (found.watched, found.phantom, found.overlooked) == (1, set(), set())


def test_comparison_counts_what_is_unknown_or_unseen() -> None:
    hidden = RIGHT.replace("nn.BCELoss()(", "eval('nn.BCELoss()')(")
    assert compare(program(hidden, FINE)).unseen == {("main.py", 5)}
    unknown = RIGHT.replace("net(torch.randn(8, 5))", "eval('torch.rand(8, 1)')")
    assert set(compare(program(unknown, FINE)).unknown) == {("main.py", 5)}


def test_run_must_end_as_the_oracle_says() -> None:
    raises = Expected(frozenset({"BCE101"}), frozenset({"RuntimeError"}))
    assert not compare(program(CRASHING, raises)).disagrees
    with pytest.raises(Broken, match="ends with RuntimeError"):
        compare(program(CRASHING, Expected(frozenset({"BCE101"}), frozenset({""}))))
    with pytest.raises(Broken, match="ends with no error"):
        compare(program(RIGHT, raises))
    with pytest.raises(Broken, match="never reached"):
        compare(program(RIGHT.replace("loss = ", "if False:\n    loss = "), FINE))
    with pytest.raises(Broken, match="away from every loss call"):
        compare(program("1 / 0\n" + RIGHT, FINE))


def test_oracle_leaves_the_rest_undecided() -> None:
    tanh = next(ending for ending in ENDINGS if ending.name == "shifted tanh")
    target = next(t for t in PER_ELEMENT if (t.holds, t.dtype, t.shape) == ("unit", "float32", "N1"))
    assert expected(Facts("BCEWithLogitsLoss", tanh, "N1", target)) is None  # in [0, 1], but no probability that anyone made
    assert expected(Facts("BCELoss", tanh, "N1", target)) == FINE
    assert expected(Facts("BCELoss", LOGITS, "N1", target)) == Expected(frozenset({"BCE101"}), frozenset({"RuntimeError"}))
