"""Sizes behind convolutions and pooling, against torch."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Mapping
from typing import Any

import pytest
import torch

from bcelint.contracts import tables
from bcelint.contracts.schema import Arg, Args, outcome_of
from bcelint.facts import Claim, Dim, Facts, Shape

KERNELS: dict[str, list[Any]] = {"kernel_size": [1, 2, 3], "stride": [None, 1, 2, 3]}
PADDED: dict[str, list[Any]] = {**KERNELS, "padding": [0, 1]}
TORN: dict[str, list[Any]] = {**PADDED, "dilation": [1, 2]}
CEIL: dict[str, list[Any]] = {"ceil_mode": [False, True]}
CHANNELS: dict[str, list[Any]] = {"in_channels": [3], "out_channels": [4]}
SPACE: dict[str, dict[str, list[Any]]] = {
    "Conv1d": {**CHANNELS, **TORN, "padding": [0, 1, 2, "same", "valid"]},
    "ConvTranspose1d": {**CHANNELS, **TORN, "output_padding": [0, 1]},
    "MaxPool1d": {**TORN, **CEIL},
    "AvgPool1d": {**PADDED, **CEIL},
    "LPPool1d": {"norm_type": [2], **KERNELS, **CEIL},
}


def size_behind(name: str, given: Mapping[str, Any], size: Dim) -> Dim:
    row = tables.layer(f"torch.nn.{name}")
    assert row is not None
    bound = {n: Arg(constant=value, is_tensor=False) for n, value in given.items()}
    bound["input"] = Arg(Facts(shape=Claim(Shape((2, 3, size)))), is_tensor=True)
    found = tables.outcome(row, Args(bound, (*row.init, *row.call))).shape  # type: ignore[union-attr]
    shape = found.value if isinstance(found, Claim) else found
    assert shape.dims[:2] == (2, given.get("out_channels", 3))
    return shape.dims[2]  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", SPACE)
def test_sizes_are_those_of_torch(name: str) -> None:
    ran = left_open = 0
    for values in itertools.product(*SPACE[name].values()):
        given = {n: value for n, value in zip(SPACE[name], values) if value is not None}
        for size in range(1, 8):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    real = getattr(torch.nn, name)(**given)(torch.zeros(2, 3, size)).shape[2]
            except (RuntimeError, ValueError):
                continue
            found = size_behind(name, given, size)
            ran += 1
            left_open += found is None
            assert found in (None, real), (name, given, size)
            kept = size_behind(name, given, "length")
            assert kept in (None, "length"), (name, given)
            assert kept is None or size == real, (name, given, size)
    assert ran > 50
    assert left_open < 0.1 * ran


def test_one_number_or_one_for_each_dimension() -> None:
    row = tables.layer("torch.nn.Conv2d")
    assert row is not None
    bound = {"out_channels": 4, "kernel_size": (3, 1), "stride": (2,), "padding": 0, "in_channels": 3}
    args = {n: Arg(constant=value, is_tensor=False) for n, value in bound.items()}
    for dims, behind in (((2, 3, 9, 8), (2, 4, 4, 4)), ((3, 9, 8), (4, 4, 4)), ((None, None, None, 8), (None, 4, None, 4))):
        args["input"] = Arg(Facts(shape=Claim(Shape(dims))), is_tensor=True)
        assert outcome_of(row, Args(args, (*row.init, *row.call))).shape.dims == behind  # type: ignore[union-attr]
