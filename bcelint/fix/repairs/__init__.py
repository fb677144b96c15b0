"""One repair function a rule: from a call site with that problem to edits, or to the reason why there are none."""

from __future__ import annotations

from collections.abc import Callable

from bcelint.analysis.callsite import CallSite
from bcelint.fix.context import OTHER_TARGETS, ROWS, SHARED, Context
from bcelint.fix.edits import Outcome, Refusal, Repair
from bcelint.fix.repairs import activations, arguments, logs, losses, targets

REPAIRS: dict[str, Callable[[Context, CallSite], Outcome]] = {
    "BCE101": losses.missing_sigmoid,
    "BCE102": activations.double_sigmoid,
    "BCE103": activations.double_softmax,
    "BCE104": logs.nll,
    "BCE105": logs.kl_div,
    "BCE106": logs.ctc,
    "BCE201": targets.integer_target,
    "BCE203": targets.target_shape,
    "BCE204": targets.class_indices,
    "BCE301": losses.single_logit,
    "BCE302": arguments.swapped,
    "BCE305": arguments.constructor_called,
    "BCE306": activations.fused,
    "BCE307": arguments.invalid_argument,
    "BCE901": activations.fused,
    "BCE902": losses.redundant_log_softmax,
}

OF_ARGUMENTS = frozenset("BCE201 BCE203 BCE204 BCE301 BCE302".split())
"""Those whose repairs change what is given to the loss."""
OF_TARGETS = frozenset("BCE201 BCE203 BCE204".split())
"""Those of them whose repairs change its target."""
BY_HAND = {
    "BCE107": "a sigmoid, a softmax over another dimension or a second output could have been meant",
    "BCE202": "the labels could be mapped to [0, 1], or another loss could have been meant",
    "BCE303": "pass the values that the gradient flows through: those before the argmax, the threshold or the detach",
    "BCE304": "pos_weight wants one number for the positive class of each column, relative to the negatives",
}


def repair(context: Context, code: str, site: CallSite) -> Outcome:
    """How the problem ``code`` of one call site is repaired."""
    if site.loss not in ROWS:
        return Refusal("the loss is not torch's: what could stand for it is not known")
    misfit = context.misfit(site)
    if misfit is not None:
        return misfit
    if code in BY_HAND:
        return Refusal(BY_HAND[code])
    if code not in REPAIRS:
        return Refusal("the rule has no repair")
    outcome = REPAIRS[code](context, site)
    if not isinstance(outcome, Repair):
        return outcome
    if code in OF_ARGUMENTS and context.serves_others(site) and _edits_the_call(context, site, outcome):
        return SHARED
    if code in OF_TARGETS and context.has_other_targets(site) and _edits_the_call(context, site, outcome):
        return OTHER_TARGETS
    return outcome


def _edits_the_call(context: Context, site: CallSite, repair: Repair) -> bool:
    """Whether what is given to torch's own call is changed there, and with it for all that may be called by it."""
    place = context.call(site.inner)
    if place is None:
        return False
    code, call = place
    start, end = code.span(call)
    return any(edit.path == code.path and start <= edit.start and edit.end <= end for edit in repair.edits)
