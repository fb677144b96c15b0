"""What an ``assert``, or an ``if`` that raises, says of all that follows: a name has one of the values that were asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import libcst as cst

from bcelint.trace.conditions.atoms import Atom, Guard, values_of
from bcelint.trace.state.site import Site
from bcelint.trace.values.unknowns import Unknown


def confine(at: Site, test: cst.BaseExpression, guard: Guard) -> None:
    """Give the names in ``test`` the values that ``guard``, under which the program goes on, leaves them."""
    domains = {literal.symbol: values_of(literal) for literal in guard if isinstance(literal, Atom) and values_of(literal)}
    for node in _names(test) if domains else ():
        value = at.evaluate(node)
        if isinstance(value, Unknown) and value.symbol in domains and not value.domain:
            at.assign(node, replace(value, domain=domains[value.symbol]))


def _names(test: Any) -> Iterable[cst.BaseExpression]:
    """The names and attributes of ``self`` that a test compares."""
    if isinstance(test, cst.Comparison):
        yield from _names(test.left)
    elif isinstance(test, cst.BooleanOperation):
        yield from _names(test.left)
        yield from _names(test.right)
    elif isinstance(test, cst.UnaryOperation):
        yield from _names(test.expression)
    elif isinstance(test, cst.Name) or (isinstance(test, cst.Attribute) and isinstance(test.value, cst.Name)):
        yield test
