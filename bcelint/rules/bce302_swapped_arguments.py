"""BCE302: target and prediction the wrong way round."""

from __future__ import annotations

from collections.abc import Iterable

from bcelint.contracts.schema import TargetForm
from bcelint.facts import UNIT, DType, Facts, Kind
from bcelint.losscall import LossCall
from bcelint.rules.asked import of_prediction, of_target
from bcelint.rules.base import Lack, Problem, Rule
from bcelint.rules.bce105_kl_div_without_log import wants_log_target
from bcelint.rules.words import born, brackets, loss_name, no_log_probabilities, problem


class SwappedArguments(Rule):
    """
    ## What it does
    Checks for calls of an asymmetric loss whose target is a model's output while its prediction is none.

    ## Why is this bad?
    Every loss of torch takes the prediction first. In `BCELoss`, `KLDivLoss` and soft `CrossEntropyLoss` an exchange often
    does not crash: the loss is another function then, and its gradient points elsewhere. Symmetric losses such as `MSELoss`
    are not reported.

    ## Example
    ```python
    loss = F.binary_cross_entropy(y, torch.sigmoid(logits))
    ```

    ## Use instead
    ```python
    loss = F.binary_cross_entropy(torch.sigmoid(logits), y)
    ```

    ## Fix safety
    Exchanging the two arguments is safe where the call, so repaired, meets the loss's contract; otherwise it is unsafe.

    ## References
    - [torch.nn.functional.binary_cross_entropy](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy.html)
    """

    code = "BCE302"
    name = "swapped-arguments"
    summary = "target and prediction the wrong way round"

    def check(self, call: LossCall) -> Problem | None:
        prediction, target = call.prediction.facts, call.target.facts
        if call.loss.wants is None or target.kind is None or call.loss.targets.form is TargetForm.SEQUENCES:
            return None
        distribution = call.loss.targets.form is TargetForm.DISTRIBUTION
        if not (_swapped_kl_div(call) or _teacher_first(call) if distribution else _swapped(prediction, target)):
            return None
        order = f"({call.loss.prediction}, {call.loss.target})"
        message = f"{target.what}{brackets(born(target.kind))} reach {loss_name(call)} as target; exchange the arguments to {order}"
        return problem(call, call.target, target.kind, message)

    def lacks(self, call: LossCall) -> Iterable[Lack]:
        if call.loss.wants is None or call.loss.targets.form in (TargetForm.SEQUENCES, TargetForm.DISTRIBUTION):
            return  # a KL divergence of log-probabilities is never taken for an exchanged one
        prediction, target = call.prediction.facts, call.target.facts
        flows, flows_back = prediction.value("grad"), target.value("grad")
        if flows is True or flows_back is False or _cant_be_swapped(prediction, target):
            return
        if flows is None:
            yield from of_prediction(call, "gradient")
        if flows_back is None:
            yield from of_target(call, "gradient")
        elif target.kind is None:
            yield from of_target(call, "kind")
        elif prediction.kind is None and prediction.dtype is None:
            yield from of_prediction(call, "dtype")


def _cant_be_swapped(prediction: Facts, target: Facts) -> bool:
    """What is no logits may be a target, unless the prediction looks like labels, as nothing does that an activation or a layer has made."""
    return prediction.kind is not None and target.value("kind") in (Kind.PROBABILITIES, Kind.LOG_PROBABILITIES)


def _swapped(prediction: Facts, target: Facts) -> bool:
    if target.value("grad") is not True or prediction.value("grad") is True:
        return False
    # Logits are no target of any of these losses; probabilities may be, so then the prediction must look like labels.
    if target.value("kind") is Kind.LOGITS:
        return prediction.kind is None or prediction.value("grad") is False
    return prediction.kind is None and _like_labels(prediction)


def _like_labels(facts: Facts) -> bool:
    dtype, interval = facts.value("dtype"), facts.interval
    if dtype is not None and (dtype.is_integral or dtype is DType.BOOL):
        return True
    return facts.value("grad") is False and interval is not None and interval.within(UNIT)


def _swapped_kl_div(call: LossCall) -> bool:
    """A log-probability as target, and an input that is none. A log-probability as input is right, with or without gradient."""
    prediction, target = call.prediction.facts, call.target.facts
    if target.value("kind") is not Kind.LOG_PROBABILITIES or wants_log_target(call) is not False:
        return False
    if prediction.value("kind") is Kind.PROBABILITIES:
        return True
    return no_log_probabilities(prediction) is not None and prediction.value("grad") is False and target.value("grad") is True


def _teacher_first(call: LossCall) -> bool:
    """Probabilities on both sides, and only those of the target may carry a gradient: the teacher stands where the student belongs."""
    prediction, target = call.prediction.facts, call.target.facts
    return (
        prediction.value("kind") is Kind.PROBABILITIES
        and prediction.value("grad") is False
        and target.value("kind") is Kind.PROBABILITIES
        and target.value("grad") is not False
    )
