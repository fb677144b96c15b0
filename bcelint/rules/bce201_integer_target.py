"""BCE201: integer or bool targets into a BCE loss."""

from __future__ import annotations

from collections.abc import Iterable

from bcelint.contracts.schema import Loss, TargetForm
from bcelint.facts import UNIT, DType, Kind
from bcelint.losscall import LossCall
from bcelint.rules.asked import of_prediction, of_target, surely_fits
from bcelint.rules.base import Lack, Problem, Rule
from bcelint.rules.words import born, brackets, fits, is_bce, loss_name, problem, takes_classes


class IntegerTarget(Rule):
    """
    ## What it does
    Checks for integer and bool targets of `BCELoss`, `BCEWithLogitsLoss`, their functions and the sigmoid focal loss, and for
    float64 targets of `BCELoss` beside a float32 prediction. `torch.full(size, 1)` makes integers since torch 1.7: it is left alone where a
    file of requirements (`requirements.txt`, `setup.py`, `pyproject.toml`, …) asks for an older torch.

    ## Why is this bad?
    torch raises: `Found dtype Long but expected Float` in `BCELoss`, `result type Float can't be cast to the desired output
    type Long` in `BCEWithLogitsLoss`. Class indices, which `CrossEntropyLoss` wants as long, are floats here.

    ## Example
    ```python
    y = torch.tensor([0, 1, 1, 0])
    loss = F.binary_cross_entropy_with_logits(logits, y)
    ```

    ## Use instead
    ```python
    y = torch.tensor([0, 1, 1, 0])
    loss = F.binary_cross_entropy_with_logits(logits, y.float())
    ```

    ## Fix safety
    Adding `.float()` (or the cast to the prediction's own dtype) to the target at the call is safe: the call raises as it stands. A
    cast that stands there already, such as `.long()`, makes way.

    ## References
    - [torch.nn.BCEWithLogitsLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html)
    """

    code = "BCE201"
    name = "integer-target"
    summary = "int, long or bool targets into a BCE loss"

    def check(self, call: LossCall) -> Problem | None:
        facts = call.target.facts
        dtype = facts.value("dtype")
        if dtype is None or not _raises(call, dtype):
            return None
        message = f"{dtype.value} target{brackets(born(facts.dtype))} reaches {loss_name(call)}, which wants {_wanted(call, dtype)}"
        return problem(call, call.target, facts.dtype, message)

    def lacks(self, call: LossCall) -> Iterable[Lack]:
        dtype, loss = call.target.facts.value("dtype"), call.loss
        if loss.declared:
            wanted = None if takes_classes(loss) else loss.targets.dtype
            return [] if wanted is None or surely_fits(dtype, wanted) else of_target(call, "dtype")
        if not _asks(loss):
            return []
        if dtype is None:
            return of_target(call, "dtype")
        scores = call.prediction.facts.value("dtype")
        if not is_bce(loss) or loss.wants is not Kind.PROBABILITIES or scores not in (None, DType.FLOAT32, DType.FLOATING):
            return []
        if dtype is DType.FLOATING:
            return of_target(call, "dtype")
        return of_prediction(call, "dtype") if dtype is DType.FLOAT64 else []


def _wanted(call: LossCall, dtype: DType) -> str:
    declared = call.loss.targets.dtype
    if declared is not None and declared not in (DType.FLOATING, DType.FLOAT32):
        return f"{'integers' if declared is DType.INTEGRAL else declared.value}; cast it"
    return "the prediction's float32; add .float()" if dtype.is_floating and declared is None else "floats; add .float()"


def _raises(call: LossCall, dtype: DType) -> bool:
    loss = call.loss
    if loss.declared:
        return not takes_classes(loss) and not fits(dtype, loss.targets.dtype)
    if is_bce(loss):
        if dtype.is_integral or dtype is DType.BOOL:
            return True
        mixed = dtype is DType.FLOAT64 and call.prediction.facts.value("dtype") is DType.FLOAT32
        return mixed and loss.wants is Kind.PROBABILITIES
    # MultiLabelSoftMarginLoss computes 1 - target: it takes integers, but no bools.
    return dtype is DType.BOOL and _asks(loss)


def _asks(loss: Loss) -> bool:
    """Whether one of torch's own losses refuses some dtype of a target that is no class index."""
    return loss.targets.form is TargetForm.PER_ELEMENT and loss.targets.range == UNIT
