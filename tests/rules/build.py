"""Loss calls made by hand, of the losses in the contract tables."""

from __future__ import annotations

from typing import Any

from bcelint.analysis.judge import judge
from bcelint.contracts.schema import Loss
from bcelint.contracts.tables import losses
from bcelint.facts import Claim, DType, Facts, Interval, Kind, Shape
from bcelint.losscall import Argument, LossCall
from bcelint.places import FixedPlace, Step
from bcelint.rules.registry import by_code

LOSSES: dict[str, Loss] = {loss.name: loss for loss in losses()}
CALL = FixedPlace("train.py", 41, 12, 41, 40)
BUILT = FixedPlace("train.py", 7, 13)


def claim(value: Any, note: str, line: int = 5) -> Any:
    return None if value is None else Claim(value, (Step(FixedPlace("model.py", line), note),))


def facts(
    kind: Kind | None = None,
    range: tuple[float, float] | None = None,
    dtype: DType | None = None,
    shape: Shape | None = None,
    grad: bool | None = None,
    note: str = "made",
    tight: bool = True,
    axis: int | None = None,
) -> Facts:
    interval = None if range is None else Interval(*range, tight)
    return Facts(claim(interval, note), claim(kind, note), axis, claim(dtype, note), claim(shape, note), claim(grad, note))


def call(loss: str, prediction: Facts | None = None, target: Facts | None = None, **more: Any) -> LossCall:
    """A call of a criterion that was built; ``functional=True`` for the function, ``options`` as plain constants or arguments."""
    row = LOSSES[loss]
    arguments = {}
    if prediction is not None:
        arguments[row.prediction] = Argument(prediction)
    if target is not None:
        arguments[row.target] = Argument(target)
    options = {name: v if isinstance(v, Argument) else Argument(constant=v, is_tensor=False) for name, v in more.pop("options", {}).items()}
    built = None if more.pop("functional", False) else BUILT
    return LossCall(row, CALL, CALL, arguments, options, **{"constructed_at": built, **more})


def said(code: str, loss_call: LossCall) -> str | None:
    """The message of the rule ``code`` on a call, or None."""
    problem = by_code(code).check(loss_call)
    return None if problem is None else problem.message


def codes(loss_call: LossCall, *wanted: str) -> list[str]:
    """The codes that the judge reports, of all rules or of those ``wanted``."""
    from bcelint.rules.registry import ALL_RULES

    rules = [rule for rule in ALL_RULES if not wanted or rule.code in wanted]
    return [rule.code for rule, _ in judge(loss_call, rules).problems]


INF = float("inf")
LOGITS = facts(Kind.LOGITS, (-INF, INF), DType.FLOAT32, grad=True, note="Linear")
SIGMOID = facts(Kind.PROBABILITIES, (0, 1), DType.FLOAT32, grad=True, note="sigmoid")
SOFTMAX = facts(Kind.PROBABILITIES, (0, 1), DType.FLOAT32, grad=True, note="softmax", axis=1)
LOG_SOFTMAX = facts(Kind.LOG_PROBABILITIES, (-INF, 0), DType.FLOAT32, grad=True, note="log_softmax", axis=1)
LOG_SIGMOID = facts(Kind.LOG_PROBABILITIES, (-INF, 0), DType.FLOAT32, grad=True, note="logsigmoid")
TANH = facts(range=(-1, 1), dtype=DType.FLOAT32, grad=True, note="tanh")
LABELS = facts(range=(0, 1), dtype=DType.FLOAT32, grad=False, note="float")
NOTHING = Facts()
