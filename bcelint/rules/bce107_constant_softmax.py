"""BCE107: a softmax over a dimension of size 1, on its way to a loss."""

from __future__ import annotations

from collections.abc import Iterable

from bcelint.facts import Interval, Kind
from bcelint.losscall import LossCall
from bcelint.rules.asked import of_prediction
from bcelint.rules.base import Lack, Problem, Rule
from bcelint.rules.words import born, brackets, loss_name, problem

_CONSTANT = {Kind.PROBABILITIES: (1.0, Interval(1.0, 1.0)), Kind.LOG_PROBABILITIES: (0.0, Interval(0.0, 0.0))}


class ConstantSoftmax(Rule):
    """
    ## What it does
    Checks for predictions made by a softmax or log_softmax over a dimension of size 1.

    ## Why is this bad?
    A softmax over one score is 1 whatever the score is, and its log is 0. The gradient is 0 everywhere: the model before it
    learns nothing.

    ## Example
    ```python
    p = F.softmax(nn.Linear(64, 1)(x), dim=1)
    loss = F.binary_cross_entropy(p, y)
    ```

    ## Use instead
    ```python
    logits = nn.Linear(64, 1)(x)
    loss = F.binary_cross_entropy_with_logits(logits, y)
    ```

    ## Fix safety
    There is no automatic fix: a sigmoid, a softmax over another dimension or a second output could have been meant.

    ## References
    - [torch.nn.Softmax](https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html)
    """

    code = "BCE107"
    name = "constant-softmax"
    summary = "softmax or log_softmax over a dimension of size 1, on its way to a loss"

    def check(self, call: LossCall) -> Problem | None:
        facts = call.prediction.facts
        kind = facts.value("kind")
        if kind not in _CONSTANT:
            return None
        value, interval = _CONSTANT[kind]
        # The tables give a softmax over one entry the one value it has; a shape that was sliced later says nothing.
        if facts.interval is None or (facts.interval.low, facts.interval.high) != (interval.low, interval.high):
            return None
        message = (
            f"a softmax over a dimension of size 1{brackets(born(facts.range))} reaches {loss_name(call)}: it is {value:g} whatever "
            "the model says; use a sigmoid or another dimension"
        )
        return problem(call, call.prediction, facts.range, message)

    def lacks(self, call: LossCall) -> Iterable[Lack]:
        """The size of the dimension that the softmax ran over, as long as the prediction still has that dimension."""
        facts, shape = call.prediction.facts, call.prediction.facts.value("shape")
        if facts.value("kind") not in _CONSTANT or facts.axis is None:
            return []
        return [] if shape is not None and isinstance(shape.dim(facts.axis), int) else of_prediction(call, "shape")
