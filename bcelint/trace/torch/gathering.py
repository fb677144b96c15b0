"""NLLLoss as a way to pick entries: with its sign changed and no mean taken, it is the entry of each sample's class, and no loss."""

from __future__ import annotations

from dataclasses import replace

from bcelint.facts import Kind
from bcelint.losscall import LossCall
from bcelint.trace.interpreter import Value
from bcelint.trace.state.run import Run
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.tensors import Tensor


def note_negated(run: Run, value: Value) -> None:
    """``-F.nll_loss(p, y, reduction="none")``: what a call returns has its sign changed at once."""
    for _, single in alternatives(value):
        for number in single.losses if isinstance(single, Tensor) else ():
            event = run.events[number - 1]
            if _picks(event.call):
                event.call = replace(event.call, gathers=True)


def _picks(call: LossCall) -> bool:
    reduction = call.options.get("reduction")
    return call.loss.wants is Kind.LOG_PROBABILITIES and reduction is not None and reduction.constant == "none"
