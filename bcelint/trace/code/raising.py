"""Expressions that raise."""

from __future__ import annotations

from bcelint.trace.interpreter import Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.choices import Choice


def raises(at: Site, value: Value) -> bool:
    """Whether evaluating an expression raises in every case; where it does in some, these are ruled out."""
    if isinstance(value, Choice):
        for guard, single in value.alternatives:
            if single.is_raised:
                at.run.rule_out(at.frame.id, at.state.path | guard)
    return bool(value.is_raised)
