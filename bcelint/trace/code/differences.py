"""Numbers that are compared with one another: ``i == n - 1`` and ``i + 1 < n`` both ask for the difference of the two.

In a loop over ``range(n)`` the running number is below ``n``, so that one of ``i == n - 1`` and ``i < n - 1`` holds in each round.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bcelint.trace.interpreter import Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.asking import case
from bcelint.trace.values.constants import COMPARISONS, Const
from bcelint.trace.values.unknowns import BELOW, Unknown

_SUM = re.compile(r"\((.*) ([+-]) (\d+)\)")
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
MANY = 64
"""The differences that count as all that there are."""


def compared(at: Site, op: str, a: Value, b: Value) -> Value | None:
    """``a op b`` as a condition on their difference; None where they are no numbers that are known by their names."""
    if not (isinstance(a, Unknown) and isinstance(b, Unknown) and a.is_number and b.is_number and a.symbol and b.symbol):
        return None
    (one, more), (other, less) = _taken_apart(a.symbol), _taken_apart(b.symbol)
    if one == other:
        return Const(bool(COMPARISONS[op](more, less)))
    operand = less - more
    if one > other:
        one, other, op, operand = other, one, _MIRRORED[op], -operand
    difference = at.unknown(a.reason, a, b, symbol=f"({one} - {other})", number=True)
    assert isinstance(difference, Unknown)
    return case(at, replace(difference, domain=_possible(one, other)), op, operand)


def _taken_apart(symbol: str) -> tuple[str, int]:
    """``(n - 1)`` → ``n``, -1."""
    found = _SUM.fullmatch(symbol)
    if found is None:
        return symbol, 0
    inner, more = _taken_apart(found[1])
    return inner, more + (int(found[3]) if found[2] == "+" else -int(found[3]))


def _possible(one: str, other: str) -> tuple[int, ...]:
    """The differences that there may be, where one is a running number that stays below the other."""
    for first, second, sign in ((one, other, 1), (other, one, -1)):
        bound, more = _taken_apart(first.partition(BELOW)[2])
        if bound == second:
            return tuple(sorted(sign * (more - distance) for distance in range(1, MANY)))
    return ()
