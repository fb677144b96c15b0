"""BCE202: targets known to leave [0, 1] into a BCE loss."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bcelint.contracts.schema import Loss, TargetForm
from bcelint.facts import UNIT, Claim, Interval, Kind
from bcelint.losscall import LossCall
from bcelint.rules.asked import of_target
from bcelint.rules.base import Lack, Problem, Rule
from bcelint.rules.words import SLACK, born, brackets, leaves, loss_name, problem


class TargetRange(Rule):
    """
    ## What it does
    Checks for targets that are known to leave [0, 1], such as labels of -1 and +1 and masks of 0 and 255, into a BCE loss.

    ## Why is this bad?
    `BCELoss` raises `all elements of target should be between 0 and 1`. `BCEWithLogitsLoss` does not: with a target of 255
    or -1 the loss has no minimum any more, and the logits run away.

    ## Example
    ```python
    y = torch.tensor([-1.0, 1.0, 1.0, -1.0])
    loss = F.binary_cross_entropy_with_logits(logits, y)
    ```

    ## Use instead
    ```python
    y = torch.tensor([0.0, 1.0, 1.0, 0.0])
    loss = F.binary_cross_entropy_with_logits(logits, y)
    ```

    ## Fix safety
    There is no automatic fix: labels of -1 and 1 could be mapped to 0 and 1, masks of 255 divided, or another loss could have been meant.

    ## References
    - [torch.nn.BCEWithLogitsLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html)
    """

    code = "BCE202"
    name = "target-range"
    summary = "targets known to leave [0, 1] into a BCE loss"

    def check(self, call: LossCall) -> Problem | None:
        facts, wanted = call.target.facts, _wanted(call.loss)
        if wanted is None:
            return None
        if facts.interval is not None and facts.interval.within(wanted):
            return None
        if _is_masked(call):
            return None
        claim: Claim[Any] | None
        if wanted == UNIT and facts.value("kind") in (Kind.LOGITS, Kind.LOG_PROBABILITIES):
            claim, repair = facts.kind, "apply a sigmoid to the target"
        elif leaves(facts.interval, wanted):
            claim, repair = facts.range, f"map the target into {wanted}"
        else:
            return None
        message = f"{facts.what}{brackets(born(claim))} reach {loss_name(call)} as target, which wants {wanted}; {repair}"
        return problem(call, call.target, claim, message)

    def lacks(self, call: LossCall) -> Iterable[Lack]:
        interval, wanted = call.target.facts.interval, _wanted(call.loss)
        is_right = wanted is None or (interval is not None and interval.within(wanted, SLACK))
        return [] if is_right else of_target(call, "range")


def _wanted(loss: Loss) -> Interval | None:
    """Where the targets must lie; None of a loss that takes any."""
    wanted = loss.targets.range
    return wanted if loss.targets.form is TargetForm.PER_ELEMENT and (wanted == UNIT or loss.declared) else None


def _is_masked(call: LossCall) -> bool:
    """Whether elements may be left out: by their weights, or because each has a loss of its own, of which some are dropped afterwards.

    ``BCELoss`` itself refuses all targets outside of [0, 1] (measured on torch 2.13).
    """
    if call.loss.wants is Kind.PROBABILITIES:
        return False
    reduction, reduce = call.options.get("reduction"), call.options.get("reduce")
    if reduce is not None and reduce.constant is not True:
        return True
    return "weight" in call.options or (reduction is not None and reduction.constant not in ("mean", "sum"))
