"""The harm that a misuse does, witnessed: each rule's on the very arguments of a loss call that it reports."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Callable

import torch

from bcelint.contracts.schema import Loss
from bcelint.runtime.rows import resolved

FLOORS = {"sigmoid": math.log(1 + 1 / math.e), "softmax": math.log(1 + 1 / math.e)}
"""What a loss that applies a sigmoid or a softmax can't go below where it is given numbers in [0, 1]: its best case, two classes."""


class Call:
    """One call of a loss function, which can be made again with other arguments."""

    def __init__(self, row: Loss, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        assert row.function is not None
        self.row = row
        self.function: Callable[..., torch.Tensor] = resolved(row.function)
        self.bound = {p.name: _kept(value) for p, value in zip(row.func, args)}
        self.bound.update({name: _kept(value) for name, value in kwargs.items()})

    @property
    def prediction(self) -> torch.Tensor:
        found: torch.Tensor = self.bound[self.row.prediction]
        return found

    @property
    def target(self) -> torch.Tensor:
        found: torch.Tensor = self.bound[self.row.target]
        return found

    def again(self, **changes: Any) -> torch.Tensor:
        """The loss with other arguments, averaged."""
        loss: torch.Tensor = self.function(**{**self.bound, **changes}).mean()
        return loss

    def at(self, prediction: torch.Tensor) -> float:
        return float(self.again(**{self.row.prediction: prediction}))

    def raises(self, **changes: Any) -> str | None:
        try:
            self.again(**changes)
        except (RuntimeError, ValueError, IndexError, TypeError) as error:
            return f"{type(error).__name__}: {str(error).splitlines()[0]}"
        return None


def _kept(value: Any) -> Any:
    if not isinstance(value, torch.Tensor) or torch._C._functorch.is_functorch_wrapped_tensor(value):
        return value
    return value.detach().clone().requires_grad_(value.requires_grad)


def harm(code: str, call: Call) -> str | None:
    """What goes wrong in this call by the rule ``code``, in a few words; None where no harm is seen."""
    return _BY_CODE[code](call)


def _outside(call: Call) -> str | None:
    """A value that such a prediction takes ends the program."""
    p = call.prediction
    return call.raises(**{call.row.prediction: torch.full_like(p, -0.5 if bool((p < 0).any()) or bool(p.le(1).all()) else 2.0)})


def _floor(call: Call) -> str | None:
    """Even the best of all numbers in [0, 1] leave a loss that logits do not."""
    best, ideal = best_within(call, 1.0), best_within(call, 30.0)
    return f"the loss can't go below {best:.3f}" if best - ideal > 0.9 * FLOORS["softmax"] else None


def best_within(call: Call, scale: float) -> float:
    """The loss of the prediction that says the target, as strongly as ``scale`` allows."""
    t, p = call.target, call.prediction
    if "label_smoothing" in call.bound:  # which has a floor of its own
        call.bound = {**call.bound, "label_smoothing": 0.0}
    if call.row.applies == "softmax" and not t.is_floating_point():
        classes = p.shape[1] if p.dim() > 1 else p.shape[0]
        right = torch.nn.functional.one_hot(t.clamp(min=0), classes).movedim(-1, 1 if p.dim() > 1 else 0).to(p)
    else:
        right = t.round().to(p).reshape(p.shape)
        call = _with_target(call, right)
    return call.at(right * scale if scale == 1.0 else right * 2 * scale - scale)


def _with_target(call: Call, target: torch.Tensor) -> Call:
    return Call(call.row, (), {**call.bound, call.row.target: target})


def _below_zero(call: Call) -> str | None:
    """No such loss is negative: values above 0 make this one so."""
    loss = call.at(torch.ones_like(call.prediction))
    return f"the loss falls to {loss:.3g}" if loss < 0 else None


def _no_divergence(call: Call) -> str | None:
    """A divergence is 0 where both distributions are the same and above 0 elsewhere; this one is neither, or NaN."""
    loss = float(call.again().detach())
    if math.isnan(loss):
        return "the loss is NaN"
    prediction, target = call.prediction, call.target
    same = target.log() if bool((prediction <= 0).all()) else target
    agreed = call.at(same.detach())
    return f"where both are the same the loss is {agreed:.3g}" if math.isnan(agreed) or abs(agreed) > 1e-3 or loss < -1e-6 else None


def _constant(call: Call) -> str | None:
    p = call.prediction
    return f"every prediction is {float(p.flatten()[0]):g}" if float(p.max() - p.min()) == 0.0 else None


def _raised(call: Call) -> str | None:
    return call.raises()


def _no_minimum(call: Call) -> str | None:
    """It raises, or the loss falls as far as the logits run, where it is never negative with targets in [0, 1]."""
    raised = call.raises()
    if raised is not None:
        return raised
    sign = torch.where(call.target > 1, 1.0, torch.where(call.target < 0, -1.0, 0.0))
    loss = call.at(sign.reshape(call.prediction.shape) * 1e4)
    return f"the loss falls to {loss:.3g}" if loss < 0 else None


def _no_learning(call: Call) -> str | None:
    """It raises, or neither the loss nor its gradient says anything of the prediction."""
    raised = call.raises()
    if raised is not None:
        return raised
    p = call.prediction.detach().requires_grad_()
    loss = call.again(**{call.row.prediction: p})
    (gradient,) = torch.autograd.grad(loss, p)
    return "loss and gradient are 0" if float(loss) == 0.0 and not bool(gradient.any()) else None


def _order_matters(call: Call) -> str | None:
    """The call raises, or its exchanged twin is another number."""
    raised = call.raises()
    if raised is not None:
        return raised
    swapped = {call.row.prediction: call.target, call.row.target: call.prediction}
    if call.raises(**swapped):
        return "the other way round it raises"
    one, other = float(call.again()), float(call.again(**swapped))
    return f"{one:.3g} instead of {other:.3g}" if not math.isclose(one, other, rel_tol=1e-3) else None


def _no_gradient(call: Call) -> str | None:
    return "no gradient reaches the model" if not call.prediction.requires_grad else None


def _gradient_dies(call: Call) -> str | None:
    """At logit 20 and target 0 the sigmoid leaves nothing, where the fused loss still has its full gradient."""
    logits = torch.full_like(call.prediction.detach(), 20.0).requires_grad_()
    zeros = torch.zeros_like(logits)
    loss = call.function(torch.sigmoid(logits), zeros)
    (dead,) = torch.autograd.grad(loss, logits)
    (alive,) = torch.autograd.grad(torch.nn.functional.binary_cross_entropy_with_logits(logits, zeros), logits)
    return "the gradient is 0" if not bool(dead.any()) and bool(alive.all()) else None


def _done_twice(call: Call) -> str | None:
    """Redundant, and nothing else: the same number comes out as of ``nll_loss``."""
    shared = {name: call.bound[name] for name in ("weight", "ignore_index", "reduction") if name in call.bound}
    alone = float(torch.nn.functional.nll_loss(call.prediction, call.target, **shared).mean())
    return "the same number without it" if math.isclose(float(call.again()), alone, rel_tol=1e-5) else None


def _overflows(call: Call) -> str | None:
    """Why CUDA autocast refuses it: the gradient that the loss hands to a sigmoid, 1 / p, does not fit into float16. The refusal itself
    needs a GPU, and is witnessed there."""
    p = torch.full_like(call.prediction.double(), 1e-6).requires_grad_(True)
    torch.nn.functional.binary_cross_entropy(p, torch.ones_like(p), reduction="sum").backward()
    assert p.grad is not None
    infinite = bool(p.grad.to(torch.float16).isinf().any())
    return "its gradient overflows in float16" if infinite and call.row.name == "BCELoss" else None


_BY_CODE: dict[str, Callable[[Call], str | None]] = {
    "BCE101": _outside,
    "BCE102": _floor,
    "BCE103": _floor,
    "BCE104": _below_zero,
    "BCE105": _no_divergence,
    "BCE106": _below_zero,
    "BCE107": _constant,
    "BCE201": _raised,
    "BCE202": _no_minimum,
    "BCE203": _raised,
    "BCE204": _raised,
    "BCE301": _no_learning,
    "BCE302": _order_matters,
    "BCE303": _no_gradient,
    "BCE304": _raised,
    "BCE306": _overflows,
    "BCE307": _raised,
    "BCE901": _gradient_dies,
    "BCE902": _done_twice,
}
OF_CONSTRUCTORS = frozenset({"BCE305", "BCE307"})
"""What is reported where a loss is built: the harm is that torch raises, there or at the call."""
