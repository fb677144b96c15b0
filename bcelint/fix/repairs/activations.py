"""Repairs of an activation before the loss: BCE102, BCE103, BCE901."""

from __future__ import annotations

from bcelint.analysis.callsite import CallSite
from bcelint.facts import DType
from bcelint.fix import activations
from bcelint.fix.activations import Found, find
from bcelint.fix.context import SHARED, Context, Written
from bcelint.fix.dropping import without
from bcelint.fix.edits import Draft, Outcome, Refusal
from bcelint.fix.repairs.losses import name_of
from bcelint.fix.wrapping import around, calls_it_logits, log
from bcelint.places import shown


def located(context: Context, site: CallSite, argument: str = "prediction") -> tuple[Found, Written] | None:
    """The activation before the loss, in torch's own call or, through a wrapper, in the call of that."""
    at = context.argument(site, argument)
    if at is None:
        return None
    born = site.facts(argument).born
    found = find(at.code, at.node, born)
    if found is not None:
        return None if context.serves_others(site) else (found, at)
    above = context.outer(site, at)
    found = None if above is None else find(above.code, above.node, born)
    return None if found is None or above is None else (found, above)


def dropped(context: Context, site: CallSite) -> tuple[Draft, str] | None:
    """Edits after which the loss gets what the activation is applied to, and the activation's name."""
    place = located(context, site)
    if place is None:
        return None
    found, at = place
    draft = without(at.code, found)
    return None if draft is None else (draft, found.activation.name)


def only_in_training(context: Context, site: CallSite, argument: str = "prediction") -> Refusal | None:
    """Why nothing may be done but at the activation: a module that is no longer training does not apply it."""
    born = site.facts(argument).born
    code = None if born is None else context.code(born.path)
    if born is None or code is None or not activations.only_in_training(code, born):
        return None
    return Refusal(f"the activation at {shown(born.path)}:{born.line} is applied in training only; drop it there")


def made_by_softmax(site: CallSite) -> bool:
    return site.prediction.axis is not None or "soft" in site.prediction.maker.lower()


def double_sigmoid(context: Context, site: CallSite) -> Outcome:
    """BCE102: the activation goes, or the loss becomes BCELoss, or the sigmoid is undone at the call."""
    return _twice(context, site) or _drop(context, site) or only_in_training(context, site) or _loss_for_probabilities(context, site)


def _twice(context: Context, site: CallSite) -> Refusal | None:
    if not site.prediction.twice:
        return None
    return SHARED if context.serves_others(site) else Refusal("one activation follows the other, and the loss wants neither; drop both")


def _drop(context: Context, site: CallSite) -> Outcome | None:
    found = dropped(context, site)
    if found is None:
        return None
    draft, name = found
    draft.loss_at.update(context.kept(site))
    moved = len(draft.edits) > 1
    return draft.repair(True, f"pass what the {name} is applied to" if moved else f"drop the {name}")


def _loss_for_probabilities(context: Context, site: CallSite) -> Outcome:
    if site.prediction.kind != "probabilities":
        return Refusal("the activation is in the model: let the model return its logits, and take the log where it is used for inference")
    if site.loss == "BCEWithLogitsLoss" and context.all_have(site, "BCE102"):
        probabilities = all(each.prediction.kind == "probabilities" for each in context.of_loss(site))
        draft = context.exchanged(site, "BCELoss") if probabilities else None
        if isinstance(draft, Draft):
            return draft.repair(
                False, f"use {name_of(site, 'BCELoss')}; better by hand: let the model return logits, and apply the sigmoid where it predicts"
            )
    return _logit(context, site)


def _logit(context: Context, site: CallSite) -> Outcome:
    if site.prediction.kind != "probabilities" or made_by_softmax(site):
        return _in_the_model(site)
    code = next(each for each in site.codes if each in ("BCE102", "BCE103"))
    at = context.wrong(site, "prediction", code)
    if isinstance(at, Refusal):
        return at
    if calls_it_logits(at.node):
        return _in_the_model(site)
    draft = around(at, "logit", "eps=1e-6")
    draft.loss_at.update(context.kept(site))
    title = "undo the sigmoid by torch.logit(…); better by hand: let the model return logits, and apply the sigmoid where it predicts"
    return draft.repair(False, title)


def _in_the_model(site: CallSite) -> Refusal:
    """The advice where nothing at the call could undo the activation, or where the code says that logits were meant to come."""
    born, name = site.prediction.born, "softmax" if made_by_softmax(site) else "sigmoid"
    where = "" if born is None else f" at {shown(born.path)}:{born.line}"
    return Refusal(f"let the model return logits: drop the {name}{where}, and apply it where the model predicts")


def _each_for_itself(context: Context, site: CallSite) -> Outcome | None:
    """BCELoss, where sigmoid outputs meet floats for targets: each is a probability of its own, as in an autoencoder or a multi-label task."""
    shared = context.of_loss(site)
    floats = all(each.target.dtype is not None and DType(each.target.dtype).is_floating for each in shared)
    if not floats or any(made_by_softmax(each) for each in shared) or not context.all_have(site, "BCE103"):
        return None
    draft = context.exchanged(site, "BCELoss")
    if isinstance(draft, Refusal):
        return None
    return draft.repair(False, f"use {name_of(site, 'BCELoss')}: a sigmoid's outputs are probabilities each for itself")


def double_softmax(context: Context, site: CallSite) -> Outcome:
    """BCE103: the activation goes, or the loss becomes NLLLoss on the log; where the loss serves others, the log alone."""
    found = _twice(context, site) or _drop(context, site) or only_in_training(context, site)
    if found is not None:
        return found
    if not made_by_softmax(site):
        return _each_for_itself(context, site) or _logit(context, site)
    shared = context.of_loss(site)
    title = "take the log of the probabilities"
    draft: Draft | Refusal = Refusal("")
    indices = all(each.target.dtype is not None and not DType(each.target.dtype).is_floating for each in shared)
    if indices and context.all_have(site, "BCE103") and all(made_by_softmax(each) and dropped(context, each) is None for each in shared):
        draft = context.exchanged(site, "NLLLoss")
    if isinstance(draft, Refusal):
        draft, shared = Draft(loss_at=context.kept(site)), [site]
    else:
        title = f"use {name_of(site, 'NLLLoss')} on the log of the probabilities"
    for each in shared:
        at = context.wrong(each, "prediction", "BCE103")
        if isinstance(at, Refusal):
            return at
        if calls_it_logits(at.node):
            return _in_the_model(each)
        draft.add(log(at, each.prediction))
    return draft.repair(False, f"{title}; better by hand: let the model return logits, and apply the softmax where it predicts")


def fused(context: Context, site: CallSite) -> Outcome:
    """BCE306, BCE901: BCEWithLogitsLoss on what the sigmoid is applied to, for all calls of the loss at once."""
    if not context.all_have(site, "BCE901"):
        return Refusal("its loss also serves calls where no sigmoid is seen")
    draft = context.exchanged(site, "BCEWithLogitsLoss")
    if isinstance(draft, Refusal):
        return draft
    for each in context.of_loss(site):
        found = dropped(context, each)
        if found is None and context.serves_others(each):
            return SHARED
        if found is None:
            return Refusal("the sigmoid's result is used elsewhere, or the sigmoid is in the model: let the model return logits")
        draft.add(found[0])
    return draft.repair(True, f"drop the sigmoid and use {name_of(site, 'BCEWithLogitsLoss')}")
