"""BCE101: a prediction that is not confined to [0, 1], into a loss that wants probabilities."""

from __future__ import annotations

from typing import Any

from bcelint.facts import UNIT, Claim, Kind
from bcelint.losscall import LossCall
from bcelint.rules.base import Problem, Rule
from bcelint.rules.words import SLACK, born, brackets, leaves, loss_name, other_loss, problem, takes_classes


class MissingSigmoid(Rule):
    """
    ## What it does
    Checks for predictions that are not confined to [0, 1] (logits, `tanh`, cosine similarity, `logsigmoid`) and reach
    `BCELoss` or `F.binary_cross_entropy`.

    ## Why is this bad?
    `BCELoss` wants probabilities. torch raises `RuntimeError: all elements of input should be between 0 and 1` as soon as
    one value leaves [0, 1]. Until then, as with a freshly initialised model whose scores happen to be small and positive, it
    trains on numbers that are no probabilities.

    ## Example
    ```python
    model = nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 1))
    criterion = nn.BCELoss()
    loss = criterion(model(x), y)
    ```

    ## Use instead
    ```python
    model = nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 1))
    criterion = nn.BCEWithLogitsLoss()
    loss = criterion(model(x), y)
    ```

    ## Fix safety
    Exchanging `BCELoss` for `BCEWithLogitsLoss`, arguments kept, is safe where every call of the criterion is given logits. Where it
    also serves calls that are right, `torch.sigmoid(...)` around the argument is unsafe. Values in [-1, 1] or from 0 on (`tanh`,
    cosine similarity, `relu`) are no logits: there is no automatic fix; map them to [0, 1], or let the model return logits.

    ## References
    - [torch.nn.BCELoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html)
    - [torch.nn.BCEWithLogitsLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html)
    """

    code = "BCE101"
    name = "missing-sigmoid"
    summary = "a prediction not confined to [0, 1] into a loss that wants probabilities"

    def check(self, call: LossCall) -> Problem | None:
        facts = call.prediction.facts
        if call.loss.wants is not Kind.PROBABILITIES:
            return None
        within = facts.interval is not None and facts.interval.within(UNIT, SLACK)
        if within and facts.value("kind") is not Kind.LOG_PROBABILITIES:
            return None
        claim: Claim[Any] | None
        if facts.value("kind") in (Kind.LOGITS, Kind.LOG_PROBABILITIES):
            claim = facts.kind
        elif leaves(facts.interval, UNIT):
            claim = facts.range
        else:
            return None
        repair = _repair(call, facts.value("kind") is Kind.LOGITS)
        return problem(
            call,
            call.prediction,
            claim,
            f"{facts.what}{brackets(born(claim))} reach {loss_name(call)}, which wants probabilities; {repair}",
        )


def _repair(call: LossCall, logits: bool) -> str:
    if call.loss.declared:
        activation = "softmax" if takes_classes(call.loss) else "sigmoid"
        return f"add a {activation}" if logits else f"use a {activation} instead"
    with_logits = other_loss(call, "BCEWithLogitsLoss")
    return f"use {with_logits} or add a sigmoid" if logits else f"use {with_logits} on the logits or a sigmoid instead"
