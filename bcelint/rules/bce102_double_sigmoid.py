"""BCE102: probabilities into a loss that applies a sigmoid."""

from __future__ import annotations

from bcelint.contracts.schema import Loss
from bcelint.facts import Kind
from bcelint.losscall import LossCall
from bcelint.rules.base import Problem, Rule
from bcelint.rules.words import activation, born, colon, drop, either_use, is_bce, is_twice, loss_name, problem


class DoubleSigmoid(Rule):
    """
    ## What it does
    Checks for probabilities (out of a sigmoid or a softmax) and log-probabilities that reach a loss which applies a sigmoid
    itself: `BCEWithLogitsLoss`, `MultiLabelSoftMarginLoss`, `SoftMarginLoss`, sigmoid focal loss.

    ## Why is this bad?
    Nothing crashes. A second sigmoid maps [0, 1] to [0.5, 0.73], so the model can never be sure: with hard targets the loss
    can't fall below 0.313 where the target is 1, nor below 0.693 where it is 0, and the gradients shrink.

    ## Example
    ```python
    probabilities = torch.sigmoid(self.head(x))
    loss = F.binary_cross_entropy_with_logits(probabilities, y)
    ```

    ## Use instead
    ```python
    logits = self.head(x)
    loss = F.binary_cross_entropy_with_logits(logits, y)
    ```

    ## Fix safety
    Dropping a sigmoid in the call, or just before it where its result goes nowhere but into the loss, is safe; so is passing the
    variable that it was applied to. Where the sigmoid is in the model, the model is left alone, because inference depends on it: the
    loss becomes `BCELoss`, or `torch.logit(...)` undoes the sigmoid at the call, which is unsafe. The better repair by hand is a
    model that returns logits, and a sigmoid where it predicts. A softmax is undone by no logit: there is no automatic fix then.

    ## References
    - [torch.nn.BCEWithLogitsLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html)
    """

    code = "BCE102"
    name = "double-sigmoid"
    summary = "probabilities into a loss that applies a sigmoid"

    def check(self, call: LossCall) -> Problem | None:
        facts = call.prediction.facts
        kind = facts.value("kind")
        if kind not in (Kind.PROBABILITIES, Kind.LOG_PROBABILITIES) or not _wants_logits(call.loss, activation(facts)):
            return None
        made_by = activation(facts)
        if call.loss.applies is None:
            inside, repair = "and the loss wants logits", "pass the logits" if kind is Kind.LOG_PROBABILITIES else drop(facts)
        elif kind is Kind.LOG_PROBABILITIES:
            inside, repair = "and a sigmoid inside the loss", "pass the logits"
        elif made_by == "softmax":
            inside, repair = "and a sigmoid inside the loss", drop(facts)
        else:
            inside = "and again inside the loss" if made_by == "sigmoid" else "and a sigmoid inside the loss"
            fits_bce = is_bce(call.loss) and call.loss.cls and not is_twice(facts)
            repair = either_use(call, "BCELoss", drop(facts)) if fits_bce else drop(facts)
        message = f"{facts.what} reach {loss_name(call)}{colon(born(facts.kind) or made_by)}, {inside}; {repair}"
        return problem(call, call.prediction, facts.kind, message)


def _wants_logits(loss: Loss, made_by: str) -> bool:
    """Whether the loss applies a sigmoid; of one that wants logits and does not say why, whatever is no softmax is reported here."""
    return loss.applies == "sigmoid" or (loss.applies is None and loss.wants is Kind.LOGITS and made_by != "softmax")
