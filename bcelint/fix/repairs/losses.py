"""Repairs that exchange the loss: BCE101, BCE301, BCE902."""

from __future__ import annotations

import math

from bcelint.analysis.callsite import CallSite, KnownFacts
from bcelint.facts import DType
from bcelint.fix.context import NOT_WRITTEN, ROWS, Context, Written
from bcelint.fix.edits import Draft, Outcome, Refusal
from bcelint.fix.wrapping import around, behind, cast


def name_of(site: CallSite, loss: str) -> str:
    """A loss in the form, class or function, that the call uses."""
    return loss if site.built is not None else ROWS[loss].function_name


def missing_sigmoid(context: Context, site: CallSite) -> Outcome:
    """BCE101: the with-logits twin where all calls of the loss get logits, else a sigmoid around the argument."""
    facts = site.prediction
    if facts.kind == "log-probabilities":
        return Refusal("pass the probabilities themselves (`.exp()`), or logits to BCEWithLogitsLoss")
    if not _unbounded(facts):
        return Refusal(_no_sigmoid(facts))
    shared = context.of_loss(site)
    if context.all_have(site, "BCE101") and all(_unbounded(each.prediction) for each in shared):
        draft = context.exchanged(site, "BCEWithLogitsLoss")
        if isinstance(draft, Draft):
            sure = all(each.prediction.kind == "logits" for each in shared)
            return draft.repair(sure, f"use {name_of(site, 'BCEWithLogitsLoss')}")
    at = context.wrong(site, "prediction", "BCE101")
    if isinstance(at, Refusal):
        return at
    draft = around(at, "sigmoid")
    draft.loss_at.update(context.kept(site))
    return draft.repair(False, f"put torch.sigmoid(…) around `{at.code.source(at.node)}`")


def _unbounded(facts: KnownFacts) -> bool:
    return facts.kind == "logits" or (facts.kind is None and facts.low == -math.inf and facts.high == math.inf)


def _no_sigmoid(facts: KnownFacts) -> str:
    if facts.low == -1 and facts.high == 1:
        return "values in [-1, 1] are no logits; map them to [0, 1] by (x + 1) / 2, or let the model return logits for BCEWithLogitsLoss"
    if facts.low == 0:
        return "values from 0 on are no logits; drop what makes them positive and use BCEWithLogitsLoss, or end the model in a sigmoid"
    return "these bounded values are no logits; let the model return logits for BCEWithLogitsLoss, or end it in a sigmoid"


def single_logit(context: Context, site: CallSite) -> Outcome:
    """BCE301: BCEWithLogitsLoss, with floats of the prediction's shape for targets."""
    shared = context.of_loss(site)
    if any("BCE301" not in each.codes and each.prediction.dims is not None for each in shared):
        return Refusal("its loss also serves calls with several classes; give the model two outputs, or this call a BCEWithLogitsLoss of its own")
    if any(each.target.high is not None and 2 <= each.target.high < math.inf for each in shared):
        return Refusal("the targets are more than two classes; give the model one output for each")
    draft = context.exchanged(site, "BCEWithLogitsLoss")
    if isinstance(draft, Refusal):
        return draft
    wanted: dict[int, tuple[Written, str]] = {}
    for each in shared:
        target, prediction = context.argument(each, "target"), context.argument(each, "prediction")
        if target is None or prediction is None:
            return NOT_WRITTEN
        floating = each.target.dtype is not None and DType(each.target.dtype).is_floating
        suffix = ("" if floating else ".float()") + _shape_behind(each, target.code.source(prediction.node))
        # One argument may be met in several cases: what one of them needs does the others no harm.
        wanted[id(target.node)] = max((target, suffix), wanted.get(id(target.node), (target, "")), key=lambda item: len(item[1]))
    for target, suffix in wanted.values():
        if suffix:
            draft.add(cast(target, "float") if suffix == ".float()" else behind(target, suffix))
    return draft.repair(False, f"use {name_of(site, 'BCEWithLogitsLoss')}, with targets that are floats of the prediction's shape")


def _shape_behind(site: CallSite, prediction: str) -> str:
    """What gives the target the prediction's shape; nothing where it has it."""
    ours, theirs = site.prediction.shape, site.target.shape
    if ours is not None and theirs is not None and ours.rank is not None and ours.rank == theirs.rank:
        return ""
    if theirs is not None and theirs.rank == 1 and ours is not None and ours.rank == 2:
        return ".unsqueeze(1)"
    return f".view_as({prediction})" if prediction.replace(".", "").replace("_", "").isalnum() else ".unsqueeze(1)"


def redundant_log_softmax(context: Context, site: CallSite) -> Outcome:
    """BCE902: NLLLoss, which is what CrossEntropyLoss is to log-probabilities and class indices."""
    if not context.all_have(site, "BCE902"):
        return Refusal("its loss also serves calls that are given logits")
    shared = context.of_loss(site)
    if any(each.target.dtype is not None and DType(each.target.dtype).is_floating for each in shared):
        return Refusal("its targets are class probabilities, which NLLLoss does not take")
    draft = context.exchanged(site, "NLLLoss")
    if isinstance(draft, Refusal):
        return draft
    return draft.repair(all(each.target.dtype is not None for each in shared), f"use {name_of(site, 'NLLLoss')}")
