"""The truth of values: under which conditions a test goes which way."""

from __future__ import annotations

import libcst as cst

from bcelint.trace.conditions.atoms import Guard
from bcelint.trace.conditions.compatible import compatible
from bcelint.trace.interpreter import Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.asking import condition
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.constants import Const
from bcelint.trace.values.unknowns import Unknown

Guards = list[Guard]


def split(at: Site, value: Value) -> tuple[Guards, Guards]:
    """The guards under which ``value``, the value of what stands here, is true, and those under which it is false."""
    true: Guards = []
    false: Guards = []
    if any(single.is_raised or single.is_tested_by_call for _, single in alternatives(value)):
        value = at.lift_call(lambda single: single.tested(at), value)
    for guard, single in alternatives(value):
        if single.is_raised or not compatible(at.state.path, guard):
            continue
        known = single.truth()
        if known is None:
            atom = condition(at.on(_last(at.node)), single, "truth", None)
            for side, literal in ((true, atom), (false, atom.negated())):
                extended = guard | {literal}
                if compatible(guard, frozenset([literal])) and compatible(at.state.path, extended):
                    side.append(extended)
        else:
            (true if known else false).append(guard)
    return true, false


def _last(node: cst.CSTNode) -> cst.CSTNode:
    """Of ``a and b`` the part that is left to ask: what the others say is settled then."""
    while isinstance(node, cst.BooleanOperation):
        node = node.right
    return node


def when(at: Site, value: Value, guard: Guard, true: bool) -> Value:
    """``value`` in the case ``guard``, where its truth is known to be ``true``: an unknown that is false may serve as False."""
    before = at.state.path
    at.state.path = before | guard
    narrowed = at.narrow(value)
    at.state.path = before
    if isinstance(narrowed, Unknown) and not true:
        return Const(False)
    return narrowed
