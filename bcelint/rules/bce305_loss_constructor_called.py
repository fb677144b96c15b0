"""BCE305: tensors passed to a loss's constructor."""

from __future__ import annotations

from bcelint.facts import NOTHING_KNOWN, Kind
from bcelint.losscall import Argument, LossCall
from bcelint.rules.base import Problem, Rule
from bcelint.rules.words import born, brackets, problem

_TENSOR_OPTIONS = {"weight", "pos_weight", "ignore_index"}


class LossConstructorCalled(Rule):
    """
    ## What it does
    Checks for a prediction or a target that is passed to the constructor of a loss.

    ## Why is this bad?
    `nn.BCELoss(output, target)` builds a loss and computes none: the output is taken for `weight`, the target for the old
    `size_average`. torch raises `Boolean value of Tensor with more than one value is ambiguous`; with a target of one element
    even that does not happen.

    ## Example
    ```python
    loss = nn.BCELoss(output, target)
    ```

    ## Use instead
    ```python
    loss = nn.BCELoss()(output, target)
    ```

    ## Fix safety
    Adding the missing pair of parentheses is safe: the call raises as it stands. Options go to the constructor.

    ## References
    - [torch.nn.BCELoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html)
    """

    code = "BCE305"
    name = "loss-constructor-called"
    summary = "tensors passed to a loss's constructor"

    def check(self, call: LossCall) -> Problem | None:
        if not call.is_constructor:
            return None
        for name, argument in call.options.items():
            if _is_mistaken(call, name, argument):
                facts = argument.facts
                claim = facts.kind or facts.range or facts.dtype or facts.shape or facts.grad
                message = f"a tensor{brackets(born(claim))} is passed to the constructor of {call.loss.name}; write {call.loss.name}()(…)"
                return problem(call, argument, claim, message)
        return None


def _is_mistaken(call: LossCall, name: str, argument: Argument) -> bool:
    if call.loss.declared:  # its options may be tensors, but no model computes them
        return argument.facts.kind is not None and argument.facts.value("grad") is True
    return _known_tensor(argument) if name not in _TENSOR_OPTIONS else name == "weight" and _model_output(call)


def _known_tensor(argument: Argument) -> bool:
    return argument.is_tensor and argument.facts != NOTHING_KNOWN


def _model_output(call: LossCall) -> bool:
    """Whether what was passed as ``weight`` is a model's output: logits, or probabilities with a gradient that a second tensor follows."""
    facts = call.options["weight"].facts
    if facts.value("grad") is not True or facts.kind is None:
        return False
    second = call.options.get("size_average")
    return facts.kind.value is Kind.LOGITS or (second is not None and second.is_tensor and second.constant is None)
