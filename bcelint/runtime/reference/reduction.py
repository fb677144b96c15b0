"""How one loss per element becomes what the caller asked for."""

from __future__ import annotations

from torch import Tensor

REDUCTIONS = ("none", "mean", "sum")


def check_reduction(reduction: str, *more: str) -> None:
    """Raise ``ValueError`` for a reduction that is neither ``none``, ``mean`` nor ``sum``, nor one of ``more``."""
    if reduction not in (*REDUCTIONS, *more):
        raise ValueError(f"{reduction} is not a valid value for reduction")


def reduced(loss: Tensor, reduction: str) -> Tensor:
    """``loss`` (any shape) as it is for ``none``, else a scalar: its sum, or its mean over all elements.

    Raises ``ValueError`` for any other reduction.
    """
    check_reduction(reduction)
    if reduction == "none":
        return loss
    return loss.sum() if reduction == "sum" else loss.mean()
