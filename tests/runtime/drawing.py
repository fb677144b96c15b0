"""Arguments for losses: random tensors of a given scale, from a seed that hypothesis draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Callable

import torch
from torch import Tensor

REDUCTIONS = ("none", "mean", "sum")


@dataclass(frozen=True)
class Call:
    """Arguments of one loss. ``leaves`` are those in which both sides must have the same gradient."""

    arguments: Mapping[str, Any]
    leaves: tuple[str, ...] = ("input",)
    prepare: Callable[[Tensor], Tensor] = field(default=lambda x: x)
    """What makes the first leaf the prediction (a log_softmax), so that the gradient is compared before it."""

    def __call__(self, loss: Callable[..., Tensor], reduction: str) -> tuple[Tensor, list[Tensor]]:
        """The loss, and its gradients (of a weighted sum of it) in the leaves."""
        arguments = dict(self.arguments)
        leaves = []
        for name in self.leaves:
            leaf = arguments[name].detach().clone().requires_grad_(True)
            leaves.append(leaf)
            arguments[name] = self.prepare(leaf) if name == self.leaves[0] else leaf
        value = loss(**arguments, reduction=reduction)
        weights = torch.linspace(0.5, 2.0, value.numel(), dtype=value.dtype).view(value.shape)
        return value.detach(), list(torch.autograd.grad((value * weights).sum(), leaves))


class Draw:
    """Random tensors in float64, all from one seed; ``scale`` stretches those that are unbounded."""

    def __init__(self, seed: int, scale: float) -> None:
        self._generator = torch.Generator().manual_seed(seed)
        self._scale = scale

    def integer(self, low: int, high: int) -> int:
        """From low to high, both included."""
        return int(self.integers(low, high + 1, (1,)))

    def integers(self, low: int, end: int, shape: tuple[int, ...]) -> Tensor:
        return torch.randint(low, end, shape, generator=self._generator)

    def coin(self) -> bool:
        return self.integer(0, 1) == 1

    def shape(self) -> tuple[int, ...]:
        return tuple(self.integer(1, 4) for _ in range(self.integer(0, 3)))

    def scores(self, shape: tuple[int, ...]) -> Tensor:
        return torch.randn(shape, generator=self._generator, dtype=torch.float64) * self._scale

    def unit(self, shape: tuple[int, ...]) -> Tensor:
        """Numbers in [0, 1], the ends among them now and then."""
        values = torch.rand(shape, generator=self._generator, dtype=torch.float64)
        return values.round() if self.coin() else values

    def weights(self, shape: tuple[int, ...]) -> Tensor:
        return torch.rand(shape, generator=self._generator, dtype=torch.float64) * 3 + 0.1

    def signs(self, shape: tuple[int, ...]) -> Tensor:
        return self.integers(0, 2, shape).double() * 2 - 1
