"""BCE104: logits or probabilities into NLLLoss."""

from __future__ import annotations

from bcelint.contracts.schema import TargetForm
from bcelint.facts import Kind
from bcelint.losscall import LossCall
from bcelint.rules.base import Problem, Rule
from bcelint.rules.words import born, brackets, loss_name, no_log_probabilities, other_loss, problem

_OTHER_RULES = (TargetForm.DISTRIBUTION, TargetForm.SEQUENCES)  # BCE105 and BCE106
_OF_NUMBERS = {"tensor", "Tensor", "FloatTensor", "DoubleTensor", "as_tensor"}
"""What makes a tensor of numbers that stand in the code."""
_DRAWN = {"rand", "randn", "randint", "rand_like", "randn_like", "normal"}


class NllWithoutLogSoftmax(Rule):
    """
    ## What it does
    Checks for logits, probabilities and other values above 0 that reach `NLLLoss` or `F.nll_loss`. Logits are left alone where the gradient of
    the loss is only looked at, as for a saliency map: there it is the gradient of a class's score that is wanted. So is what only picks entries:
    `-F.nll_loss(p, y, reduction="none")`, with its sign changed at once and nothing trained on it, is the entry of each sample's class. And so
    are numbers that stand in the code or are drawn at random, as in a test, if nothing learns by them.

    ## Why is this bad?
    `NLLLoss` takes no logarithm and no softmax: it picks the entry of the target's class and changes its sign. Given logits
    it falls without bound as the model raises all its scores. Given probabilities its gradient no longer grows when the
    model is confidently wrong. Neither crashes.

    ## Example
    ```python
    scores = self.fc(x)
    loss = F.nll_loss(scores, y)
    ```

    ## Use instead
    ```python
    scores = self.fc(x)
    loss = F.cross_entropy(scores, y)
    ```

    ## Fix safety
    Exchanging `NLLLoss` for `CrossEntropyLoss`, arguments kept, is safe where every call of the criterion is given logits. For
    probabilities, a log_softmax instead of the softmax is unsafe, and so is the log at the call where the softmax is in the model; a
    probability that may be 0 is kept from it by `.clamp_min(1e-30)`, because its log would make the gradient NaN.

    ## References
    - [torch.nn.NLLLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html)
    """

    code = "BCE104"
    name = "nll-without-log-softmax"
    summary = "logits or probabilities into NLLLoss"

    def check(self, call: LossCall) -> Problem | None:
        if call.loss.wants is not Kind.LOG_PROBABILITIES or call.loss.targets.form in _OTHER_RULES:
            return None
        facts = call.prediction.facts
        claim = no_log_probabilities(facts)
        if claim is None or (facts.value("kind") is None and _is_made_up(call)):
            return None
        if _picks_entries(call) or (call.explains and facts.value("kind") is Kind.LOGITS):
            return None  # the score of a class is what is asked for, or its gradient
        if call.loss.declared:
            repair = "use log_softmax instead" if facts.value("kind") is Kind.PROBABILITIES else "add a log_softmax"
            message = f"{facts.what}{brackets(born(claim))} reach {loss_name(call)}, which wants log-probabilities; {repair}"
            return problem(call, call.prediction, claim, message)
        cross_entropy = other_loss(call, "CrossEntropyLoss")
        if facts.value("kind") is Kind.PROBABILITIES:
            repair = f"use log_softmax, or {cross_entropy} on the logits"
        else:
            repair = f"use {cross_entropy} or add a log_softmax"
        message = f"{facts.what}{brackets(born(claim))} reach {loss_name(call)}, which wants log-probabilities; {repair}"
        return problem(call, call.prediction, claim, message)


def _picks_entries(call: LossCall) -> bool:
    """Whether what is asked for is the entry of each sample's class: the sign is changed, no mean is taken, and nothing is trained on it."""
    reduction = call.options.get("reduction")
    return call.negated and not call.trained and reduction is not None and reduction.constant == "none"


def _is_made_up(call: LossCall) -> bool:
    """Whether the prediction is made of numbers that stand in the code or are drawn there, and learns nothing: what the loss says is asked."""
    facts = call.prediction.facts
    steps = () if facts.range is None else facts.range.steps
    return len(steps) == 1 and steps[0].note in _OF_NUMBERS | _DRAWN and facts.value("grad") is False
