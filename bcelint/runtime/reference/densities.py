"""The losses between distributions: Kullback-Leibler divergence, and the negative log-likelihoods of Poisson and Gauss."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from bcelint.runtime.reference.reduction import check_reduction, reduced


def kl_div(input: Tensor, target: Tensor, reduction: str = "mean", log_target: bool = False) -> Tensor:
    """``y · (log y − x)``, 0 where y is 0; with ``log_target`` the target is log y.

    ``input`` x (log-probabilities) and ``target`` y broadcast against each other; ``none`` gives the common shape. ``mean`` divides by the
    number of elements, ``batchmean`` by ``input.size(0)`` alone, which is the divergence of a batch. Negative y give NaN.
    Raises ``ValueError`` for an unknown reduction, ``RuntimeError`` where the shapes can't be broadcast.
    Source: docs.pytorch.org/docs/2.13/generated/torch.nn.KLDivLoss.html
    """
    check_reduction(reduction, "batchmean")
    x, y = input.double(), target.double()
    loss = y.exp() * (y - x) if log_target else torch.xlogy(y, y) - y * x
    if reduction == "batchmean":
        return loss.sum() / (x.size(0) if x.dim() else 1)
    return reduced(loss, reduction)


def poisson_nll_loss(input: Tensor, target: Tensor, log_input: bool = True, full: bool = False, eps: float = 1e-8, reduction: str = "mean") -> Tensor:
    """``exp(x) − y · x``, or without ``log_input`` ``x − y · log(x + eps)``.

    With ``full`` Stirling's ``y · log y − y + log(2πy) / 2`` for log y! is added where y > 1. ``input`` x and ``target`` y broadcast
    against each other; ``none`` gives the common shape.
    Raises ``ValueError`` for an unknown reduction, ``RuntimeError`` where the shapes can't be broadcast.
    Source: docs.pytorch.org/docs/2.13/generated/torch.nn.PoissonNLLLoss.html
    """
    x, y = input.double(), target.double()
    loss = x.exp() - y * x if log_input else x - y * torch.log(x + eps)
    if full:
        big = torch.where(y > 1, y, torch.ones_like(y))
        stirling = big * big.log() - big + 0.5 * torch.log(2 * math.pi * big)
        loss = loss + torch.where(y > 1, stirling, torch.zeros_like(y))
    return reduced(loss, reduction)


def gaussian_nll_loss(input: Tensor, target: Tensor, var: Tensor | float, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> Tensor:
    """``(log v + (x − y)² / v) / 2`` with ``v = max(var, eps)``; with ``full`` plus ``log(2π) / 2``.

    ``input`` x and ``target`` y broadcast against each other. ``var`` is a number, or has x's shape, or that without the last dimension, or
    with one of its dimensions 1. ``none`` gives the common shape. The clamp of var is no part of the gradient, as torch's docs say.
    Raises ``ValueError`` for a negative var, a var of another shape, or an unknown reduction.
    Source: docs.pytorch.org/docs/2.13/generated/torch.nn.GaussianNLLLoss.html
    """
    check_reduction(reduction)
    x, y = input.double(), target.double()
    v = var.double() if isinstance(var, Tensor) else torch.full_like(x, var)
    if bool((v < 0).any()):
        raise ValueError("var has negative entry/entries")
    if v.shape == x.shape[:-1]:
        v = v.unsqueeze(-1)
    if v.dim() != x.dim() or [b for a, b in zip(x.shape, v.shape) if a != b] not in ([], [1]):
        raise ValueError("var is of incorrect size")
    v = v + (v.clamp(min=eps) - v).detach()
    loss = 0.5 * (torch.log(v) + (x - y) ** 2 / v)
    return reduced(loss + 0.5 * math.log(2 * math.pi) if full else loss, reduction)
