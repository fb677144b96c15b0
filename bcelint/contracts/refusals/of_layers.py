"""What the constructors of layers refuse: a float where the size of a weight is wanted, as ``width / 4`` makes one (measured, torch 2.13)."""

from __future__ import annotations

from collections.abc import Container

from bcelint.contracts.schema import Layer

_OF_WEIGHTS = frozenset(
    "in_features out_features in1_features in2_features in_channels out_channels num_features num_channels num_embeddings embedding_dim "
    "input_size hidden_size embed_dim dim_feedforward normalized_shape".split()
)
_WITHOUT_WEIGHTS = ("InstanceNorm", "Lazy")
"""These make none when they are constructed."""
_INSTEAD = ("affine", "_weight")
"""Arguments with which others make none either."""


def refuses_size(row: Layer, name: str, value: object, given: Container[str] = ()) -> bool:
    """Whether the constructor of a layer raises for such a constant as its argument ``name``, beside the arguments ``given``."""
    makes_weights = not row.title.startswith(_WITHOUT_WEIGHTS) and not any(argument in given for argument in _INSTEAD)
    return isinstance(value, float) and name in _OF_WEIGHTS and makes_weights
