"""BCE103: probabilities into a loss that applies a softmax."""

from __future__ import annotations

from bcelint.facts import Kind
from bcelint.losscall import LossCall
from bcelint.rules.base import Problem, Rule
from bcelint.rules.words import activation, born, colon, drop, loss_name, problem


class DoubleSoftmax(Rule):
    """
    ## What it does
    Checks for softmax and sigmoid outputs that reach `CrossEntropyLoss` or `F.cross_entropy`.

    ## Why is this bad?
    Nothing crashes. The loss applies `log_softmax` to numbers that already lie in [0, 1], so it can't fall below
    ln(1 + (C - 1) / e): 0.313 for 2 classes, 1.461 for 10, 3.622 for 100, and it learns slowly. Applying `log_softmax`
    before the loss is redundant, but does no harm, and is not reported here (see BCE902).

    ## Example
    ```python
    def forward(self, x):
        return F.softmax(self.fc(x), dim=1)

    loss = F.cross_entropy(model(x), y)
    ```

    ## Use instead
    ```python
    def forward(self, x):
        return self.fc(x)

    loss = F.cross_entropy(model(x), y)
    ```

    ## Fix safety
    Dropping a softmax in the call, or just before it where its result goes nowhere but into the loss or an `argmax`, is safe; so is
    passing the variable that it was applied to. Where the softmax is in the model, the model is left alone: the loss becomes `NLLLoss`
    on the log of the probabilities (or stays, on their log), which is unsafe; `.clamp_min(1e-30)` keeps exact zeros from the log. For a
    sigmoid the loss becomes `BCELoss` where the targets are floats, else `torch.logit(...)` undoes it, which is unsafe. The better
    repair by hand is a model that returns logits; it is the only one where the call names its argument logits, or where the model
    applies the activation in training only.

    ## References
    - [torch.nn.CrossEntropyLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html)
    """

    code = "BCE103"
    name = "double-softmax"
    summary = "softmax or sigmoid output into a loss that applies a softmax"

    def check(self, call: LossCall) -> Problem | None:
        facts = call.prediction.facts
        made_by = activation(facts)
        unsaid = call.loss.applies is None and call.loss.wants is Kind.LOGITS and made_by == "softmax"
        if facts.value("kind") is not Kind.PROBABILITIES or not (unsaid or call.loss.applies == "softmax"):
            return None
        again = "and again inside the loss" if made_by == "softmax" else "and a softmax inside the loss"
        inside = "and the loss wants logits" if unsaid else again
        message = f"probabilities reach {loss_name(call)}{colon(born(facts.kind) or made_by)}, {inside}; {drop(facts)}"
        return problem(call, call.prediction, facts.kind, message)
