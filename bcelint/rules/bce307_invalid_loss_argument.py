"""BCE307: an unknown reduction or keyword."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from bcelint.contracts.schema import Loss, TargetForm
from bcelint.losscall import Argument, LossCall
from bcelint.rules.asked import is_none
from bcelint.rules.base import Lack, Problem, Rule
from bcelint.rules.words import loss_name, problem

_REDUCTIONS = ("none", "mean", "sum")
_DEPRECATED = "elementwise_mean"


class InvalidLossArgument(Rule):
    """
    ## What it does
    Checks for a `reduction` that the loss does not have, and for keywords that its constructor or function does not take.

    ## Why is this bad?
    `reduction="avg"` passes the constructor and raises a `ValueError` at the first call, which may be hours later. An unknown
    keyword, such as `pos_weight` in `BCELoss`, raises a `TypeError`.

    ## Example
    ```python
    criterion = nn.BCEWithLogitsLoss(reduction="average")
    ```

    ## Use instead
    ```python
    criterion = nn.BCEWithLogitsLoss(reduction="mean")
    ```

    ## Fix safety
    Replacing a misspelt reduction or keyword by the nearest valid one is unsafe: it is a guess. A keyword that only another loss has is
    left alone.

    ## References
    - [torch.nn.BCEWithLogitsLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html)
    """

    code = "BCE307"
    name = "invalid-loss-argument"
    summary = "an unknown reduction or keyword"

    def check(self, call: LossCall) -> Problem | None:
        if call.constructed_at is not None and not call.is_constructor:
            return None  # said where the criterion is built
        name = loss_name(call)
        if call.unknown_keywords:
            words = ", ".join(f"`{word}`" for word in call.unknown_keywords)
            return problem(call, Argument(), None, f"{name} has no argument {words}; it raises a TypeError")
        argument = call.options.get("reduction")
        if call.loss.declared or argument is None or not isinstance(argument.constant, str):
            return None
        given, known = argument.constant, reductions(call.loss)
        # torch 2.13 still takes elementwise_mean for mean, with a warning.
        if given in known or given == _DEPRECATED:
            return None
        nearest = difflib.get_close_matches(given.lower(), known, 1) or ["mean"]
        choice = ", ".join(f'"{word}"' for word in known)
        message = f'reduction="{given}" of {name} is not one of {choice}; use "{nearest[0]}"'
        return problem(call, argument, None, message)

    def lacks(self, call: LossCall) -> Iterable[Lack]:
        if call.open_options:
            yield Lack("options", "value")
        argument = call.options.get("reduction")
        if argument is not None and not call.loss.declared and argument.constant is None and not is_none(argument):
            yield Lack("reduction", "value")


def reductions(loss: Loss) -> tuple[str, ...]:
    """What ``reduction`` may be."""
    return (*_REDUCTIONS, "batchmean") if loss.targets.form is TargetForm.DISTRIBUTION else _REDUCTIONS
