"""Every row of the operations, run under torch: what it claims of the output is so, and it is called as its signature says."""

from __future__ import annotations

import random
import warnings
import zlib
from typing import Any

import pytest
import torch

from bcelint.contracts import tables
from bcelint.contracts.refusals import refuses
from bcelint.contracts.schema import Op, Result, facts_of
from bcelint.facts import DType, Interval
from tests.contracts import samples_elementwise, samples_making, samples_shapes
from tests.contracts.checking import approaches, check, values
from tests.contracts.drawing import FILLS, Drawn, Several, T, bind, draw, profile

SAMPLES: dict[str, list[tuple[Any, ...]]] = {**samples_elementwise.SAMPLES, **samples_shapes.SAMPLES, **samples_making.SAMPLES}
NO_SAMPLE = {**samples_elementwise.NO_SAMPLE, **samples_shapes.NO_SAMPLE, **samples_making.NO_SAMPLE}
ROWS = [pytest.param(row, id=row.names[0]) for row in tables.ops()]
RANDOM = {"rand", "randn", "rand_like", "randn_like", "randint", "randint_like", "normal", "normal_", "uniform_", "bernoulli", "bernoulli_"}
FAR = {"batch_norm", "layer_norm", "group_norm", "instance_norm", "rms_norm", "pairwise_distance", "Parameter"}
"""Normalised values reach the root of the size, independent points meet by chance, parameters move in training: no sample shows it."""
RUN = [pytest.param(row, id=row.names[0]) for row in tables.ops() if row.names[0] not in NO_SAMPLE]
DRAWS = 12


def resolve(name: str) -> Any:
    found: Any = torch
    for part in name.split(".")[1:]:
        found = getattr(found, part)
    return found


def parted(sample: tuple[Any, ...]) -> tuple[list[Any], dict[str, Any]]:
    if sample and isinstance(sample[-1], dict):
        return list(sample[:-1]), sample[-1]
    return list(sample), {}


def drawn(sample: tuple[Any, ...], rng: random.Random, knowing: float) -> tuple[list[Drawn], dict[str, Drawn]]:
    given, named = parted(sample)
    return [draw(s, rng, i, knowing) for i, s in enumerate(given)], {k: draw(v, rng, 50 + i, knowing) for i, (k, v) in enumerate(named.items())}


def run(row: Op, name: str, given: list[Drawn], named: dict[str, Drawn]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if row.attribute:
            return getattr(given[0].value, name.rpartition(".")[2])
        if name in ("torch.Tensor", *(f"torch.{n}Tensor" for n in ("Double", "Float", "Half"))) and given and type(given[0].value) is tuple:
            return resolve(name)(list(given[0].value))
        return resolve(name)(*[d.value for d in given], **{k: d.value for k, d in named.items()})


def leaves(given: list[Drawn], named: dict[str, Drawn]) -> list[torch.Tensor]:
    return [leaf for d in (*given, *named.values()) for leaf in d.leaves]


def seeded(*parts: object) -> random.Random:
    torch.default_generator.manual_seed(zlib.crc32(repr(parts).encode()))
    return random.Random(zlib.crc32(repr(parts).encode()))


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_a_sample(row: Op) -> None:
    assert row.names[0] in SAMPLES, "a row without a sample call"
    assert SAMPLES[row.names[0]] or row.names[0] in NO_SAMPLE


def test_no_sample_is_orphaned() -> None:
    assert set(SAMPLES) <= {row.names[0] for row in tables.ops()}


@pytest.mark.parametrize("row", ROWS)
def test_every_name_exists(row: Op) -> None:
    for name in row.names:
        assert resolve(name) is not None


@pytest.mark.parametrize(
    ("name", "sample"), [("torch.rand", (20000,)), ("torch.randint", (-3, 4, (2000,))), ("torch.Tensor.uniform_", (T((20000,)), -1.0, 1.0))]
)
def test_random_tensors_reach_their_ends(name: str, sample: tuple[Any, ...]) -> None:
    row = tables.op(name)
    assert row is not None
    given, _ = exactly(sample, seeded(name), ("uniform", "uniform"))
    interval = claimed_tight(row, sample, seeded(name))
    actual = run(row, name, given, {})
    assert interval is not None
    assert approaches(interval, *(float(f) for f in values(actual).aminmax()))


@pytest.mark.parametrize("row", RUN)
def test_claims_hold(row: Op) -> None:
    """With much or little known of the arguments, in all dtypes, ranges and fills that torch accepts."""
    for number, sample in enumerate(SAMPLES[row.names[0]]):
        ran = 0
        for turn in range(DRAWS):
            name = row.names[turn % len(row.names)]
            rng = seeded(name, number, turn)
            given, named = drawn(sample, rng, 1 if turn < 4 else 0.6)
            args = bind(row.params, row.variadic, given, named)
            try:
                actual = run(row, name, given, named)
            except (RuntimeError, TypeError, IndexError, ValueError, NotImplementedError):
                continue
            ran += 1
            assert not refuses(row, args), f"torch takes {name}{sample} turn {turn}"
            check(tables.outcome(row, args), args.facts(row.main), actual, leaves(given, named), f"{name}{sample} turn {turn}")
        assert ran, f"torch never ran {row.names[0]}{sample}"


@pytest.mark.parametrize("row", [p for p in RUN if p.values[0].names[0].rpartition(".")[2] not in RANDOM | FAR])
def test_tight_ranges_are_approached(row: Op) -> None:
    """Where both ends are claimed to be approached, some filling of the arguments comes near each."""
    for number, sample in enumerate(SAMPLES[row.names[0]]):
        for turn in range(3):
            interval = claimed_tight(row, sample, seeded(row.names[0], number, turn))
            if interval is None:
                continue
            found: list[float] = []
            for one in FILLS:
                for other in FILLS if tensors(sample) > 1 else FILLS[:1]:
                    found += reached(row, sample, seeded(row.names[0], number, turn), (one, other))
            if found:
                assert approaches(interval, min(found), max(found)), f"{row.names[0]}{sample}: [{min(found)}, {max(found)}] of {interval}"


def tensors(sample: tuple[Any, ...]) -> int:
    return sum(isinstance(s, (T, Several)) for s in sample)


def told(sample: tuple[Any, ...], rng: random.Random) -> list[Any]:
    out = []
    for spec in parted(sample)[0]:
        if isinstance(spec, T):
            dtype = torch.float32 if spec.dtypes in ("any", "float", "float32") else spec.dtype(rng)
            out.append((dtype, *profile(spec, dtype, rng)))
        else:
            out.append((torch.float32, *profile(T(), torch.float32, rng)))
    return out


def exactly(sample: tuple[Any, ...], rng: random.Random, fills: tuple[str, str]) -> tuple[list[Drawn], dict[str, Drawn]]:
    profiles = told(sample, rng)
    given, named = parted(sample)
    return (
        [draw(s, rng, i, 1, fills[min(i, 1)], profiles[i]) for i, s in enumerate(given)],
        {k: draw(v, rng, 50 + i, 1) for i, (k, v) in enumerate(named.items())},
    )


def claimed_tight(row: Op, sample: tuple[Any, ...], rng: random.Random) -> Interval | None:
    if any(isinstance(v, T) for v in parted(sample)[1].values()):  # only positional ones are filled to their ends
        return None
    given, named = exactly(sample, rng, ("uniform", "uniform"))
    args = bind(row.params, row.variadic, given, named)
    outcome = tables.outcome(row, args)
    if not isinstance(outcome, Result):
        return None
    facts = facts_of(outcome, args.facts(row.main), None)
    if facts.value("dtype") is DType.BOOL:  # that what is compared may turn out either way is taken for granted
        return None
    interval = facts.interval
    return interval if interval is not None and interval.tight else None


def reached(row: Op, sample: tuple[Any, ...], rng: random.Random, fills: tuple[str, str]) -> list[float]:
    given, named = exactly(sample, rng, fills)
    try:
        actual = run(row, row.names[0], given, named)
    except (RuntimeError, TypeError, IndexError, ValueError, NotImplementedError):
        return []
    found = values(torch.as_tensor(actual))
    return [float(found.min()), float(found.max())] if found.numel() else []
