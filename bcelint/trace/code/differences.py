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
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_DISTANCES = (*range(1, 66), 100, 101, 128, 200, 255, 256, 257, 500, 512, 1000, 1024, 10_000, 100_000, 1_000_000)
"""The differences that are tried for all that there are."""


def compared(at: Site, op: str, a: Value, b: Value) -> Value | None:
    """``a op b`` as a condition on their difference; None where they are no numbers that are known by their names, or the one that is, is asked as it
    stands.
    """
    if isinstance(a, Const) and isinstance(b, Unknown):
        return compared(at, MIRRORED[op], b, a)
    if not _is_named(a) or not isinstance(a, Unknown):
        return None
    one, more = _taken_apart(a.symbol)
    if isinstance(b, Const):
        if not isinstance(b.value, int) or isinstance(b.value, bool):
            return None
        sides = _sides(one)
        if sides is not None:
            return _of_two(at, op, b.value - more, a, *sides)
        return _asked(at, op, b.value - more, replace(a, symbol=one)) if more else None
    if not _is_named(b) or not isinstance(b, Unknown):
        return None
    other, less = _taken_apart(b.symbol)
    if one == other:
        return Const(bool(COMPARISONS[op](more, less)))
    difference = at.unknown(a.reason, a, b, number=True)
    return _of_two(at, op, less - more, difference, one, other)


def _of_two(at: Site, op: str, operand: int, difference: Unknown, one: str, other: str) -> Value:
    """``one - other op operand``, whichever of the two stands in front."""
    if one.isdigit():
        return _asked(at, MIRRORED[op], int(one) - operand, replace(difference, symbol=other))
    if one > other:
        one, other, op, operand = other, one, MIRRORED[op], -operand
    return _asked(at, op, operand, replace(difference, symbol=f"({one} - {other})", domain=_possible(one, other)))


def _is_named(value: Value) -> bool:
    return isinstance(value, Unknown) and value.is_number and bool(value.symbol)


def _asked(at: Site, op: str, operand: int, number: Unknown) -> Value:
    """The condition. Of whole numbers that are tried, those around the operand are, too, and ``<=`` is asked as ``<``."""
    tried = number.domain
    if not tried:
        return case(at, number, op, operand)
    if op in ("<=", ">"):
        op, operand = {"<=": "<", ">": ">="}[op], operand + 1
    near = {value for value in (operand - 1, operand, operand + 1) if tried[0] <= value <= tried[-1]}
    return case(at, replace(number, domain=tuple(sorted(near.union(tried)))), op, operand)


def _taken_apart(symbol: str) -> tuple[str, int]:
    """``(n - 1)`` → ``n``, -1."""
    found = _SUM.fullmatch(symbol)
    if found is None:
        return symbol, 0
    inner, more = _taken_apart(found[1])
    return inner, more + (int(found[3]) if found[2] == "+" else -int(found[3]))


def _sides(symbol: str) -> tuple[str, str] | None:
    """``(n - i)`` → ``n``, ``i``."""
    depth = 0
    for place, sign in enumerate(symbol):
        depth += (sign in "([") - (sign in ")]")
        if depth == 1 and symbol.startswith(" - ", place) and symbol.startswith("(") and symbol.endswith(")"):
            return symbol[1:place], symbol[place + 3 : -1]
    return None


def _possible(one: str, other: str) -> tuple[int, ...]:
    """The differences that there may be, where one is a running number that stays below the other."""
    for first, second, sign in ((one, other, 1), (other, one, -1)):
        bound, more = _taken_apart(first.partition(BELOW)[2])
        if bound == second:
            return tuple(sorted(sign * (more - distance) for distance in _DISTANCES))
    return ()
