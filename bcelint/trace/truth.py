"""The truth of values: under which conditions a test goes which way."""

from __future__ import annotations

import libcst as cst

from bcelint.contracts import tables
from bcelint.trace.conditions import Atom, Literal, compatible
from bcelint.trace.frames import Frame
from bcelint.trace.run import Run
from bcelint.trace.values import (
    CONTENT,
    Cell,
    Const,
    Container,
    DictCell,
    External,
    ListCell,
    Mapped,
    Tensor,
    Tuple,
    Unknown,
    Value,
    alternatives,
    fresh,
)

Guards = list[frozenset[Literal]]


def split(run: Run, frame: Frame, node: cst.CSTNode, value: Value) -> tuple[Guards, Guards]:
    """The guards under which ``value``, the value of the expression ``node``, is true, and those under which it is false."""
    true: Guards = []
    false: Guards = []
    for guard, single in alternatives(value):
        if not compatible(run.state.path, guard):
            continue
        known = truth(single)
        if known is None:
            atom = condition(run, frame, node, single, "truth", None)
            for side, literal in ((true, atom), (false, atom.negated())):
                extended = guard | {literal}
                if compatible(guard, frozenset([literal])) and compatible(run.state.path, extended):
                    side.append(extended)
        else:
            (true if known else false).append(guard)
    return true, false


def truth(value: Value) -> bool | None:
    """Whether a value counts as true; None where that is not known."""
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, (Unknown, Tensor)):
        return None
    if isinstance(value, External):  # a function, class or module counts as true; what else it is, is set outside
        return True if "." not in value.name or value.name.startswith("builtins.") or tables.is_known(value.name) else None
    if isinstance(value, Tuple):
        return True if value.items else None if value.rest else False
    if isinstance(value, (ListCell, DictCell, Container)):
        content = value.fields.get(CONTENT)
        if isinstance(content, (Tuple, Mapped)):
            return True if content.items else None if content.rest else False
        return None
    return True


def condition(run: Run, frame: Frame, node: cst.CSTNode, value: Value, op: str, operand: object, other: Value | None = None) -> Atom:
    """The condition ``value op operand``, shown as ``node`` is written; ``other`` is the value behind the operand, if it is not known."""
    module = frame.module
    loop = run.loop
    if isinstance(value, Unknown) and value.symbol:
        symbol, loop = value.symbol, value.loop
    elif isinstance(value, Tensor):
        symbol = f"t{value.uid}"
    elif isinstance(value, External):
        symbol = value.name
    else:
        symbol = f"v{value.id if isinstance(value, Cell) else fresh()}"
    unknowns = [v for v in (value, other) if isinstance(v, Unknown)]
    loop = max([loop, *(v.loop for v in unknowns)])
    opaque = isinstance(value, External) or any(unknown.opaque for unknown in unknowns)
    domain = value.domain if isinstance(value, Unknown) else ()
    return Atom(symbol, op, operand, True, lambda: module.text(node), loop, opaque=opaque, domain=domain)


def when(run: Run, value: Value, guard: frozenset[Literal], true: bool) -> Value:
    """``value`` in the case ``guard``, where its truth is known to be ``true``: an unknown that is false may serve as False."""
    before = run.state.path
    run.state.path = before | guard
    narrowed = run.state.narrow(value)
    run.state.path = before
    if isinstance(narrowed, Unknown) and not true:
        return Const(False)
    return narrowed
