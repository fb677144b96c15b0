"""What the rules share: how messages name things, and the tests of a contract or of facts that several rules make."""

from __future__ import annotations

from typing import Any

from bcelint.contracts.schema import Loss, TargetForm
from bcelint.facts import NON_POSITIVE, UNIT, Claim, DType, Facts, Interval, Kind, Shape
from bcelint.losscall import Argument, LossCall
from bcelint.places import DECLARED, Step, activation_before
from bcelint.rules.base import Problem, where

SLACK = 1e-3
"""How far a bound must be overstepped before a rule speaks: what rounding and label smoothing do stays below it."""

_FUNCTIONS = {
    "BCELoss": "binary_cross_entropy",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits",
    "CrossEntropyLoss": "cross_entropy",
    "NLLLoss": "nll_loss",
}


def loss_name(call: LossCall) -> str:
    """The loss as the call names it: its class where a criterion was built, else its function."""
    built = call.is_constructor or call.constructed_at is not None or call.loss.function is None
    return call.loss.name if built else call.loss.function_name


def other_loss(call: LossCall, name: str) -> str:
    """Another loss ``name`` to use instead, in the form (class or function) that the call uses."""
    return name if loss_name(call) == call.loss.name else _FUNCTIONS[name]


def either_use(call: LossCall, name: str, repair: str) -> str:
    """``use BCELoss or drop the sigmoid``; of a loss that is not torch's, nobody knows which other could stand for it."""
    if call.loss.declared:
        return repair if repair.startswith("drop") else f"use {repair}"
    return f"use {other_loss(call, name)} or {repair}"


def born(claim: Claim[Any] | None) -> str:
    """``sigmoid at models/unet.py:88``: what made the claim true, and where; empty where no step is known."""
    if claim is None or not claim.steps:
        return ""
    first = claim.steps[0]
    return f"{first.note} at {where(first)}"


def colon(text: str) -> str:
    """``: text``, or nothing where there is no text."""
    return f": {text}" if text else ""


def brackets(text: str) -> str:
    """`` (text)``, or nothing where there is no text."""
    return f" ({text})" if text else ""


def problem(call: LossCall, argument: Argument, claim: Claim[Any] | None, message: str) -> Problem:
    """``message`` with the steps of ``claim`` from its birth through ``argument`` to the loss."""
    steps = () if claim is None else claim.steps
    return Problem(message, (*steps, *argument.steps, *_loss_steps(call)))


def _loss_steps(call: LossCall) -> tuple[Step, ...]:
    steps = []
    if call.constructed_at is not None:
        steps.append(Step(call.constructed_at, f"{call.loss.name} built"))
    inner, outer = call.inner, call.place
    if (inner.path, inner.line, inner.column) != (outer.path, outer.line, outer.column):
        steps.append(Step(inner, f"{loss_name(call)} called"))
    return tuple(steps)


def drop(facts: Facts) -> str:
    """``drop the softmax``; where it was applied to what another activation made, ``drop both it and the sigmoid before it at net.py:3``."""
    before = activation_before(facts.kind.steps if facts.kind is not None else ())
    return f"drop the {activation(facts)}" if before is None else f"drop both it and the {before.note} at {where(before)}"


def is_twice(facts: Facts) -> bool:
    """Whether one activation was applied to what another one made."""
    return facts.kind is not None and activation_before(facts.kind.steps) is not None


ARITHMETIC = frozenset("add sub subtract rsub".split())
"""Steps that move a bounded range, as that of a tanh, to [0, 1]: no sigmoid, which a division (``1 / (1 + exp(-x))``) is."""


def activation(facts: Facts) -> str:
    """Whether a ``sigmoid`` or a ``softmax`` made these (log-)probabilities; ``activation`` where that is not said, or they come of arithmetic."""
    first = facts.kind.steps[0].note if facts.kind is not None and facts.kind.steps else ""
    if facts.axis is not None or "softmax" in first.lower() or "softmin" in first.lower():
        return "softmax"
    return "activation" if first.endswith(DECLARED) or first in ARITHMETIC else "sigmoid"


def is_bce(loss: Loss) -> bool:
    """A binary cross-entropy: per element, targets in [0, 1], and of the prediction's very shape and dtype."""
    targets = loss.targets
    return targets.form is TargetForm.PER_ELEMENT and targets.range == UNIT and targets.same_shape


def takes_classes(loss: Loss) -> bool:
    """A loss over classes, of class indices or class probabilities."""
    return loss.targets.form in (TargetForm.CLASSES, TargetForm.CLASS_INDICES)


def fits(dtype: DType, wanted: DType | None) -> bool:
    """Whether a declared dtype may be this one; ``FLOATING`` and ``INTEGRAL`` stand for any width, on either side."""
    if wanted is None or dtype is wanted:
        return True
    if wanted is DType.FLOATING or dtype is DType.FLOATING:
        return dtype.is_floating and wanted.is_floating
    if wanted is DType.INTEGRAL or dtype is DType.INTEGRAL:
        return dtype.is_integral and wanted.is_integral
    return False


def leaves(interval: Interval | None, bounds: Interval) -> bool:
    """Whether values are known to come to lie outside of ``bounds``."""
    return interval is not None and interval.tight and not interval.within(bounds, SLACK)


def no_log_probabilities(facts: Facts) -> Claim[Any] | None:
    """The claim by which these values are no log-probabilities, or None where they are or may be."""
    interval, kind = facts.interval, facts.value("kind")
    if kind is Kind.LOG_PROBABILITIES or (interval is not None and interval.within(NON_POSITIVE, SLACK)):
        return None
    if kind is not None:
        return facts.kind
    return facts.range if leaves(interval, NON_POSITIVE) else None


def cannot_expand(whole: Shape, part: Shape) -> bool:
    """Whether ``part`` is known not to expand to ``whole``, which itself stays as it is."""
    if whole.rank is not None and part.min_rank > whole.rank:
        return True
    pairs = zip(reversed(whole.dims), reversed(part.dims))
    return any(isinstance(a, int) and isinstance(b, int) and b not in (a, 1) for a, b in pairs)
