"""The values of a tensor: the least and the greatest, where they can be had."""

from __future__ import annotations

import math

import torch

from bcelint.facts import Interval


def interval(tensor: torch.Tensor) -> Interval | None:
    """Where the values lie; None for tensors that have none to be compared: empty, meta, sparse, quantised, complex, or all NaN."""
    if tensor.is_meta or tensor.is_quantized or tensor.layout is not torch.strided or tensor.dtype.is_complex:
        return None
    try:
        if not tensor.numel():
            return None
        low, high = (float(end) + 0.0 for end in torch.aminmax(tensor.detach()))  # no -0
    except (RuntimeError, NotImplementedError, ValueError):  # nested tensors, those inside of vmap, dtypes without an order
        return None
    return None if math.isnan(low) or math.isnan(high) else Interval(low, high)


def hull(one: Interval | None, other: Interval | None) -> Interval | None:
    if one is None or other is None:
        return one or other
    return Interval(min(one.low, other.low), max(one.high, other.high))
