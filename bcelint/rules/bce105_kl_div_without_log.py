"""BCE105: KLDivLoss on values that are not in the form it wants."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bcelint.contracts.schema import TargetForm
from bcelint.facts import NON_NEGATIVE, NON_POSITIVE, Claim, Facts, Kind
from bcelint.losscall import LossCall
from bcelint.rules.asked import of_target
from bcelint.rules.base import Lack, Problem, Rule
from bcelint.rules.words import SLACK, born, brackets, leaves, loss_name, no_log_probabilities, problem


class KlDivWithoutLog(Rule):
    """
    ## What it does
    Checks for a `KLDivLoss` or `F.kl_div` whose input is known to be no log-probability, whose target is a log-probability or
    a logit without `log_target=True`, or whose target is a probability with `log_target=True`.

    ## Why is this bad?
    `KLDivLoss` computes `target * (log(target) - input)`. Given probabilities as input it is no divergence, and its minimum
    is not where the distributions agree. A logarithm of negative numbers, as of a log target without `log_target=True`, is NaN.

    ## Example
    ```python
    loss = F.kl_div(F.softmax(student / T, dim=1), F.softmax(teacher / T, dim=1), reduction="batchmean")
    ```

    ## Use instead
    ```python
    loss = F.kl_div(F.log_softmax(student / T, dim=1), F.softmax(teacher / T, dim=1), reduction="batchmean")
    ```

    ## Fix safety
    Turning a softmax that serves the loss alone into a log_softmax is safe. Taking the log at the call and adding `log_target=True` are
    unsafe. If the loss is to be the divergence of whole distributions, `reduction="batchmean"` is what torch recommends; no fix
    changes it.

    ## References
    - [torch.nn.KLDivLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.KLDivLoss.html)
    """

    code = "BCE105"
    name = "kl-div-without-log"
    summary = "a KLDivLoss input that is no log-probability, or a log target without log_target"

    def check(self, call: LossCall) -> Problem | None:
        if call.loss.wants is not Kind.LOG_PROBABILITIES or call.loss.targets.form is not TargetForm.DISTRIBUTION:
            return None
        facts = call.prediction.facts
        claim = no_log_probabilities(facts)
        if claim is not None:
            wants = f"reach {loss_name(call)} as input, which wants log-probabilities"
            message = f"{facts.what}{brackets(born(claim))} {wants}; {_with_log(facts, claim)}"
            return problem(call, call.prediction, claim, message)
        if not _says_what_it_wants(call):
            return None
        log_target = wants_log_target(call)
        facts = call.target.facts
        claim = None if log_target is None else _wrong_target(facts, log_target)
        if claim is None:
            return None
        wanted = "log-probabilities with log_target=True" if log_target else "probabilities without log_target=True"
        repair = {
            Kind.LOGITS: "apply a softmax",
            Kind.PROBABILITIES: "drop log_target=True or use log_softmax",
            Kind.LOG_PROBABILITIES: "pass log_target=True",
            None: "pass log-probabilities" if log_target else "pass probabilities",
        }[facts.value("kind")]
        message = f"{facts.what}{brackets(born(claim))} reach {loss_name(call)} as target, which wants {wanted}; {repair}"
        return problem(call, call.target, claim, message)

    def lacks(self, call: LossCall) -> Iterable[Lack]:
        if call.loss.targets.form is not TargetForm.DISTRIBUTION or not _says_what_it_wants(call):
            return []
        log_target = wants_log_target(call)
        if log_target is None:
            return [Lack("log_target", "value")]
        facts = call.target.facts
        bound = NON_POSITIVE if log_target else NON_NEGATIVE
        right = Kind.LOG_PROBABILITIES if log_target else Kind.PROBABILITIES
        is_right = facts.value("kind") is right or (facts.interval is not None and facts.interval.within(bound, SLACK))
        return [] if is_right else of_target(call, "kind")


def _with_log(facts: Facts, claim: Claim[Any]) -> str:
    """What makes log-probabilities of the input: those of a sigmoid are none of one softmax."""
    kind = facts.value("kind")
    if kind is None:
        return "pass log-probabilities"
    of_softmax = kind is Kind.LOGITS or not claim.steps or "softmax" in claim.steps[0].note.lower()
    return "use log_softmax" if of_softmax else "take their log"


def _says_what_it_wants(call: LossCall) -> bool:
    """Whether it is known what the loss wants of its target: a declared one may not say it."""
    return not call.loss.declared or any(param.name == "log_target" for param in (*call.loss.init, *call.loss.func))


def wants_log_target(call: LossCall) -> bool | None:
    """The value of ``log_target``; None where it is passed, but not known."""
    option = call.options.get("log_target")
    if option is None:
        return False
    return option.constant if isinstance(option.constant, bool) else None


def _wrong_target(facts: Facts, log_target: bool) -> Claim[Any] | None:
    if log_target:
        return no_log_probabilities(facts)
    if facts.interval is not None and facts.interval.within(NON_NEGATIVE):
        return None
    if facts.value("kind") in (Kind.LOGITS, Kind.LOG_PROBABILITIES):
        return facts.kind
    return facts.range if leaves(facts.interval, NON_NEGATIVE) else None
