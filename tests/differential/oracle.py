"""What is wrong with a loss call, by how it was put together: a table of its own, from the rules' docs and torch's measured behaviour.

Nothing here comes from bcelint's contracts or rules, so that the two can disagree.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.differential.endings import Ending, Values
from tests.differential.targets import Target

FUNCTIONS = {
    "BCELoss": "binary_cross_entropy",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits",
    "MultiLabelSoftMarginLoss": "multilabel_soft_margin_loss",
    "SoftMarginLoss": "soft_margin_loss",
    "CrossEntropyLoss": "cross_entropy",
    "NLLLoss": "nll_loss",
    "KLDivLoss": "kl_div",
    "CTCLoss": "ctc_loss",
}
BCE = ("BCELoss", "BCEWithLogitsLoss")
SIGMOID_INSIDE = ("BCEWithLogitsLoss", "MultiLabelSoftMarginLoss", "SoftMarginLoss")
OF_CLASSES = ("CrossEntropyLoss", "NLLLoss")
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Facts:
    """One loss call as it was put together: ``ending`` is what the prediction really went through last.

    ``shape`` is the prediction's: ``N``, ``N1`` or ``NC``; ``spatial`` says that two more dimensions follow. ``cut`` is set where it
    has no gradient, ``trained`` where the loss reaches ``backward()``.
    """

    loss: str
    ending: Ending
    shape: str
    target: Target
    spatial: bool = False
    cut: bool = False
    trained: bool = True
    swapped: bool = False
    log_target: bool = False
    one_column: bool = False
    """The dimension of the classes was 1 when the ending was applied."""
    cropped: bool = False
    """Height and width of the prediction are not those of the target."""


@dataclass(frozen=True)
class Expected:
    """The codes that hold, and how the run ends there: with one of ``raises`` (names of exceptions, ``""`` for none)."""

    codes: frozenset[str]
    raises: frozenset[str]


def expected(facts: Facts) -> Expected | None:
    """What holds of the call; None where the rules' docs don't decide it."""
    if facts.swapped:
        return _swapped(facts)
    prediction = _prediction(facts)
    target = _target(facts)
    if prediction is None or target is None:
        return None
    codes = prediction.codes | target.codes
    if "BCE301" in codes:
        codes = frozenset({"BCE301"})
    if facts.cut and facts.trained:
        codes |= {"BCE303"}
    if "ValueError" in target.raises:
        return Expected(codes, target.raises)  # shapes are looked at first
    certain = [side.raises for side in (prediction, target) if "" not in side.raises]
    return Expected(codes, certain[-1] if certain else prediction.raises | target.raises)


def _outcome(code: str | None, *raises: str) -> Expected:
    return Expected(frozenset({code}) if code else NOTHING, frozenset(raises or ("",)))


def _prediction(facts: Facts) -> Expected | None:
    ending, loss = facts.ending, facts.loss
    if loss == "CrossEntropyLoss" and facts.shape != "NC":
        # Class 1 of one class is an IndexError, where the targets are indices.
        return _outcome("BCE301", "", "IndexError") if facts.shape == "N1" else None
    if loss == "NLLLoss" and facts.shape != "NC":
        return None
    if facts.one_column and ending.of_classes:
        return _outcome("BCE107") if ending.values is Values.SOFTMAX else None
    if loss == "BCELoss":
        if ending.in_unit:
            return _outcome(None)
        return _outcome("BCE101", "RuntimeError") if ending.always_leaves else _outcome("BCE101", "RuntimeError", "")
    if loss in SIGMOID_INSIDE:
        if ending.is_probability or ending.values in (Values.LOG_SOFTMAX, Values.LOG_SIGMOID):
            return _outcome("BCE102")
        return None if ending.in_unit else _outcome(None)
    if loss == "CrossEntropyLoss":
        if ending.is_probability:
            return _outcome("BCE103")
        return None if ending.in_unit or ending.values is Values.LOG_SIGMOID else _outcome(None)
    if ending.values is Values.LOG_SIGMOID:
        return None
    code = {"NLLLoss": "BCE104", "KLDivLoss": "BCE105", "CTCLoss": "BCE106"}[loss]
    return _outcome(None if ending.values is Values.LOG_SOFTMAX else code)


def _target(facts: Facts) -> Expected | None:
    loss, target = facts.loss, facts.target
    if loss in OF_CLASSES:
        return _target_of_classes(facts)
    if loss == "KLDivLoss":
        if (target.holds == "log rows") == facts.log_target:
            return _outcome(None)
        return _outcome("BCE105") if facts.ending.values is Values.LOG_SOFTMAX else None
    if loss == "CTCLoss":
        return _outcome(None)
    codes = set()
    raises = {""}
    if loss == "SoftMarginLoss":
        if target.holds != "signs":
            return None
        if {facts.shape, target.shape} == {"N", "N1"} or (facts.shape, target.shape) == ("NC", "N"):  # the target alone is expanded
            codes.add("BCE203")
            raises = {"RuntimeError"}
        elif facts.shape != target.shape:
            return None
        return Expected(frozenset(codes), frozenset(raises))
    if loss == "MultiLabelSoftMarginLoss" and facts.shape != target.shape:
        return None
    integral = target.dtype not in ("float32", "float64")
    if (loss in BCE and (integral or (loss == "BCELoss" and target.dtype == "float64"))) or target.dtype == "bool":
        codes.add("BCE201")
        raises = {"RuntimeError"}
    if target.holds in ("signs", "bytes"):
        codes.add("BCE202")
        if loss == "BCELoss":
            raises = {"RuntimeError"}
    if facts.shape != target.shape or facts.cropped:
        codes.add("BCE203")
        raises = {"ValueError"}
    return Expected(frozenset(codes), frozenset(raises))


def _target_of_classes(facts: Facts) -> Expected | None:
    target = facts.target
    if facts.shape != "NC":  # one class: told by the prediction, whatever the target
        if target.holds == "indices" and target.shape == "N" and target.dtype == "int64":
            return _outcome(None)
        return _outcome(None) if target.holds == "unit" and (target.shape, target.dtype) == ("N1", "float32") else None
    if target.holds == "rows" and target.dtype == "float32":
        return _outcome(None) if facts.loss == "CrossEntropyLoss" else _outcome("BCE204", "RuntimeError")
    if target.holds not in ("indices", "rows"):
        return None
    fits = target.shape == "N" and (target.dtype == "int64" or (target.dtype == "uint8" and not facts.spatial))
    return _outcome(None) if fits else _outcome("BCE204", "RuntimeError")


def _swapped(facts: Facts) -> Expected | None:
    """Targets that can stand where the prediction belongs without a crash, and the other way round."""
    target, ending = facts.target, facts.ending
    fits = target.holds == "unit" and target.dtype == "float32" and target.shape == facts.shape and not facts.cut and not facts.one_column
    if facts.loss not in BCE or not fits or ending.values not in (Values.LOGITS, Values.SIGMOID):
        return None
    crashes = facts.loss == "BCELoss" and ending.values is Values.LOGITS
    return _outcome("BCE302", "RuntimeError") if crashes else _outcome("BCE302")
