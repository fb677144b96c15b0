"""BCE203: a target whose shape can't fit the prediction's."""

from __future__ import annotations

from collections.abc import Iterable

from bcelint.contracts.schema import Target
from bcelint.facts import Shape
from bcelint.losscall import LossCall
from bcelint.rules.asked import may_be_column, may_be_row, of_shapes, surely_alike, surely_expands
from bcelint.rules.base import Lack, Problem, Rule
from bcelint.rules.words import born, cannot_expand, colon, loss_name, problem


class TargetShape(Rule):
    """
    ## What it does
    Checks for targets whose shape is known to differ from the prediction's, such as a prediction of (N, 1) and a target of
    (N,), in losses that compare element by element.

    ## Why is this bad?
    The BCE losses raise a `ValueError`, and `SoftMarginLoss` a `RuntimeError` unless the target expands to the prediction's
    shape. `MSELoss` and its like broadcast (N, 1) and (N,) to (N, N), warn once, and then compare every prediction with every
    target: the model learns the mean.

    ## Example
    ```python
    logits = nn.Linear(16, 1)(x)
    y = torch.rand(32)
    loss = F.binary_cross_entropy_with_logits(logits, y)
    ```

    ## Use instead
    ```python
    logits = nn.Linear(16, 1)(x)
    y = torch.rand(32)
    loss = F.binary_cross_entropy_with_logits(logits, y.unsqueeze(1))
    ```

    ## Fix safety
    Adding `.unsqueeze(1)` or `.squeeze(1)` to the target, or `.view_as(prediction)`, is safe in a BCE loss, which raises as it stands, where
    both shapes are known. Elsewhere it changes what is computed and is unsafe.

    ## References
    - [torch.nn.BCELoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html)
    - [Broadcasting semantics](https://docs.pytorch.org/docs/stable/notes/broadcasting.html)
    """

    code = "BCE203"
    name = "target-shape"
    summary = "a target whose shape can't fit the prediction's"

    def check(self, call: LossCall) -> Problem | None:
        targets = call.loss.targets
        prediction, target = call.prediction.facts.shape, call.target.facts.shape
        if prediction is None or target is None or not (targets.same_shape or targets.broadcasts):
            return None
        left, right = prediction.value, target.value
        if not _misfit(targets, left, right):
            return None
        repair = _repair(left, right)
        sides = f"prediction {left} against target {right} in {loss_name(call)}"
        return problem(call, call.prediction, prediction, f"{sides}{colon(born(prediction))}; {repair}")

    def lacks(self, call: LossCall) -> Iterable[Lack]:
        shapes = call.prediction.facts.value("shape"), call.target.facts.value("shape")
        return [] if _fits(call.loss.targets, *shapes) else of_shapes(call)


def _fits(targets: Target, prediction: Shape | None, target: Shape | None) -> bool:
    """Whether the two are known to go together, as far as anything is asked of them."""
    if targets.same_shape:
        if prediction is None or target is None:
            return False
        return surely_expands(prediction, target) if targets.broadcasts else surely_alike(prediction, target)
    pairs = (prediction, target), (target, prediction)
    return not targets.broadcasts or not any(may_be_column(column) and may_be_row(row) for column, row in pairs)


def _repair(prediction: Shape, target: Shape) -> str:
    """What makes the target fit, where that is plain: behind the first dimension there are only ones."""
    for column, row, of_two, of_more in (
        (prediction, target, "use target.unsqueeze(1)", "use prediction.flatten()"),
        (target, prediction, "use target.squeeze(1)", "use target.flatten()"),
    ):
        if _column(column) and row.rank == 1:
            if column.open or column.rank == 2:
                return of_two
            return of_more if set(column.dims[1:]) == {1} else "give both one shape"
    return "give both one shape"


def _misfit(targets: Target, prediction: Shape, target: Shape) -> bool:
    if targets.broadcasts and (_outer(prediction, target) or _outer(target, prediction)):
        return True
    if not targets.same_shape:
        return False
    return cannot_expand(prediction, target) if targets.broadcasts else differ(prediction, target)


def differ(one: Shape, other: Shape) -> bool:
    """Whether two shapes are known to differ. Where ranks are equal the trailing dimensions line up; where not, they differ anyway.

    An open shape comes from a layer that was given a batch, as is assumed; beside a target for one sample alone it was not.
    """
    if any(part.open and _is_one_sample(whole, part) for part, whole in ((one, other), (other, one))):
        return False
    if one.rank is not None and other.min_rank > one.rank:
        return True
    if other.rank is not None and one.min_rank > other.rank:
        return True
    if one.rank is not None and other.rank is not None and one.rank != other.rank:
        return True
    pairs = zip(reversed(one.dims), reversed(other.dims))
    return any(isinstance(a, int) and isinstance(b, int) and a != b for a, b in pairs)


def _is_one_sample(whole: Shape, part: Shape) -> bool:
    """Whether a shape may be that of one sample, whose last dimensions are those of the other: ``(10,)`` beside ``(…, 10)``."""
    return all(size == 1 for size in whole.dims) or (whole.rank == 1 and isinstance(whole.dims[0], int) and whole.dims == part.dims[-1:])


def _column(shape: Shape) -> bool:
    return shape.min_rank >= 2 and shape.dims[-1] == 1


def _outer(column: Shape, row: Shape) -> bool:
    """Whether (…, N, 1) against (N,) is broadcast to (…, N, N)."""
    if not (_column(column) and row.rank == 1):
        return False
    long = row.dims[0]
    return isinstance(long, str) or (isinstance(long, int) and long > 1 and column.dims[-2] != 1)
