"""BCE306: a loss that torch refuses to compute under CUDA autocast."""

from __future__ import annotations

from bcelint.losscall import LossCall
from bcelint.rules.base import Problem, Rule
from bcelint.rules.words import born, brackets, loss_name, other_loss, problem


class AutocastUnsafeBce(Rule):
    """
    ## What it does
    Checks for `BCELoss` and `F.binary_cross_entropy` inside `torch.autocast("cuda")`.

    ## Why is this bad?
    Where mixed precision is switched on, the forward pass raises `RuntimeError: torch.nn.functional.binary_cross_entropy and
    torch.nn.BCELoss are unsafe to autocast`, whatever the dtype of the prediction: the gradient of the loss alone may
    overflow in float16. It goes unnoticed on the CPU, and as long as the option for mixed precision is off.

    ## Example
    ```python
    with torch.autocast("cuda"):
        probabilities = torch.sigmoid(model(x))
        loss = F.binary_cross_entropy(probabilities, y)
    ```

    ## Use instead
    ```python
    with torch.autocast("cuda"):
        logits = model(x)
        loss = F.binary_cross_entropy_with_logits(logits, y)
    ```

    ## Fix safety
    One loss made of the sigmoid and `BCELoss` keeps the numbers: safe where the sigmoid serves nothing else. Where it does, or sits in
    the model, compute the loss in `torch.autocast("cuda", enabled=False)`, on `.float()`.

    ## References
    - [Automatic mixed precision: prefer binary_cross_entropy_with_logits](https://docs.pytorch.org/docs/stable/amp.html#prefer-binary-cross-entropy-with-logits-over-binary-cross-entropy)
    """

    code = "BCE306"
    name = "autocast-unsafe-bce"
    summary = "BCELoss under CUDA autocast, where torch refuses to compute it"

    def check(self, call: LossCall) -> Problem | None:
        if call.autocast is None or not call.autocast.value or call.loss.autocasts or call.is_constructor:
            return None
        message = (
            f"{loss_name(call)} under CUDA autocast{brackets(born(call.autocast))}, where torch raises; "
            f"use {other_loss(call, 'BCEWithLogitsLoss')} on logits, or switch autocast off around it"
        )
        return problem(call, call.prediction, call.autocast, message)
