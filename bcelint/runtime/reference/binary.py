"""The losses per element of binary labels.

In all of them ``log(sigmoid(x))`` is written ``-logaddexp(0, -x)``, which neither overflows nor loses the small values.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from bcelint.runtime.reference.reduction import reduced

LEAST_LOG = -100.0


def binary_cross_entropy(input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: str = "mean") -> Tensor:
    """``-w · (y · log p + (1 − y) · log(1 − p))`` with both logs held at −100 or above; no epsilon is added.

    ``input`` p and ``target`` y have one and the same shape, any; ``weight`` w broadcasts to it. ``none`` gives that shape; ``mean``
    divides by the number of elements, whatever the weights. Where a log is held its gradient is 0 (torch divides by
    ``max(p · (1 − p), 1e-12)`` there, so it is large and finite).
    Raises ``ValueError`` if shapes differ or for an unknown reduction, ``RuntimeError`` if p or y leaves [0, 1] or w can't be broadcast.
    Source: docs.pytorch.org/docs/2.13/generated/torch.nn.BCELoss.html
    """
    p, y = input.double(), target.double()
    _same_shape(p, y)
    for name, values in (("input", p), ("target", y)):
        if not bool(((values >= 0) & (values <= 1)).all()):
            raise RuntimeError(f"all elements of {name} should be between 0 and 1")
    loss = -(y * _held_log(p) + (1 - y) * _held_log(1 - p))
    return reduced(_weighted(loss, weight), reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """``-w · (v · y · log σ(x) + (1 − y) · log(1 − σ(x)))``, σ the sigmoid.

    ``input`` x and ``target`` y have one and the same shape, any; ``weight`` w and ``pos_weight`` v broadcast to it. ``none`` gives
    that shape; ``mean`` divides by the number of elements, whatever the weights. y may be any number.
    Raises ``ValueError`` if shapes differ or for an unknown reduction, ``RuntimeError`` if w or v can't be broadcast.
    Source: docs.pytorch.org/docs/2.13/generated/torch.nn.BCEWithLogitsLoss.html
    """
    x, y = input.double(), target.double()
    _same_shape(x, y)
    positive = _weighted(y * _minus_log_sigmoid(x), pos_weight)
    return reduced(_weighted(positive + (1 - y) * _minus_log_sigmoid(-x), weight), reduction)


def multilabel_soft_margin_loss(input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: str = "mean") -> Tensor:
    """The mean over the last dimension of ``-w · (y · log σ(x) + (1 − y) · log(1 − σ(x)))``.

    ``input`` x and ``target`` y are (…, C), and broadcast against each other; ``weight`` w is (C,). ``none`` gives (…,).
    Raises ``ValueError`` for an unknown reduction, ``RuntimeError`` where the shapes can't be broadcast.
    Source: docs.pytorch.org/docs/2.13/generated/torch.nn.MultiLabelSoftMarginLoss.html
    """
    x, y = input.double(), target.double()
    loss = y * _minus_log_sigmoid(x) + (1 - y) * _minus_log_sigmoid(-x)
    if weight is not None:
        loss = loss * weight.double()
    return reduced(loss.sum(dim=x.dim() - 1) / x.size(-1), reduction)


def soft_margin_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """``log(1 + exp(−y · x))`` for labels y of −1 and 1.

    ``input`` x may have any shape, to which ``target`` y is broadcast; ``none`` gives that shape. (torch computes the exponential as it
    stands, which overflows in float32 from −y · x of 89 on.)
    Raises ``ValueError`` for an unknown reduction, ``RuntimeError`` where y can't be broadcast to x's shape ((N,) against (N, 1)).
    Source: docs.pytorch.org/docs/2.13/generated/torch.nn.SoftMarginLoss.html
    """
    x = input.double()
    return reduced(_minus_log_sigmoid(x * target.double().expand(x.shape)), reduction)


def sigmoid_focal_loss(inputs: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2, reduction: str = "none") -> Tensor:
    """``α_t · (1 − p_t)^γ · BCE(x, y)`` with ``p = σ(x)``, ``p_t = p · y + (1 − p) · (1 − y)`` and α_t likewise; no α_t where alpha < 0.

    ``inputs`` x and ``targets`` y have one and the same shape, any; ``none``, the default here, gives that shape.
    Raises ``ValueError`` if shapes differ or for an unknown reduction.
    Source: docs.pytorch.org/vision/stable/generated/torchvision.ops.sigmoid_focal_loss.html
    """
    x, y = inputs.double(), targets.double()
    p = torch.exp(-_minus_log_sigmoid(x))
    loss = binary_cross_entropy_with_logits(x, y, reduction="none") * (1 - (p * y + (1 - p) * (1 - y))) ** gamma
    if alpha >= 0:
        loss = (alpha * y + (1 - alpha) * (1 - y)) * loss
    return reduced(loss, reduction)


def _minus_log_sigmoid(x: Tensor) -> Tensor:
    return torch.logaddexp(torch.zeros_like(x), -x)


def _held_log(p: Tensor) -> Tensor:
    return torch.log(p.clamp(min=math.exp(LEAST_LOG)))


def _weighted(loss: Tensor, weight: Tensor | None) -> Tensor:
    return loss if weight is None else loss * weight.double().expand(loss.shape)


def _same_shape(input: Tensor, target: Tensor) -> None:
    if input.shape != target.shape:
        raise ValueError(f"target size {tuple(target.shape)} must be the same as input size {tuple(input.shape)}")
