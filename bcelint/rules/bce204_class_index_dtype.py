"""BCE204: targets of a dtype or rank that are neither class indices nor class probabilities."""

from __future__ import annotations

from collections.abc import Iterable

from bcelint.contracts.schema import TargetForm
from bcelint.facts import UNIT, DType, Facts, Shape
from bcelint.losscall import LossCall
from bcelint.rules.asked import is_whole, of_prediction, of_shapes, of_target, surely_fits
from bcelint.rules.base import Lack, Problem, Rule
from bcelint.rules.words import SLACK, born, brackets, fits, leaves, loss_name, problem, takes_classes

_NARROW = {DType.INT8, DType.INT16, DType.INT32}


class ClassIndexDtype(Rule):
    """
    ## What it does
    Checks the target of `CrossEntropyLoss` and `NLLLoss`: float or bool or int32 class indices, and one-hot long targets.

    ## Why is this bad?
    Class indices are long; class probabilities are floats of the prediction's own shape, and `NLLLoss` takes no probabilities
    at all. torch raises for everything else, such as `expected target dtype to be Long or Byte, but got Float`, or
    `Expected floating point type for target with class probabilities, got Long` for a one-hot long target.

    ## Example
    ```python
    y = torch.tensor([0.0, 2.0, 1.0])
    loss = F.cross_entropy(logits, y)
    ```

    ## Use instead
    ```python
    y = torch.tensor([0, 2, 1])
    loss = F.cross_entropy(logits, y)
    ```

    ## Fix safety
    Adding `.long()` to class indices at the call is safe: the call raises as it stands. Turning a one-hot long target into floats is
    safe for `CrossEntropyLoss`, and not possible for `NLLLoss`. Dropping a dimension is unsafe where the prediction's shape is not known.

    ## References
    - [torch.nn.CrossEntropyLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html)
    """

    code = "BCE204"
    name = "class-index-dtype"
    summary = "float, int32 or one-hot long targets where class indices or class probabilities are wanted"

    def check(self, call: LossCall) -> Problem | None:
        facts = call.target.facts
        if not takes_classes(call.loss) or facts.dtype is None:
            return None
        dtype = facts.dtype.value
        shape, scores = facts.value("shape"), call.prediction.facts.value("shape")
        indices_only = call.loss.targets.form is TargetForm.CLASS_INDICES
        # Bytes are taken beside a prediction of (N, C), but not beside one of (N, C, d).
        never = dtype is DType.BOOL or dtype in _NARROW or (dtype is DType.UINT8 and scores is not None and scores.min_rank >= 3)
        if call.loss.declared:
            if not fits(dtype, call.loss.targets.dtype):
                return _not_declared(call, dtype)
        elif never or (dtype.is_floating and (indices_only or _no_probabilities(facts, shape, scores))):
            soft = dtype.is_floating and _same_rank(shape, scores)
            repair = "use CrossEntropyLoss, which takes class probabilities" if soft else "add .long()"
            message = f"{dtype.value} target{brackets(born(facts.dtype))} reaches {loss_name(call)}, which wants class indices; {repair}"
            return problem(call, call.target, facts.dtype, message)
        if dtype in (DType.INT64, DType.INTEGRAL, DType.UINT8) and _same_rank(shape, scores):
            repair = _one_hot_repair(shape, indices_only)
            message = f"{dtype.value} target of shape {shape}{brackets(born(facts.shape))} reaches {loss_name(call)}; {repair}"
            return problem(call, call.target, facts.shape, message)
        return None

    def lacks(self, call: LossCall) -> Iterable[Lack]:
        if not takes_classes(call.loss):
            return
        facts, scores = call.target.facts, call.prediction.facts.value("shape")
        dtype, shape = facts.value("dtype"), facts.value("shape")
        wanted = call.loss.targets.dtype if call.loss.declared else None
        if dtype in (None, DType.INTEGRAL) if wanted is None else not surely_fits(dtype, wanted):
            yield from of_target(call, "dtype")
        if dtype is None and is_whole(shape) and is_whole(scores):
            return
        if dtype is not None and dtype.is_floating:
            if call.loss.declared or facts.kind is not None:
                return
            if facts.interval is None or not facts.interval.within(UNIT, SLACK):
                yield from of_target(call, "range")
            if shape is None or scores is None or scores.rank is None or scores.rank > shape.min_rank:
                yield from of_shapes(call)
        elif not _surely_fewer(shape, scores):
            yield from of_shapes(call)
        elif dtype is DType.UINT8 and (scores is None or (scores.open and scores.min_rank < 3)):
            yield from of_prediction(call, "shape")


def _surely_fewer(shape: Shape | None, scores: Shape | None) -> bool:
    """Whether the target is known to have fewer dimensions than a prediction of two or more, as class indices have."""
    if shape is None or shape.rank is None:
        return False
    return shape.rank <= 1 or (scores is not None and scores.min_rank > shape.rank)


def _not_declared(call: LossCall, dtype: DType) -> Problem:
    claim = call.target.facts.dtype
    said = f"{dtype.value} target{brackets(born(claim))} reaches {loss_name(call)}"
    return problem(call, call.target, claim, f"{said}, which wants class indices; add .long()")


def _no_probabilities(facts: Facts, shape: Shape | None, scores: Shape | None) -> bool:
    """Whether a float target can't be class probabilities: not the prediction's rank, or not numbers in [0, 1]."""
    if facts.kind is not None or _same_rank(shape, scores):
        return False  # counts and signed weights of the classes are taken, too
    if leaves(facts.interval, UNIT):
        return True
    return shape is not None and shape.rank is not None and scores is not None and scores.min_rank > shape.rank


def _same_rank(shape: Shape | None, scores: Shape | None) -> bool:
    """Whether the target is known to have as many dimensions as the prediction (two or more), where indices have one fewer."""
    if shape is None or scores is None:
        return False
    if scores.rank is not None:
        return 2 <= scores.rank <= shape.min_rank
    # A Linear's output (…, ?, C) beside a one_hot (…, C) or (N, C): the class counts tell. Of images the last dimension is none of classes.
    classes = scores.dim(-1)
    return scores.min_rank == 2 <= shape.min_rank and isinstance(classes, int) and classes > 1 and classes == shape.dim(-1)


def _one_hot_repair(shape: Shape | None, indices_only: bool) -> str:
    if shape is not None and 1 in shape.dims:
        return "squeeze it to class indices"
    return "pass class indices" if indices_only else "pass class indices, or add .float()"
