"""Repairs of how a loss is called: BCE302, BCE305, BCE307."""

from __future__ import annotations

import ast
import difflib

from bcelint.analysis.callsite import CallSite
from bcelint.contracts.schema import Loss, TargetForm
from bcelint.facts import DType, Kind
from bcelint.fix.code import Code
from bcelint.fix.context import NOT_WRITTEN, ROWS, Context
from bcelint.fix.edits import Draft, Edit, Outcome, Refusal
from bcelint.rules.bce307_invalid_loss_argument import reductions

_LIKE = 0.8
"""How much a misspelt keyword must resemble the one that was meant: ``pos_weight`` is no ``weight``."""


def swapped(context: Context, site: CallSite) -> Outcome:
    """BCE302: prediction and target change places, in the call or, of a wrapper that is right for others, in the call of that."""
    only_here = not all("BCE302" in each.codes for each in context.of_call(site))
    one, other = context.argument(site, "prediction", only_here), context.argument(site, "target", only_here)
    if one is None or other is None:
        return NOT_WRITTEN
    code, path = one.code, one.code.path
    texts = code.source(one.node), code.source(other.node)
    draft = Draft([Edit(path, *code.span(one.node), texts[1]), Edit(path, *code.span(other.node), texts[0])], loss_at=context.kept(site))
    return draft.repair(_meets_the_contract(ROWS[site.loss], site), "exchange the arguments")


def _meets_the_contract(loss: Loss, site: CallSite) -> bool:
    """Whether the call is right once its target is the prediction and its prediction the target."""
    harmless = loss.applies == "softmax" and site.target.kind == Kind.LOG_PROBABILITIES.value
    if loss.wants is None or not (site.target.kind == loss.wants.value or harmless):
        return False
    dtype = None if site.prediction.dtype is None else DType(site.prediction.dtype)
    if loss.targets.form is TargetForm.CLASS_INDICES or loss.targets.form is TargetForm.CLASSES:
        return dtype is DType.INT64
    return dtype is None or dtype.is_floating


def constructor_called(context: Context, site: CallSite) -> Outcome:
    """BCE305: ``nn.BCELoss(out, y)`` becomes ``nn.BCELoss()(out, y)``; options go to the constructor."""
    place = context.call(site.inner)
    if place is None:
        return NOT_WRITTEN
    code, call = place
    if any(isinstance(each, ast.Starred) for each in call.args) or any(each.arg is None for each in call.keywords):
        return NOT_WRITTEN
    _, name_end = code.span(call.func)
    names = {param.name for param in ROWS[site.loss].call}
    options = [each for each in call.keywords if each.arg not in names]
    if not options:
        return Draft([Edit(code.path, name_end, name_end, "()")]).repair(True, f"write {site.loss}()(…)")
    if len(call.args) != len(names) or len(options) != len(call.keywords) or "#" in code.source(call):
        return Refusal(f"write {site.loss}(options)(input, target)")
    _, end = code.span(call)
    given, kept = (", ".join(code.source(each) for each in part) for part in (call.args, options))
    edit = Edit(code.path, name_end, end, f"({kept})({given})")
    return Draft([edit]).repair(True, f"write {site.loss}({kept})(…)")


def invalid_argument(context: Context, site: CallSite) -> Outcome:
    """BCE307: the nearest reduction or keyword that the loss has."""
    place = context.call(site.built or site.inner)
    if place is None:
        return NOT_WRITTEN
    code, call = place
    row = ROWS[site.loss]
    if site.unknown_keywords:
        return _keywords(code, call, site, row)
    choice = reductions(row)
    nearest = difflib.get_close_matches((site.reduction or "").lower(), choice, 1) or ["mean"]
    values = [each.value for each in call.keywords if each.arg == "reduction"]
    if len(values) != 1 or not isinstance(values[0], ast.Constant) or values[0].value != site.reduction:
        return Refusal(f'the reduction is set elsewhere; make it "{nearest[0]}" there')
    source = code.source(values[0])
    if source[1:-1] != site.reduction:
        return Refusal(f'make the reduction "{nearest[0]}"')
    edit = Edit(code.path, *code.span(values[0]), source[0] + nearest[0] + source[-1])
    return Draft([edit]).repair(False, f'use reduction="{nearest[0]}"')


def _keywords(code: Code, call: ast.Call, site: CallSite, row: Loss) -> Outcome:
    known = [param.name for param in (row.init if site.built is not None or site.is_constructor else row.func)]
    draft = Draft()
    for keyword in call.keywords:
        if keyword.arg not in site.unknown_keywords:
            continue
        near = difflib.get_close_matches(keyword.arg or "", [name for name in known if name not in {each.arg for each in call.keywords}], 1, _LIKE)
        if not near:
            return Refusal(f"{site.loss} has no argument {keyword.arg}; drop it, or use a loss that has it")
        start, _ = code.span(keyword)
        draft.edits.append(Edit(code.path, start, start + len(keyword.arg or ""), near[0]))
    if not draft.edits:
        return Refusal("the keyword is not written in the call")
    return draft.repair(False, "use " + ", ".join(sorted({f"{edit.new}=" for edit in draft.edits})))
