"""Connectionist temporal classification, by its forward recursion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

import torch
from torch import Tensor

from bcelint.runtime.reference.reduction import check_reduction, reduced

Lengths = Union[Tensor, Sequence[int]]


def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Lengths,
    target_lengths: Lengths,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """``-log Σ Π_t p_t(π_t)`` over the alignments π that become the label sequence when repeats are merged and blanks dropped.

    ``log_probs`` is (T, N, C), or (T, C) for one sequence; ``targets`` (N, S), padded, or one after the other in (sum of lengths,); the
    lengths hold N integers (or one). ``none`` gives (N,), or a scalar for one sequence; ``mean`` divides each loss by its target length (at least 1)
    and then by N. A target that no alignment fits costs infinity, or 0 with ``zero_infinity``. Numbers that are no log-probabilities are
    summed like any others.
    Raises ``ValueError`` for an unknown reduction, or lengths that don't fit.
    Source: docs.pytorch.org/docs/2.13/generated/torch.nn.CTCLoss.html; Graves et al. 2006, equations 6 to 8.
    """
    check_reduction(reduction)
    x = log_probs.double()
    single = x.dim() == 2
    if single:
        x = x.unsqueeze(1)
    times, sizes = _numbers(input_lengths), _numbers(target_lengths)
    if not len(times) == len(sizes) == x.size(1):
        raise ValueError(f"{x.size(1)} sequences, but {len(times)} input lengths and {len(sizes)} target lengths")
    if max(times) > x.size(0):
        raise ValueError(f"an input length of {max(times)} for {x.size(0)} time steps")
    labels = _label_sequences(targets, sizes, len(sizes))
    each = [_minus_log_likelihood(x[: times[n], n], labels[n], blank) for n in range(len(sizes))]
    impossible = 0 * x.sum() + (0.0 if zero_infinity else torch.inf)  # the product gives it a gradient, of 0
    losses = torch.stack([impossible if loss is None else loss for loss in each])
    if reduction == "mean":
        return (losses / torch.tensor([max(size, 1) for size in sizes])).mean()
    return losses[0] if single and reduction == "none" else reduced(losses, reduction)


def _minus_log_likelihood(x: Tensor, labels: list[int], blank: int) -> Tensor | None:
    """The loss of one sequence, ``x`` (T, C); None where no alignment fits."""
    extended = [blank]
    for label in labels:
        extended += [label, blank]
    # alpha[s] is the log-likelihood of all beginnings that end in extended[s]; None where there is none.
    alpha: list[Tensor | None] = [None] * len(extended)
    for t in range(x.size(0)):
        before = alpha
        alpha = []
        for s, label in enumerate(extended):
            if t == 0:
                ways = [x.new_zeros(())] if s < 2 else []
            else:
                skips = s >= 2 and label != blank and label != extended[s - 2]
                ways = [way for way in before[max(s - (2 if skips else 1), 0) : s + 1] if way is not None]
            alpha.append(x[t, label] + torch.logsumexp(torch.stack(ways), 0) if ways else None)
    ends = [end for end in alpha[-2:] if end is not None]
    if x.size(0) == 0:
        return x.new_zeros(()) if not labels else None
    return -torch.logsumexp(torch.stack(ends), 0) if ends else None


def _label_sequences(targets: Tensor, sizes: list[int], count: int) -> list[list[int]]:
    if targets.dim() == 2:
        return [[int(label) for label in targets[n, : sizes[n]]] for n in range(count)]
    if targets.dim() != 1 or targets.numel() < sum(sizes):
        raise ValueError(f"targets of shape {tuple(targets.shape)} for target lengths {sizes}")
    starts = [sum(sizes[:n]) for n in range(count)]
    return [[int(label) for label in targets[start : start + size]] for start, size in zip(starts, sizes)]


def _numbers(lengths: Lengths) -> list[int]:
    return [int(n) for n in (lengths.reshape(-1) if isinstance(lengths, Tensor) else lengths)]
