"""Random tensors with what is truly known of them, and the calls made of these."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from typing import Any

import torch

from bcelint.contracts.schema import UNKNOWN, Arg, Args, Param
from bcelint.facts import NON_NEGATIVE, NON_POSITIVE, SYMMETRIC, UNBOUNDED, UNIT, Claim, Dim, DType, Facts, Interval, Kind, Shape
from bcelint.runtime.memory import DTYPES

HUGE = 1e4
FLOATS = [torch.float32, torch.float32, torch.float64]
INTS = [torch.int64, torch.int32, torch.uint8]
RANGES: list[tuple[Interval, Kind | None]] = [
    (UNBOUNDED, None),
    (UNBOUNDED, Kind.LOGITS),
    (UNIT, None),
    (UNIT, Kind.PROBABILITIES),
    (NON_POSITIVE, Kind.LOG_PROBABILITIES),
    (NON_NEGATIVE, None),
    (SYMMETRIC, None),
    (Interval(2.0, 5.0), None),
    (Interval(-7.0, -3.0), None),
    (Interval(0.0, 255.0), None),
    (Interval(-2.0, 3.0), None),
    (Interval(0.0, 0.0), None),
]
FILLS = ("low", "high", "uniform", "mixed", "constant", "zero", "spike", "dip")


@dataclass(frozen=True)
class T:
    """A tensor argument: its shape, the dtypes it may have (``float``, ``int``, ``bool``, ``any``), and its range where that matters."""

    shape: tuple[int, ...] = (2, 3)
    dtypes: str = "float"
    range: Interval | None = None
    unit: bool = False
    """Only ranges inside [0, 1]."""

    def dtype(self, rng: random.Random) -> torch.dtype:
        choices = {"float": FLOATS, "float32": [torch.float32], "int": INTS, "long": [torch.int64], "bool": [torch.bool]}
        if self.dtypes == "any":
            return rng.choice([*FLOATS, *FLOATS, *INTS, torch.bool])
        return rng.choice(choices[self.dtypes])


@dataclass(frozen=True)
class Several:
    """A list of tensors."""

    parts: tuple[Any, ...]


@dataclass
class Drawn:
    """One value of a call, with its ``Arg`` as far as the draw lets it be known."""

    value: Any
    arg: Arg
    leaves: list[torch.Tensor] = field(default_factory=list)


def profile(spec: T, dtype: torch.dtype, rng: random.Random) -> tuple[Interval, Kind | None]:
    """A range and a kind that a tensor of this dtype can have."""
    if dtype is torch.bool:
        return UNIT, None
    if spec.range is not None:
        return spec.range, None
    if not dtype.is_floating_point:
        low = 0.0 if dtype is torch.uint8 else rng.choice([-3.0, 0.0, -255.0])
        return Interval(low, rng.choice([1.0, 9.0, 255.0])), None
    options = [r for r in RANGES if r[0].within(UNIT)] if spec.unit else RANGES
    return rng.choice(options)


def filled(shape: tuple[int, ...], dtype: torch.dtype, interval: Interval, fill: str, rng: random.Random) -> torch.Tensor:
    """Values in ``interval``, huge ones for its infinite ends, crowded as ``fill`` says."""
    low, high = max(interval.low, -HUGE), min(interval.high, HUGE)
    generator = torch.Generator().manual_seed(rng.randrange(2**31))
    share = torch.rand(shape, generator=generator, dtype=torch.float64)
    if fill == "low":
        share = share * 1e-7
    elif fill == "high":
        share = 1 - share * 1e-7
    elif fill == "mixed":
        share = share.round()
    elif fill == "constant":
        share = torch.full(shape, float(torch.rand((), generator=generator)), dtype=torch.float64)
    elif fill == "uniform" and math.isinf(interval.high - interval.low):
        values = torch.randn(shape, generator=generator, dtype=torch.float64)
        return values.clamp(low, high).to(dtype)
    elif fill in ("zero", "spike", "dip") and low <= 0 <= high:
        lone = torch.zeros(shape, dtype=torch.float64).reshape(-1)
        lone[:1] = {"zero": 0.0, "spike": high, "dip": low}[fill]
        return lone.reshape(shape).to(dtype)
    values = low + share * (high - low)
    return values.to(dtype) if dtype.is_floating_point else values.round().to(dtype)


def draw_tensor(spec: T, rng: random.Random, source: int, knowing: float, fill: str | None = None, told: Any = None) -> Drawn:
    """A tensor, of whose facts each is known with probability ``knowing``; ``told`` fixes (dtype, range, kind).

    Only that it holds integers is always known: where no dtype is, the tables reckon with floats, which don't wrap around.
    """
    dtype, interval, kind = told or (None, None, None)
    if dtype is None:
        dtype = spec.dtype(rng)
        interval, kind = profile(spec, dtype, rng)
    value = filled(spec.shape, dtype, interval, fill or rng.choice(FILLS), rng)
    grad = dtype.is_floating_point and rng.random() < 0.7
    leaf = value.requires_grad_(grad)
    known = [rng.random() < knowing for _ in range(5)]
    facts = Facts(
        range=Claim(interval) if known[0] else None,
        kind=Claim(kind) if known[0] and known[1] and kind is not None else None,
        dtype=Claim(DTYPES[dtype] if knowing == 1 else blurred_dtype(dtype, rng)) if known[2] or not dtype.is_floating_point else None,
        shape=Claim(blurred(spec.shape, rng, knowing)) if known[3] else None,
        grad=Claim(grad) if known[4] else None,
    )
    is_tensor = True if knowing == 1 else rng.choice([True, True, None])
    return Drawn(leaf.clone(), Arg(facts, is_tensor=is_tensor, sources=frozenset({source})), [leaf])


def blurred_dtype(dtype: torch.dtype, rng: random.Random) -> DType:
    exact = DTYPES[dtype]
    if rng.random() < 0.3:
        return DType.FLOATING if exact.is_floating else DType.INTEGRAL if exact.is_integral else exact
    return exact


def blurred(shape: tuple[int, ...], rng: random.Random, knowing: float) -> Shape:
    """``shape`` with some sizes unknown or named, perhaps open. A size's name tells its value: ``s3``."""
    if knowing == 1:
        return Shape(shape)
    dims: list[Dim] = [rng.choice([d, d, d, None, f"s{d}"]) for d in shape]
    if rng.random() < 0.3:
        return Shape(tuple(dims[rng.randint(0, len(dims)) :]), open=True)
    return Shape(tuple(dims))


def draw_constant(value: Any, rng: random.Random, knowing: float) -> Drawn:
    """A Python value; a number may also be unknown, or known by a name only."""
    if isinstance(value, torch.dtype):
        return Drawn(value, Arg(constant=rng.choice([DTYPES[value], str(value)]), is_tensor=False))
    if isinstance(value, torch.device):
        return Drawn(value, Arg(constant=str(value), is_tensor=False))
    if isinstance(value, (tuple, list)):
        if rng.random() < 0.5 and not any(isinstance(v, (tuple, list)) for v in value):
            return Drawn(value, Arg(constant=tuple(value), is_tensor=False, is_size=_is_size(value, rng)))
        return Drawn(value, Arg(items=tuple(draw_constant(v, rng, knowing).arg for v in value), is_tensor=False, is_size=_is_size(value, rng)))
    if isinstance(value, (bool, int, float)) and rng.random() > knowing:
        symbol = f"s{value}" if type(value) is int and value >= 0 and rng.random() < 0.5 else None
        return Drawn(value, Arg(symbol=symbol, is_tensor=rng.choice([False, None]), constant=UNKNOWN))
    return Drawn(value, Arg(constant=value, is_tensor=False))


def _is_size(value: Any, rng: random.Random) -> bool | None:
    return rng.choice([isinstance(value, torch.Size), isinstance(value, torch.Size), None])


def draw(spec: Any, rng: random.Random, source: int, knowing: float, fill: str | None = None, told: Any = None) -> Drawn:
    if isinstance(spec, T):
        return draw_tensor(spec, rng, source, knowing, fill, told)
    if isinstance(spec, Several):
        parts = [draw(p, rng, source * 100 + i, knowing, fill, told) for i, p in enumerate(spec.parts)]
        items = tuple(p.arg for p in parts)
        arg = Arg(items=items, is_tensor=False)
        if knowing < 1 and rng.random() < 0.2:
            arg = Arg(items=items[:-1], rest=items[-1], is_tensor=False)
        return Drawn([p.value for p in parts], arg, [leaf for p in parts for leaf in p.leaves])
    return draw_constant(spec, rng, knowing)


def bind(params: tuple[Param, ...], variadic: bool, given: list[Drawn], named: dict[str, Drawn]) -> Args:
    """The arguments by the row's parameter names, as the tracer binds them."""
    positional = [p.name for p in params if not p.keyword_only]
    if len(given) > len(positional) and not variadic:
        raise TypeError(f"{len(given)} arguments for {positional}")
    bound = {name: d.arg for name, d in zip(positional, given)}
    bound.update({name: d.arg for name, d in named.items()})
    unknown = set(bound) - {p.name for p in params}
    if unknown:
        raise TypeError(f"unknown parameters {unknown}")
    return Args(bound, params, [d.arg for d in given[len(positional) :]])
