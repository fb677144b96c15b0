"""All rules, and which of them a run selects."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from bcelint.rules.base import Documented, Rule
from bcelint.rules.bce001_unused_noqa import UnusedNoqa
from bcelint.rules.bce101_missing_sigmoid import MissingSigmoid
from bcelint.rules.bce102_double_sigmoid import DoubleSigmoid
from bcelint.rules.bce103_double_softmax import DoubleSoftmax
from bcelint.rules.bce104_nll_without_log_softmax import NllWithoutLogSoftmax
from bcelint.rules.bce105_kl_div_without_log import KlDivWithoutLog
from bcelint.rules.bce106_ctc_without_log_softmax import CtcWithoutLogSoftmax
from bcelint.rules.bce107_constant_softmax import ConstantSoftmax
from bcelint.rules.bce201_integer_target import IntegerTarget
from bcelint.rules.bce202_target_range import TargetRange
from bcelint.rules.bce203_target_shape import TargetShape
from bcelint.rules.bce204_class_index_dtype import ClassIndexDtype
from bcelint.rules.bce301_single_logit_cross_entropy import SingleLogitCrossEntropy
from bcelint.rules.bce302_swapped_arguments import SwappedArguments
from bcelint.rules.bce303_no_gradient_prediction import NoGradientPrediction
from bcelint.rules.bce304_class_weight import ClassWeight
from bcelint.rules.bce305_loss_constructor_called import LossConstructorCalled
from bcelint.rules.bce306_autocast_unsafe_bce import AutocastUnsafeBce
from bcelint.rules.bce307_invalid_loss_argument import InvalidLossArgument
from bcelint.rules.bce901_prefer_bce_with_logits import PreferBceWithLogits
from bcelint.rules.bce902_redundant_log_softmax import RedundantLogSoftmax

ALL_RULES: tuple[Rule, ...] = (
    MissingSigmoid(),
    DoubleSigmoid(),
    DoubleSoftmax(),
    NllWithoutLogSoftmax(),
    KlDivWithoutLog(),
    CtcWithoutLogSoftmax(),
    ConstantSoftmax(),
    IntegerTarget(),
    TargetRange(),
    TargetShape(),
    ClassIndexDtype(),
    SingleLogitCrossEntropy(),
    SwappedArguments(),
    NoGradientPrediction(),
    ClassWeight(),
    LossConstructorCalled(),
    AutocastUnsafeBce(),
    InvalidLossArgument(),
    PreferBceWithLogits(),
    RedundantLogSoftmax(),
)
"""Every rule about loss calls once, sorted by code."""

UNUSED_NOQA = UnusedNoqa()
"""The one about comments, which needs the findings of all others."""

EVERY_CODE: tuple[Documented, ...] = (UNUSED_NOQA, *ALL_RULES)
"""All that has a code, sorted by it."""

_BY_CODE = {rule.code: rule for rule in EVERY_CODE}
_PREFIX = "BCE"


def by_code(code: str) -> Documented:
    """The rule with this full code, in any case; ValueError, naming the nearest, where there is none."""
    wanted = code.strip().upper()
    if wanted not in _BY_CODE:
        raise ValueError(_no_such(code, list(_BY_CODE)))
    return _BY_CODE[wanted]


def selected(
    select: Sequence[str] | None = None, ignore: Sequence[str] | None = None, advice: bool = False, unused_noqa: bool = False
) -> tuple[Documented, ...]:
    """The rules that a run applies.

    ``select`` (all where None) and ``ignore`` hold codes, prefixes such as ``BCE1``, or ``ALL``; the longer one wins, and ``ignore``
    where they are equally long. What is off by default needs its option (``advice``, ``unused_noqa``) or its full code in ``select``;
    what is not about loss calls is selected by its option alone. ValueError for a prefix that no rule has.
    """
    chosen = _normalised([_PREFIX] if select is None else select)
    dropped = _normalised(ignore or ())
    on = {"": True, "--advice": advice, "--unused-noqa": unused_noqa}
    return tuple(rule for rule in EVERY_CODE if _applies(rule, chosen, dropped, on[rule.option]))


def covered(prefixes: Sequence[str]) -> frozenset[str]:
    """The codes of all rules that these codes and prefixes stand for, on by default or not. ValueError for a prefix that no rule has."""
    wanted = tuple(_normalised(prefixes))
    return frozenset(code for code in _BY_CODE if code.startswith(wanted))


def _applies(rule: Documented, chosen: Sequence[str], dropped: Sequence[str], on: bool) -> bool:
    asked = [_PREFIX] if on and not isinstance(rule, Rule) else []
    return (on or rule.code in chosen) and _longest(rule.code, [*chosen, *asked]) > _longest(rule.code, dropped)


def _longest(code: str, prefixes: Sequence[str]) -> int:
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=0)


def _normalised(prefixes: Sequence[str]) -> list[str]:
    valid = {_PREFIX, *(code[:end] for code in _BY_CODE for end in range(len(_PREFIX) + 1, len(code) + 1))}
    result = []
    for given in prefixes:
        prefix = given.strip().upper()
        prefix = _PREFIX if prefix == "ALL" else prefix
        if prefix not in valid:
            raise ValueError(_no_such(given, sorted(valid)))
        result.append(prefix)
    return result


def _no_such(code: str, valid: Sequence[str]) -> str:
    nearest = difflib.get_close_matches(code.strip().upper(), valid, 1, cutoff=0.0)
    return f"no rule has the code or prefix {code!r}; did you mean {nearest[0]}?"
