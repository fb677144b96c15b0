"""How range and kind go through arithmetic: what logits, probabilities and their logs become."""

from __future__ import annotations

import math
from typing import Any

import pytest

from bcelint.contracts import tables
from bcelint.contracts.schema import UNKNOWN, Arg, Args, Result, facts_of
from bcelint.facts import (
    NON_NEGATIVE,
    NON_POSITIVE,
    SYMMETRIC,
    UNBOUNDED,
    UNIT,
    Claim,
    DType,
    Facts,
    Interval,
    Kind,
    Shape,
)

COUNT = iter(range(10**6))


def tensor(interval: Interval | None = None, kind: Kind | None = None, **more: Any) -> Arg:
    facts = Facts(
        None if interval is None else Claim(interval),
        None if kind is None else Claim(kind),
        more.get("axis"),
        Claim(more["dtype"]) if "dtype" in more else None,
        Claim(more["shape"]) if "shape" in more else None,
    )
    return Arg(facts, is_tensor=more.get("is_tensor", True), sources=more.get("sources", frozenset({next(COUNT)})))


def number(value: Any) -> Arg:
    return Arg(constant=value, is_tensor=False)


def ask(name: str, *given: Arg, **named: Arg) -> Facts:
    row = tables.op(name)
    assert row is not None
    bound = {p.name: a for p, a in zip(row.params, given)}
    args = Args({**bound, **named}, row.params, given[len(row.params) :])
    outcome = tables.outcome(row, args)
    if outcome is None:
        return Facts()
    assert isinstance(outcome, Result)
    return facts_of(outcome, args.facts(row.main), None)


LOGITS = tensor(UNBOUNDED, Kind.LOGITS)
P, Q = tensor(UNIT, Kind.PROBABILITIES), tensor(UNIT, Kind.PROBABILITIES)
LOGP = tensor(NON_POSITIVE, Kind.LOG_PROBABILITIES, axis=1)
TANH = tensor(SYMMETRIC)
NOTHING = tensor()
MASK = tensor(UNIT)


@pytest.mark.parametrize("name", ["torch.add", "torch.sub", "torch.mul", "torch.div"])
@pytest.mark.parametrize("other", [number(2.0), NOTHING, MASK, tensor(UNBOUNDED, Kind.LOGITS)])
def test_logits_stay_logits_with_anything_independent(name: str, other: Arg) -> None:
    found = ask(name, LOGITS, other)
    assert found.value("kind") is Kind.LOGITS
    assert found.interval == UNBOUNDED


@pytest.mark.parametrize("name", ["torch.add", "torch.sub", "torch.mul", "torch.div"])
@pytest.mark.parametrize("sources", [LOGITS.sources, None])
def test_logits_with_what_may_be_computed_from_them_are_logits_no_more(name: str, sources: frozenset[int] | None) -> None:
    known = ask(name, LOGITS, tensor(UNBOUNDED, sources=sources))
    assert known.value("kind") is None
    assert known.interval is not None
    assert not known.interval.tight
    unknown = ask(name, LOGITS, tensor(sources=sources))
    assert unknown.value("kind") is None
    assert unknown.interval is None


def test_one_minus_probabilities() -> None:
    found = ask("torch.sub", number(1), P)
    assert (found.value("kind"), found.interval) == (Kind.PROBABILITIES, UNIT)
    assert ask("torch.sub", P, number(1)).value("kind") is None
    assert ask("torch.sub", number(2), P).value("kind") is None


def test_products_of_probabilities() -> None:
    assert ask("torch.mul", P, Q).value("kind") is Kind.PROBABILITIES
    assert ask("torch.mul", P, Q).interval == UNIT
    assert ask("torch.mul", P, MASK).value("kind") is Kind.PROBABILITIES
    assert ask("torch.mul", P, number(0.5)).value("kind") is None
    assert ask("torch.mul", P, number(0.5)).interval == Interval(0.0, 0.5)
    assert ask("torch.mul", P, P).interval == UNIT.loosely()


def test_sums_of_probabilities() -> None:
    total = ask("torch.add", P, Q)
    assert total.value("kind") is None
    assert total.interval == Interval(0.0, 2.0)
    mean = ask("torch.div", tensor(total.interval), number(2))
    assert (mean.value("kind"), mean.interval) == (Kind.PROBABILITIES, UNIT)


def test_an_epsilon_changes_nothing() -> None:
    for name, eps in (("torch.add", 1e-7), ("torch.sub", 1e-3), ("torch.add", -1e-6)):
        found = ask(name, P, number(eps))
        assert (found.value("kind"), found.interval) == (Kind.PROBABILITIES, UNIT)
    assert ask("torch.add", P, number(0.01)).value("kind") is None


def test_a_shifted_tanh_is_a_probability() -> None:
    shifted = ask("torch.add", TANH, number(1))
    assert (shifted.value("kind"), shifted.interval) == (None, Interval(0.0, 2.0))
    halved = ask("torch.div", tensor(shifted.interval), number(2))
    assert (halved.value("kind"), halved.interval) == (Kind.PROBABILITIES, UNIT)
    scaled = ask("torch.mul", number(0.5), tensor(shifted.interval))
    assert scaled.value("kind") is Kind.PROBABILITIES
    assert ask("torch.div", tensor(Interval(0.0, 2.0, tight=False)), number(2)).value("kind") is None
    assert ask("torch.sub", number(1), MASK).value("kind") is None


@pytest.mark.parametrize(
    ("name", "given", "tight"),
    [
        ("torch.round", (0.0, 1.0), True),
        ("torch.round", (-1.0, 255.0), True),
        ("torch.round", (0.5, 3.0), False),
        ("torch.round", (0.0, 1.5), False),
        ("torch.round", (0.0, math.inf), True),
        ("torch.floor", (0.0, 1.0), False),
        ("torch.floor", (0.0, 1.5), True),
        ("torch.ceil", (0.0, 1.0), False),
        ("torch.ceil", (-0.5, 1.0), True),
        ("torch.trunc", (-1.0, 0.5), False),
        ("torch.trunc", (-1.5, 1.5), True),
    ],
)
def test_rounding_reaches_what_no_step_lies_before(name: str, given: tuple[float, float], tight: bool) -> None:
    found = ask(name, tensor(Interval(*given), dtype=DType.FLOAT32)).interval
    assert found is not None
    assert found.tight is tight
    loose = ask(name, tensor(Interval(*given, tight=False), dtype=DType.FLOAT32)).interval
    assert loose is not None
    assert not loose.tight


def test_exp_and_log() -> None:
    p = ask("torch.exp", LOGP)
    assert (p.value("kind"), p.axis, p.interval) == (Kind.PROBABILITIES, 1, UNIT)
    assert ask("torch.exp", LOGITS).value("kind") is None
    log = ask("torch.log", tensor(UNIT, Kind.PROBABILITIES, axis=1))
    assert (log.value("kind"), log.axis, log.interval) == (Kind.LOG_PROBABILITIES, 1, NON_POSITIVE)
    assert ask("torch.log", MASK).value("kind") is None
    assert ask("torch.neg", LOGP).value("kind") is None
    assert ask("torch.neg", LOGITS).value("kind") is Kind.LOGITS


def test_clamp() -> None:
    kept = ask("torch.clamp", P, number(1e-7), number(1 - 1e-7))
    assert kept.value("kind") is Kind.PROBABILITIES
    assert ask("torch.clamp", P, number(1e-7)).value("kind") is Kind.PROBABILITIES
    score = ask("torch.clamp", LOGITS, number(0), number(1))
    assert (score.value("kind"), score.interval) == (None, UNIT)
    assert ask("torch.clamp", NOTHING, number(0)).interval == NON_NEGATIVE.loosely()
    assert ask("torch.clamp", NOTHING, Arg(constant=UNKNOWN)).interval is None


@pytest.mark.parametrize("name", ["torch.mean", "torch.amax", "torch.max", "torch.min", "torch.median"])
def test_reductions_that_keep_the_kind(name: str) -> None:
    found = ask(name, P)
    assert found.value("kind") is Kind.PROBABILITIES
    assert found.interval is not None
    assert found.interval.within(UNIT)
    assert ask(name, LOGITS).interval == UNBOUNDED


def test_sum() -> None:
    assert ask("torch.sum", P).value("kind") is None
    assert ask("torch.sum", P).interval == NON_NEGATIVE.loosely()
    assert ask("torch.sum", LOGITS).value("kind") is Kind.LOGITS
    assert ask("torch.sum", LOGITS).interval == UNBOUNDED
    assert ask("torch.sum", TANH).interval == UNBOUNDED.loosely()
    assert ask("torch.mean", LOGP).value("kind") is None


def test_a_dot_product_is_unbounded_but_logits_only_from_logits() -> None:
    one, other = tensor(UNBOUNDED), tensor(UNBOUNDED)
    assert ask("torch.mul", one, other).interval == UNBOUNDED
    assert ask("torch.mul", one, other).value("kind") is None
    assert ask("torch.matmul", one, other).interval == UNBOUNDED
    assert ask("torch.matmul", one, NOTHING).interval is None


def test_cosine_similarity() -> None:
    assert ask("torch.cosine_similarity", tensor(UNBOUNDED), tensor(UNBOUNDED)).interval == SYMMETRIC
    assert ask("torch.cosine_similarity", MASK, tensor(NON_NEGATIVE)).interval == UNIT.loosely()
    assert ask("torch.nn.functional.normalize", tensor(NON_NEGATIVE)).interval == UNIT.loosely()


def test_a_softmax_over_one_class_is_constant() -> None:
    found = ask("torch.softmax", tensor(UNBOUNDED, shape=Shape((None, 1), open=True)), number(-1))
    assert (found.interval, found.axis) == (Interval(1.0, 1.0), -1)
    assert ask("torch.log_softmax", tensor(UNBOUNDED, shape=Shape((8, 1))), number(1)).interval == Interval(0.0, 0.0)
    assert ask("torch.softmax", tensor(UNBOUNDED, shape=Shape((8, 2))), number(1)).interval == UNIT


def test_labels_of_plus_and_minus_one_leave_the_unit_interval() -> None:
    doubled = ask("torch.mul", tensor(UNIT, dtype=DType.FLOAT32), number(2))
    found = ask("torch.sub", tensor(doubled.interval, dtype=DType.FLOAT32), number(1))
    assert found.interval == SYMMETRIC


def test_integers_wrap_around() -> None:
    found = ask("torch.mul", tensor(Interval(0.0, 255.0), dtype=DType.UINT8), number(2))
    assert found.interval == Interval(0.0, 255.0, tight=False)
    assert ask("torch.div", tensor(Interval(0.0, 255.0), dtype=DType.UINT8), number(255)).interval == UNIT
    assert ask("torch.div", tensor(dtype=DType.INT64), number(2)).value("dtype") is DType.FLOAT32


def test_an_unknown_operand_may_be_a_tensor() -> None:
    """Sizes other than 1 survive it; the width of 1 does not."""
    unknown = Arg(is_tensor=None, sources=None)
    assert ask("torch.mul", tensor(shape=Shape((None, 10))), unknown).value("shape") == Shape((None, 10), open=True)
    assert ask("torch.mul", tensor(shape=Shape((None, 1))), unknown).value("shape") == Shape((None, None), open=True)
    assert ask("torch.mul", tensor(shape=Shape((None, 1))), Arg(is_tensor=False)).value("shape") == Shape((None, 1))


def test_dependent_operands_are_never_tight() -> None:
    x = tensor(Interval(2.0, 5.0))
    for name in ("torch.add", "torch.sub", "torch.mul", "torch.div", "torch.maximum", "torch.minimum"):
        found = ask(name, x, x).interval
        assert found is not None
        assert not found.tight, name


def test_infinite_constants_do_not_make_nans() -> None:
    found = ask("torch.add", tensor(UNBOUNDED), number(math.inf)).interval
    assert found is not None
    assert found.low == -math.inf


def test_activations_of_what_is_not_known() -> None:
    assert ask("torch.sigmoid", NOTHING).interval == UNIT
    assert ask("torch.tanh", NOTHING).interval == SYMMETRIC
    assert ask("torch.relu", NOTHING).interval == NON_NEGATIVE.loosely()
    assert ask("torch.relu", LOGITS).interval == NON_NEGATIVE
    assert ask("torch.sigmoid", tensor(NON_NEGATIVE)).interval == Interval(0.5, 1.0)


def test_a_view_as_another_dtype_says_nothing() -> None:
    found = ask("torch.Tensor.view", P, Arg(constant=DType.INT32, is_tensor=False))
    assert found == Facts()
