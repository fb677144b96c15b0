"""BCE106: logits or probabilities into CTCLoss."""

from __future__ import annotations

from bcelint.contracts.schema import TargetForm
from bcelint.facts import Kind
from bcelint.losscall import LossCall
from bcelint.rules.base import Problem, Rule
from bcelint.rules.words import born, brackets, loss_name, no_log_probabilities, problem


class CtcWithoutLogSoftmax(Rule):
    """
    ## What it does
    Checks for logits, probabilities and other values above 0 that reach `CTCLoss` or `F.ctc_loss`.

    ## Why is this bad?
    `CTCLoss` adds up log-probabilities along alignments. Given anything else it neither crashes nor warns: its value can be
    negative, and its gradient, which assumes a log_softmax before it, is wrong.

    ## Example
    ```python
    scores = self.classifier(features).permute(1, 0, 2)
    loss = ctc(scores, targets, input_lengths, target_lengths)
    ```

    ## Use instead
    ```python
    scores = self.classifier(features).permute(1, 0, 2)
    loss = ctc(scores.log_softmax(-1), targets, input_lengths, target_lengths)
    ```

    ## Fix safety
    Adding a log_softmax over the classes, which are the last dimension, is safe for logits. For probabilities, a log_softmax instead of
    the softmax, or the log at the call (with `.clamp_min(1e-30)` before it, as a softmax can be 0), is unsafe.

    ## References
    - [torch.nn.CTCLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.CTCLoss.html)
    """

    code = "BCE106"
    name = "ctc-without-log-softmax"
    summary = "logits or probabilities into CTCLoss"

    def check(self, call: LossCall) -> Problem | None:
        if call.loss.wants is not Kind.LOG_PROBABILITIES or call.loss.targets.form is not TargetForm.SEQUENCES:
            return None
        facts = call.prediction.facts
        claim = no_log_probabilities(facts)
        if claim is None:
            return None
        repair = "use log_softmax instead of softmax" if facts.value("kind") is Kind.PROBABILITIES else "add a log_softmax"
        message = f"{facts.what}{brackets(born(claim))} reach {loss_name(call)}, which wants log-probabilities; {repair}"
        return problem(call, call.prediction, claim, message)
