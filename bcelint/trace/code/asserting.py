"""What a statement that would have raised says of all that follows: an ``assert``, an ``if`` that raises, a shape taken apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import libcst as cst

from bcelint.contracts import shapes
from bcelint.facts import Claim
from bcelint.trace.conditions.atoms import Atom, Guard, values_of
from bcelint.trace.state.site import Site
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.unknowns import Unknown


def confine(at: Site, test: cst.BaseExpression, guard: Guard) -> None:
    """Give the names in ``test`` the values that ``guard``, under which the program goes on, leaves them."""
    domains = {literal.symbol: values_of(literal) for literal in guard if isinstance(literal, Atom) and values_of(literal)}
    for node in _names(test) if domains else ():
        value = at.evaluate(node)
        if isinstance(value, Unknown) and value.symbol in domains and not value.domain:
            at.assign(node, replace(value, domain=domains[value.symbol]))


def taken_apart(at: Site, target: cst.BaseExpression, source: cst.BaseExpression) -> None:
    """``b, c = x.shape``: ``x`` has as many dimensions as there are names."""
    if not isinstance(target, (cst.Tuple, cst.List)) or any(isinstance(element, cst.StarredElement) for element in target.elements):
        return
    owner = _measured(source)
    if owner is None or any(isinstance(element.value, cst.Name) and element.value.value == owner.value for element in target.elements):
        return
    value = at.evaluate(owner)
    if isinstance(value, (Tensor, Unknown)):
        shape = shapes.of_rank(value.facts.value("shape"), len(target.elements))
        at.assign(owner, replace(value, facts=replace(value.facts, shape=Claim(shape, (at.on(owner).step("taken apart"),)))) if shape else value)


def _measured(source: cst.BaseExpression) -> cst.Name | None:
    """``x`` of ``x.shape`` and ``x.size()``."""
    node = source.func if isinstance(source, cst.Call) and not source.args else source
    wanted = "shape" if node is source else "size"
    return node.value if isinstance(node, cst.Attribute) and node.attr.value == wanted and isinstance(node.value, cst.Name) else None


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
