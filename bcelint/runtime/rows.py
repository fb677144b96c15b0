"""From torch's functions, as a function mode is given them, to the rows of the contract tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Union

import torch

from bcelint.contracts import tables
from bcelint.contracts.schema import Layer, Loss, Op


@dataclass(frozen=True)
class Weighted:
    """A function that a layer of ``torch.nn`` calls with its weights.

    The layer's row holds where the argument at the position ``weight`` is trained; a negative position says that it always is.
    """

    layer: Layer
    weight: int
    constants: tuple[tuple[str, Any], ...] = ()
    """What the function's very name says of the layer's arguments."""


@dataclass(frozen=True)
class Swapped:
    """A reflected operator, whose operands stand the other way round: ``1 - x``."""

    row: Op


Row = Union[Op, Weighted, Swapped]

_OPERATORS = {
    "__pow__": "torch.pow",
    "__ipow__": "torch.Tensor.pow_",
    "__floordiv__": "torch.floor_divide",
    "__mod__": "torch.remainder",
    "__eq__": "torch.eq",
    "__ne__": "torch.ne",
    "__and__": "torch.bitwise_and",
    "__or__": "torch.bitwise_or",
    "__xor__": "torch.bitwise_xor",
    "__invert__": "torch.bitwise_not",
}
_REFLECTED = {
    "__rsub__": "torch.sub",
    "__rdiv__": "torch.div",
    "__rpow__": "torch.pow",
    "__rfloordiv__": "torch.floor_divide",
    "__rmod__": "torch.remainder",
    "__rmatmul__": "torch.matmul",
}
_WEIGHTED = {
    "torch.nn.functional.linear": ("torch.nn.Linear", 1),
    "torch.nn.functional.bilinear": ("torch.nn.Bilinear", 2),
    **{f"torch.nn.functional.conv{n}d": (f"torch.nn.Conv{n}d", 1) for n in (1, 2, 3)},
    **{f"torch.nn.functional.conv_transpose{n}d": (f"torch.nn.ConvTranspose{n}d", 1) for n in (1, 2, 3)},
    "torch.nn.functional.embedding": ("torch.nn.Embedding", 1),
    "torch.nn.functional.embedding_bag": ("torch.nn.EmbeddingBag", 1),
    "torch.nn.functional.multi_head_attention_forward": ("torch.nn.MultiheadAttention", 5),
    "torch.lstm_cell": ("torch.nn.LSTMCell", 2),
}
_RECURRENT = {
    "torch.lstm": ("torch.nn.LSTM", ()),
    "torch.rnn_tanh": ("torch.nn.RNN", (("nonlinearity", "tanh"),)),
    "torch.rnn_relu": ("torch.nn.RNN", (("nonlinearity", "relu"),)),
    "torch.rnn_tanh_cell": ("torch.nn.RNNCell", (("nonlinearity", "tanh"),)),
    "torch.rnn_relu_cell": ("torch.nn.RNNCell", (("nonlinearity", "relu"),)),
}


def resolved(name: str) -> Any:
    """The object of a dotted name below torch, or None."""
    found: Any = torch
    for part in name.split(".")[1:]:
        found = getattr(found, part, None)
    return found


@cache
def by_function() -> dict[Any, Row]:
    """The row of every function; an attribute's is found by its getter."""
    rows: dict[Any, Row] = {}
    for row in tables.ops():
        for name in row.names:
            function = resolved(name)
            getter = getattr(function, "__get__", None)
            key = getter if row.attribute else function
            if key is not None:
                rows[key] = row
    rows.update(_spelled_otherwise())
    return rows


def _spelled_otherwise() -> Iterator[tuple[Any, Row]]:
    for method, name in _OPERATORS.items():
        row = tables.op(name)
        if row is not None:
            yield getattr(torch.Tensor, method), row
    for method, name in _REFLECTED.items():
        row = tables.op(name)
        if row is not None:
            yield getattr(torch.Tensor, method), Swapped(row)
    for name, (layer, weight) in _WEIGHTED.items():
        found = tables.layer(layer)
        if found is not None:
            yield resolved(name), Weighted(found, weight)
    for name, (layer, constants) in _RECURRENT.items():
        found = tables.layer(layer)
        if found is not None:
            yield resolved(name), Weighted(found, -1, constants)


@cache
def losses() -> dict[Any, Loss]:
    """The row of every loss function of ``torch.nn.functional``."""
    found = {resolved(row.function): row for row in tables.losses() if row.function and row.function.startswith("torch.")}
    found.pop(None, None)
    return found


def loss_of_class(cls: type) -> Loss | None:
    """The row of a loss class of torch, or of one derived from it."""
    for base in cls.__mro__:
        row = tables.loss_class(f"{base.__module__}.{base.__qualname__}") if base.__module__.startswith("torch.") else None
        if row is not None:
            return row
    return None


GETITEM = torch.Tensor.__getitem__
BOOL = torch.Tensor.__bool__
BACKWARD = torch.Tensor.backward
NEGATIONS = frozenset({torch.neg, torch.negative, torch.Tensor.neg, torch.Tensor.negative, torch.Tensor.__neg__})
SET_DATA = torch.Tensor.data.__set__  # type: ignore[attr-defined]
