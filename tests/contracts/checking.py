"""Whether what a row claims of an output is so."""

from __future__ import annotations

import math
from typing import Any

import torch

from bcelint.contracts.schema import Many, Result, facts_of
from bcelint.facts import DType, Facts, Interval, Kind, Shape
from tests.contracts.drawing import DTYPES

SLACK = 1.1e-3
"""What epsilons and float32 may add to an end."""


def check(outcome: Any, main: Facts, actual: Any, leaves: list[torch.Tensor], name: str) -> None:
    """Assert that every claim of ``outcome`` holds of ``actual``."""
    if outcome is None:
        return
    if isinstance(outcome, tuple):
        assert isinstance(actual, (tuple, list)), f"{name}: {actual!r} is no tuple"
        assert len(outcome) == len(actual), f"{name}: {len(actual)} outputs, {len(outcome)} claimed"
        for one, other in zip(outcome, actual):
            check(one, main, other, leaves, name)
    elif isinstance(outcome, Many):
        assert isinstance(actual, (tuple, list)), f"{name}: no tuple"
        assert outcome.count in (None, len(actual)), f"{name}: {len(actual)} outputs, {outcome.count} claimed"
        for one in actual:
            check(outcome.each, main, one, leaves, name)
    else:
        assert isinstance(outcome, Result)
        if not isinstance(actual, torch.Tensor):
            actual = torch.as_tensor(actual)
        check_facts(facts_of(outcome, main, None), actual, leaves, name)


def check_facts(facts: Facts, actual: torch.Tensor, leaves: list[torch.Tensor], name: str) -> None:
    if facts.interval is not None:
        check_range(facts.interval, actual, name)
    if facts.kind is not None and "dropout" not in name:  # which scales probabilities up in training, and is none of the loss's business
        within = {Kind.PROBABILITIES: Interval(0.0, 1.0), Kind.LOG_PROBABILITIES: Interval(-math.inf, 0.0)}.get(facts.kind.value)
        if within is not None:
            check_range(within, actual, f"{name}, as {facts.kind.value}")
    if facts.dtype is not None:
        assert is_dtype(facts.dtype.value, actual.dtype), f"{name}: {actual.dtype}, claimed {facts.dtype.value}"
    if facts.shape is not None:
        assert fits(facts.shape.value, tuple(actual.shape)), f"{name}: {tuple(actual.shape)}, claimed {facts.shape.value}"
    if facts.grad is not None:
        flows = has_gradient(actual, leaves)
        if facts.grad.value:
            assert actual.requires_grad, f"{name}: no gradient, though claimed"
        else:
            assert not flows, f"{name}: a gradient, claimed to be cut"


def values(actual: torch.Tensor) -> torch.Tensor:
    flat = actual.detach().reshape(-1)
    flat = flat.to(torch.float64) if not flat.is_complex() else flat.real.to(torch.float64)
    return flat[~flat.isnan()]


def check_range(interval: Interval, actual: torch.Tensor, name: str) -> None:
    found = values(actual)
    if not found.numel():
        return
    low, high = float(found.min()), float(found.max())
    room = SLACK + 1e-4 * max(abs(e) for e in (interval.low, interval.high, 0.0) if math.isfinite(e))
    assert low >= interval.low - room, f"{name}: {low} below {interval}"
    assert high <= interval.high + room, f"{name}: {high} above {interval}"


def approaches(interval: Interval, low: float, high: float) -> bool:
    """Whether the values found come near both ends."""
    return near(interval.low, low) and near(interval.high, high)


def near(end: float, found: float) -> bool:
    if math.isinf(end):
        return abs(found) > 8 and (found > 0) == (end > 0)
    return abs(found - end) <= 0.02 + 0.02 * abs(end)


def is_dtype(claimed: DType, actual: torch.dtype) -> bool:
    exact = DTYPES[actual]
    if claimed is DType.FLOATING:
        return exact.is_floating
    if claimed is DType.INTEGRAL:
        return exact.is_integral
    return exact is claimed


def fits(claimed: Shape, actual: tuple[int, ...]) -> bool:
    if len(actual) < len(claimed.dims) or (not claimed.open and len(actual) != len(claimed.dims)):
        return False
    tail = actual[len(actual) - len(claimed.dims) :]
    return all(d is None or d == n or d == f"s{n}" for d, n in zip(claimed.dims, tail))


def has_gradient(actual: torch.Tensor, leaves: list[torch.Tensor]) -> bool:
    """Whether any gradient other than zero reaches a leaf."""
    wanted = [leaf for leaf in leaves if leaf.requires_grad]
    if not actual.requires_grad or not wanted:
        return False
    total = actual.real.sum() if actual.is_complex() else actual.sum()
    try:
        found = torch.autograd.grad(total, wanted, retain_graph=True, allow_unused=True)
    except (RuntimeError, NotImplementedError) as error:
        assert "derivative" in str(error), error  # noqa: PT017
        return False
    return any(g is not None and bool((g.nan_to_num() != 0).any()) for g in found)
