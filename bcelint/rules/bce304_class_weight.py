"""BCE304: class weights where a BCE loss takes weights of elements."""

from __future__ import annotations

from collections.abc import Iterable

from bcelint.facts import Shape
from bcelint.losscall import LossCall
from bcelint.rules.asked import is_none, of_prediction, surely_expands
from bcelint.rules.base import Lack, Problem, Rule
from bcelint.rules.words import born, brackets, cannot_expand, is_bce, loss_name, other_loss, problem

OPTIONS = {"weight": "elements", "pos_weight": "columns"}
"""What each of them has a number for."""


class ClassWeight(Rule):
    """
    ## What it does
    Checks for a `weight=` or `pos_weight=` of a BCE loss that has one number for each class, where the prediction has no such
    dimension: `weight=torch.tensor([0.1, 0.9])` for a prediction of (N, 1) or (N,).

    ## Why is this bad?
    In `CrossEntropyLoss`, `weight` has a number per class. In a BCE loss it has one per element of the prediction, and
    `pos_weight` one per column: neither knows of a negative and a positive class. torch raises a `RuntimeError` when the
    two don't broadcast, and where they happen to (two columns, a batch of two), it weighs positions.

    ## Example
    ```python
    logits = nn.Linear(16, 1)(x)
    criterion = nn.BCEWithLogitsLoss(weight=torch.tensor([0.1, 0.9]))
    loss = criterion(logits, y)
    ```

    ## Use instead
    ```python
    logits = nn.Linear(16, 1)(x)
    criterion = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(0.9 / 0.1))
    loss = criterion(logits, y)
    ```

    ## Fix safety
    There is no automatic fix: one number for the positive class stands for two, up to the scale of the loss, which moves the learning rate.

    ## References
    - [torch.nn.BCEWithLogitsLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html)
    """

    code = "BCE304"
    name = "class-weight"
    summary = "a number per class as weight of a BCE loss, which takes one per element or column"

    def check(self, call: LossCall) -> Problem | None:
        prediction = call.prediction.facts.shape
        if prediction is None or not is_bce(call.loss):
            return None
        for name in OPTIONS:
            argument = call.options.get(name)
            weight = None if argument is None else argument.facts.shape
            if argument is not None and weight is not None and _per_class(weight.value, prediction.value):
                what = f"{name} of {weight.value}{brackets(born(weight))} for a prediction of {prediction.value} in {loss_name(call)}"
                return problem(call, argument, weight, f"{what}, which weighs {OPTIONS[name]}, not classes; {_repair(call)}")
        return None

    def lacks(self, call: LossCall) -> Iterable[Lack]:
        if not is_bce(call.loss):
            return
        prediction = call.prediction.facts.value("shape")
        for name in OPTIONS:
            argument = call.options.get(name)
            weight = None if argument is None else argument.facts.value("shape")
            if argument is None or is_none(argument) or (weight is not None and weight.rank is not None and not _may_be_of_classes(weight)):
                continue
            if weight is None or weight.rank is None or not isinstance(weight.dims[0], int):
                yield Lack(name, "shape")
            elif prediction is None or not surely_expands(prediction, weight):
                yield from of_prediction(call, "shape")


def _may_be_of_classes(weight: Shape) -> bool:
    return weight.rank == 1 and (not isinstance(weight.dims[0], int) or weight.dims[0] >= 2)


def _per_class(weight: Shape, prediction: Shape) -> bool:
    if weight.rank != 1 or not isinstance(weight.dims[0], int) or weight.dims[0] < 2:
        return False
    batch_alone = prediction.rank == 1 and not isinstance(prediction.dims[0], int)
    return weight.dims[0] == 2 if batch_alone else cannot_expand(prediction, weight)


def _repair(call: LossCall) -> str:
    other = "" if call.loss.applies else f" of {other_loss(call, 'BCEWithLogitsLoss')}"
    return f"use pos_weight{other} with one number for each column"
