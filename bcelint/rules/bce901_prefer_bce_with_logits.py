"""BCE901: a sigmoid, then BCELoss. Advice."""

from __future__ import annotations

from bcelint.facts import Kind
from bcelint.losscall import LossCall
from bcelint.rules.base import Problem, Rule
from bcelint.rules.words import activation, born, loss_name, other_loss, problem


class PreferBceWithLogits(Rule):
    """
    ## What it does
    Checks for a sigmoid whose result goes into `BCELoss` or `F.binary_cross_entropy`. This is advice, and off by default.

    ## Why is this bad?
    It is correct, but its gradient dies: at a logit of 20 and a target of 0 the sigmoid is exactly 1 in float32 and the gradient
    exactly 0, where `BCEWithLogitsLoss`, which computes both in one, still has its full gradient. Nor can it run under
    CUDA autocast.

    ## Example
    ```python
    loss = F.binary_cross_entropy(torch.sigmoid(logits), y)
    ```

    ## Use instead
    ```python
    loss = F.binary_cross_entropy_with_logits(logits, y)
    ```

    ## Fix safety
    Fusing the two is safe where the sigmoid stands in every call of the criterion, or just before it, and serves nothing else: loss and
    gradient stay the same up to rounding. A sigmoid in the model is left alone.

    ## References
    - [torch.nn.BCEWithLogitsLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html)
    """

    code = "BCE901"
    name = "prefer-bce-with-logits"
    summary = "a sigmoid, then BCELoss: correct, but its gradient dies"
    advice = True
    option = "--advice"
    level = "note"

    def check(self, call: LossCall) -> Problem | None:
        facts = call.prediction.facts
        if call.loss.declared or call.loss.wants is not Kind.PROBABILITIES or facts.value("kind") is not Kind.PROBABILITIES:
            return None
        if not born(facts.kind) or activation(facts) != "sigmoid":
            return None
        message = (
            f"{born(facts.kind)}, then {loss_name(call)}: the gradient dies where the sigmoid saturates; "
            f"use {other_loss(call, 'BCEWithLogitsLoss')} on the logits"
        )
        return problem(call, call.prediction, facts.kind, message)
