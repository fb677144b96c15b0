"""BCE301: CrossEntropyLoss on one class."""

from __future__ import annotations

import math
from collections.abc import Iterable

from bcelint.facts import Facts, Shape
from bcelint.losscall import LossCall
from bcelint.rules.asked import of_prediction
from bcelint.rules.base import Lack, Problem, Rule
from bcelint.rules.words import born, brackets, either_use, loss_name, problem, takes_classes


class SingleLogitCrossEntropy(Rule):
    """
    ## What it does
    Checks for `CrossEntropyLoss` on a prediction whose class dimension has size 1.

    ## Why is this bad?
    A softmax over one class is 1 whatever the score is, so the loss and its gradient are 0 and the model learns nothing.
    With long targets any label but 0 raises an IndexError; with float targets of shape (N, 1) nothing is ever raised.

    ## Example
    ```python
    model = nn.Linear(20, 1)
    loss = F.cross_entropy(model(x), y)
    ```

    ## Use instead
    ```python
    model = nn.Linear(20, 1)
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    ```

    ## Fix safety
    Exchanging the loss for `BCEWithLogitsLoss`, with targets cast to floats and given the prediction's shape, is unsafe: two outputs
    could have been meant.

    ## References
    - [torch.nn.CrossEntropyLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html)
    """

    code = "BCE301"
    name = "single-logit-cross-entropy"
    summary = "CrossEntropyLoss on one column or channel: the loss is 0 whatever the model says"

    def check(self, call: LossCall) -> Problem | None:
        claim = call.prediction.facts.shape
        if call.loss.applies != "softmax" or not takes_classes(call.loss) or claim is None or class_count(claim.value) != 1:
            return None
        if claim.value.open and not _one_answer(call.target.facts):
            return None
        message = f"prediction {claim.value}{brackets(born(claim))} has one class{_what_follows(call)}"
        return problem(call, call.prediction, claim, message)

    def lacks(self, call: LossCall) -> Iterable[Lack]:
        if call.loss.applies != "softmax" or not takes_classes(call.loss):
            return []
        shape = call.prediction.facts.value("shape")
        return [] if shape is not None and _surely_several(shape, call.target.facts) else of_prediction(call, "shape")


def _what_follows(call: LossCall) -> str:
    """What the loss is then, as far as the targets tell, and what mends it."""
    facts = call.target.facts
    dtype, values = facts.value("dtype"), facts.value("range")
    repair = either_use(call, "BCEWithLogitsLoss", "two outputs")
    if call.loss.declared or dtype is None or not dtype.is_integral or "ignore_index" in call.options:
        return f": {loss_name(call)} is {'the same' if call.loss.declared else '0'} whatever it says; {repair}"
    if values is not None and values.tight and 2 <= values.high < math.inf:
        return f", and the targets go up to {values.high:.0f}: {loss_name(call)} raises; give the model {values.high + 1:.0f} outputs"
    return f": {loss_name(call)} is 0 for target 0 and raises for any other; {repair}"


def _surely_several(shape: Shape, target: Facts) -> bool:
    """Whether there is known to be more than one class."""
    if not shape.open:
        return shape.rank == 0 or isinstance(class_count(shape), int)
    return _one_answer(target) and bool(shape.dims) and isinstance(shape.dims[-1], int) and shape.dims[-1] != 1


def class_count(shape: Shape) -> object:
    """The size of the class dimension: the second, or the only one; where only the very last is known, as after a Linear, that one, but
    of three dimensions or more the last is that of something else."""
    if shape.open:
        return shape.dims[-1] if shape.min_rank == 2 and shape.dims[-2] is None else None
    if shape.rank == 0:
        return None
    return shape.dim(0 if shape.rank == 1 else 1)


def _one_answer(target: Facts) -> bool:
    """Whether there is known to be one class index, or one row of class probabilities, for each sample: the last dimension of the prediction is
    that of the classes then, which else may stand in the second of three or more.
    """
    shape, dtype = target.value("shape"), target.value("dtype")
    if shape is None or shape.rank is None:
        return False
    return shape.rank <= 1 or (shape.rank == 2 and dtype is not None and dtype.is_floating)
