"""What an operation in place leaves of the gradient of its tensor."""

from __future__ import annotations

from dataclasses import replace

from bcelint.places import GRADIENTS_OFF
from bcelint.trace.interpreter import Value
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.unknowns import Unknown


def may_learn(result: Value) -> bool:
    """Whether the result of an operation may have a gradient."""
    return any(not isinstance(single, (Tensor, Unknown)) or single.facts.value("grad") is not False for _, single in alternatives(result))


def learning_as(before: Value, result: Value) -> Value:
    """What was computed without recording, as the tensor that it was put into: that requires a gradient as before."""
    if not isinstance(before, (Tensor, Unknown)) or not isinstance(result, (Tensor, Unknown)) or before.facts.value("grad") is False:
        return result
    claim = result.facts.grad
    if claim is None or not claim.steps or not claim.steps[0].note.startswith(GRADIENTS_OFF):
        return result
    return replace(result, facts=replace(result.facts, grad=before.facts.grad))
