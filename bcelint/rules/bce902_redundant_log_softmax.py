"""BCE902: a log_softmax, then CrossEntropyLoss. Advice."""

from __future__ import annotations

from bcelint.facts import Kind
from bcelint.losscall import LossCall
from bcelint.rules.base import Problem, Rule
from bcelint.rules.words import activation, born, loss_name, other_loss, problem


class RedundantLogSoftmax(Rule):
    """
    ## What it does
    Checks for a log_softmax whose result goes into `CrossEntropyLoss` or `F.cross_entropy`. This is advice, and off by default.

    ## Why is this bad?
    It does no harm: the log_softmax of log-probabilities over the same dimension is themselves. But it is computed twice, and
    who reads it must know that to see that the loss is right.

    ## Example
    ```python
    loss = F.cross_entropy(F.log_softmax(logits, dim=1), y)
    ```

    ## Use instead
    ```python
    loss = F.cross_entropy(logits, y)
    ```

    ## Fix safety
    Exchanging the loss for `NLLLoss` is safe where every call of the criterion is given log-probabilities and its targets are known to be
    class indices: the values stay the same up to rounding. Where their dtype is not known it is unsafe.

    ## References
    - [torch.nn.CrossEntropyLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html)
    - [torch.nn.NLLLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html)
    """

    code = "BCE902"
    name = "redundant-log-softmax"
    summary = "a log_softmax, then CrossEntropyLoss: harmless, but done twice"
    advice = True
    option = "--advice"
    level = "note"

    def check(self, call: LossCall) -> Problem | None:
        facts = call.prediction.facts
        if call.loss.applies != "softmax" or facts.value("kind") is not Kind.LOG_PROBABILITIES:
            return None
        if not born(facts.kind) or activation(facts) != "softmax":
            return None
        repair = "drop it" if call.loss.declared else f"drop it or use {other_loss(call, 'NLLLoss')}"
        message = f"{born(facts.kind)}, and again inside {loss_name(call)}: harmless; {repair}"
        return problem(call, call.prediction, facts.kind, message)
