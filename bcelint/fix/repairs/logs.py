"""Repairs of losses that want log-probabilities: BCE104, BCE105, BCE106."""

from __future__ import annotations

import math
from dataclasses import replace

from bcelint.analysis.callsite import CallSite
from bcelint.fix.context import Context
from bcelint.fix.dropping import logged
from bcelint.fix.edits import Draft, Edit, Outcome, Refusal, Repair
from bcelint.fix.repairs.activations import located, only_in_training
from bcelint.fix.repairs.losses import name_of
from bcelint.fix.scopes import Names
from bcelint.fix.wrapping import behind, calls_it_logits, log


def _log(context: Context, site: CallSite, code: str, inline_is_safe: bool, argument: str = "prediction") -> Outcome:
    """``log_softmax`` for a softmax that serves the loss alone, else the log at the call."""
    place = located(context, site, argument)
    if place is not None:
        found, at = place
        draft = logged(at.code, found.activation)
        readers = [each for name, binding in found.path for each in Names(at.code, at.code.scope(name)).readers(binding, name.id) if each is not name]
        if draft is not None and not readers:
            draft.loss_at.update(context.kept(site))
            return draft.repair(inline_is_safe and not found.in_a_branch, "use log_softmax instead of softmax")
    written = only_in_training(context, site, argument) or context.wrong(site, argument, code)
    if isinstance(written, Refusal):
        return written
    if calls_it_logits(written.node):
        return Refusal("the call names them logits, but they are probabilities: let a log_softmax instead of the softmax make them")
    draft = log(written, site.facts(argument))
    draft.loss_at.update(context.kept(site))
    return draft.repair(False, "take the log of the probabilities; better by hand: log_softmax instead of softmax")


def _log_softmax(context: Context, site: CallSite, code: str, dim: int, safe: bool) -> Outcome:
    written = context.wrong(site, "prediction", code)
    if isinstance(written, Refusal):
        return written
    draft = behind(written, f".log_softmax({dim})")
    draft.loss_at.update(context.kept(site))
    return draft.repair(safe, "add a log_softmax")


def nll(context: Context, site: CallSite) -> Outcome:
    """BCE104: CrossEntropyLoss where all calls of the loss get logits; the log of probabilities."""
    facts = site.prediction
    if facts.kind == "probabilities":
        return _log(context, site, "BCE104", inline_is_safe=False)
    if facts.kind is None and not (facts.low == -math.inf and facts.high == math.inf):
        return Refusal("let the model return unbounded scores for CrossEntropyLoss, or log-probabilities for NLLLoss")
    shared = context.of_loss(site)
    if context.all_have(site, "BCE104") and all(each.prediction.kind != "probabilities" for each in shared):
        draft = context.exchanged(site, "CrossEntropyLoss")
        if isinstance(draft, Draft):
            return draft.repair(all(each.prediction.kind == "logits" for each in shared), f"use {name_of(site, 'CrossEntropyLoss')}")
    return _log_softmax(context, site, "BCE104", 1, safe=False)


def kl_div(context: Context, site: CallSite) -> Outcome:
    """BCE105: log-probabilities as input; ``log_target=True`` for a target that is one. What torch advises about the reduction goes with it."""
    found = _kl_div(context, site)
    by_default = "reduction" not in site.options or site.reduction == "mean"
    return replace(found, title=f'{found.title}; torch recommends reduction="batchmean"') if isinstance(found, Repair) and by_default else found


def _kl_div(context: Context, site: CallSite) -> Outcome:
    facts = site.prediction
    input_is_right = facts.kind == "log-probabilities" or (facts.high is not None and facts.high <= 0)
    if not input_is_right:
        if facts.kind == "probabilities":
            return _log(context, site, "BCE105", inline_is_safe=True)
        if facts.kind == "logits":
            return _log_softmax(context, site, "BCE105", -1, safe=False)
        return Refusal("pass log-probabilities as input")
    return _kl_div_target(context, site)


def _kl_div_target(context: Context, site: CallSite) -> Outcome:
    kind = site.target.kind
    if kind == "probabilities" and site.log_target:
        return _log(context, site, "BCE105", inline_is_safe=False, argument="target")
    if kind != "log-probabilities":
        return Refusal("pass probabilities as target")
    if not all(each.target.kind == "log-probabilities" for each in context.of_loss(site)):
        return Refusal("its loss also serves targets that are no log-probabilities")
    named = context.loss_named(site)
    if isinstance(named, Refusal):
        return named
    code, written, call = named
    if call is None:
        return Refusal("pass log_target=True where the loss is called")
    start, end = code.span(call)
    inner = code.text[code.span(written)[1] : end - 1].rstrip()
    comma = "" if inner.endswith("(") else " " if inner.endswith(",") else ", "
    at = code.span(written)[1] + len(inner)
    draft = Draft([Edit(code.path, at, at, f"{comma}log_target=True")], loss_at={(code.path, start): site.loss})
    return draft.repair(False, "pass log_target=True")


def ctc(context: Context, site: CallSite) -> Outcome:
    """BCE106: a log_softmax over the classes, which are the last dimension."""
    if site.prediction.kind == "probabilities":
        return _log(context, site, "BCE106", inline_is_safe=False)
    if site.prediction.kind == "logits":
        return _log_softmax(context, site, "BCE106", -1, safe=True)
    return Refusal("pass log-probabilities over the last dimension")
