"""BCE303: a prediction that carries no gradient, into a loss that is trained on."""

from __future__ import annotations

from collections.abc import Iterable

from bcelint.contracts.schema import TargetForm
from bcelint.facts import Claim
from bcelint.losscall import LossCall
from bcelint.places import GRADIENTS_OFF
from bcelint.rules.asked import of_prediction, of_target
from bcelint.rules.base import Lack, Problem, Rule
from bcelint.rules.words import born, brackets, loss_name, problem

_MAKERS = frozenset(
    "arange empty empty_like eye full full_like linspace new_empty new_full new_ones new_zeros normal ones ones_like rand rand_like randint "
    "randint_like randn randn_like randperm zeros zeros_like".split()
)
"""Functions that make a tensor of no other."""


class NoGradientPrediction(Rule):
    """
    ## What it does
    Checks for predictions whose gradient is cut (by `argmax`, `round`, a comparison, `.detach()`, `.item()`) in a loss that
    reaches `backward()`.

    ## Why is this bad?
    The loss is computed and shown, and teaches the model nothing. Where it is the only term, `backward()` raises; where
    another term carries the gradient, or `requires_grad_()` was added to quiet the error, nothing does.

    ## Example
    ```python
    predicted = logits.argmax(dim=1).float()
    loss = F.binary_cross_entropy(predicted, y)
    loss.requires_grad_(True)
    loss.backward()
    ```

    ## Use instead
    ```python
    loss = F.cross_entropy(logits, y)
    loss.backward()
    ```

    ## Fix safety
    There is no automatic fix: pass the values that the gradient flows through, those before the argmax, the threshold or the detach.

    ## References
    - [torch.Tensor.detach](https://docs.pytorch.org/docs/stable/generated/torch.Tensor.detach.html)
    """

    code = "BCE303"
    name = "no-gradient-prediction"
    summary = "a prediction through argmax, round, a threshold, .detach() or .item()"

    def check(self, call: LossCall) -> Problem | None:
        claim = call.prediction.facts.grad
        if claim is None or claim.value or not call.trained or _may_train_the_target(call) or _is_made(claim):
            return None
        is_off = bool(claim.steps) and claim.steps[0].note.startswith(GRADIENTS_OFF)
        message = f"a prediction without gradient{brackets(born(claim))} reaches {loss_name(call)}, which trains nothing then; " + (
            "compute it where gradients are on" if is_off else "pass the model's output itself"
        )
        return problem(call, call.prediction, claim, message)

    def lacks(self, call: LossCall) -> Iterable[Lack]:
        flows, flows_back = call.prediction.facts.value("grad"), call.target.facts.value("grad")
        if flows is True or flows_back is True:
            return []
        if flows is None:
            return of_prediction(call, "gradient")
        return of_target(call, "gradient") if call.trained and flows_back is None else []


def _may_train_the_target(call: LossCall) -> bool:
    """Whether a model may stand in the target's place, to which torch passes the gradient too, as in the reversed KL divergence."""
    target = call.target.facts
    if target.value("grad") is None:
        return target.kind is not None or call.loss.targets.form is TargetForm.DISTRIBUTION
    return target.value("grad") is True


def _is_made(claim: Claim[bool]) -> bool:
    """Whether a tensor never had a gradient, as one made by ``zeros`` or ``randn`` has none: nothing cut it off from a model."""
    return bool(claim.steps) and claim.steps[0].note in _MAKERS
