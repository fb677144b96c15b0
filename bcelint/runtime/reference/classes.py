"""The losses over classes, of class indices or class probabilities."""

from __future__ import annotations

import torch
from torch import Tensor

from bcelint.runtime.reference.reduction import check_reduction


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """``-Σ_c w_c · q_c · log softmax(x)_c``, q the class probabilities, or 1 at the class index and 0 elsewhere.

    ``input`` x is (C,), (N, C) or (N, C, d1, …). ``target`` holds class indices, (), (N,) or (N, d1, …), integral; or, of x's very shape
    and floating, class probabilities. ``weight`` w is (C,). ``label_smoothing`` ε makes q into ``(1 − ε) · q + ε / C``. Elements whose
    index is ``ignore_index`` give 0 and don't count. ``none`` gives x's shape without its classes; ``mean`` divides class indices' losses by the sum
    of their w (NaN if none counts), class probabilities' by the number of elements.
    Raises ``IndexError`` for an index that is no class, ``ValueError`` if shapes don't fit, for floating indices, or an unknown reduction.
    Source: docs.pytorch.org/docs/2.13/generated/torch.nn.CrossEntropyLoss.html
    """
    check_reduction(reduction)
    x = input.double()
    axis = _class_axis(x)
    log_p = x - torch.logsumexp(x, dim=axis, keepdim=True)
    classes = x.size(axis)
    w = torch.ones(classes, dtype=torch.float64) if weight is None else weight.double()
    if target.shape == input.shape and target.is_floating_point():
        q = (1 - label_smoothing) * target.double() + label_smoothing / classes
        loss = -(_along(w, x, axis) * q * log_p).sum(axis)
        return _mean(loss, torch.ones_like(loss)) if reduction == "mean" else _rest(loss, reduction)
    counts, picked = _of_class(log_p, target, w, ignore_index)
    loss = -(1 - label_smoothing) * picked
    if label_smoothing > 0:
        smooth = -(_along(w, x, axis) * log_p).sum(axis) * label_smoothing / classes
        loss = loss + smooth * (target != ignore_index)
    return _mean(loss, counts) if reduction == "mean" else _rest(loss, reduction)


def nll_loss(input: Tensor, target: Tensor, weight: Tensor | None = None, ignore_index: int = -100, reduction: str = "mean") -> Tensor:
    """``-w_y · x_y``: the entry of the target's class with its sign changed. No logarithm and no softmax.

    ``input`` x is (C,), (N, C) or (N, C, d1, …), ``target`` y (), (N,) or (N, d1, …), ``weight`` w (C,). Elements whose index is
    ``ignore_index`` give 0 and don't count. ``none`` gives y's shape; ``mean`` divides by the sum of the w_y (NaN if none counts).
    Raises ``IndexError`` for an index that is no class, ``ValueError`` if shapes don't fit, for floating indices, or an unknown reduction.
    Source: docs.pytorch.org/docs/2.13/generated/torch.nn.NLLLoss.html
    """
    check_reduction(reduction)
    x = input.double()
    w = torch.ones(x.size(_class_axis(x)), dtype=torch.float64) if weight is None else weight.double()
    counts, picked = _of_class(x, target, w, ignore_index)
    return _mean(-picked, counts) if reduction == "mean" else _rest(-picked, reduction)


def _of_class(x: Tensor, target: Tensor, w: Tensor, ignore_index: int) -> tuple[Tensor, Tensor]:
    """For each index y: w_y, and w_y · x_y; both 0 where it is ignored."""
    axis = _class_axis(x)
    classes = x.size(axis)
    if target.is_floating_point() or target.shape != x.shape[:axis] + x.shape[axis + 1 :]:
        raise ValueError(f"class indices of shape {tuple(target.shape)} and {target.dtype} don't fit scores of shape {tuple(x.shape)}")
    index = target.long()
    counted = index != ignore_index
    if bool((counted & ((index < 0) | (index >= classes))).any()):
        raise IndexError("Target is out of bounds.")
    safe = torch.where(counted, index, torch.zeros_like(index))
    zero = x.new_zeros(())
    weights = torch.where(counted, w[safe], zero)
    entries = x.gather(axis, safe.unsqueeze(axis)).squeeze(axis)
    return weights, weights * torch.where(counted, entries, zero)


def _class_axis(x: Tensor) -> int:
    if x.dim() == 0:
        raise ValueError("scores need a dimension of classes")
    return 0 if x.dim() == 1 else 1


def _along(w: Tensor, x: Tensor, axis: int) -> Tensor:
    """``w`` with its one dimension laid along ``axis`` of x."""
    return w.view([-1 if i == axis else 1 for i in range(x.dim())])


def _mean(loss: Tensor, counts: Tensor) -> Tensor:
    return loss.sum() / counts.sum()


def _rest(loss: Tensor, reduction: str) -> Tensor:
    return loss.sum() if reduction == "sum" else loss
