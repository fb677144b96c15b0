"""Code that differentiates a score to see what it hangs on, or to change the input by it: nothing learns there."""

from __future__ import annotations

import libcst as cst

_WHILE_LOOKING = {"eval", "requires_grad", "requires_grad_", "retain_grad"}
"""What such code does first: it stops the layers that differ in training, or has the input keep its gradient."""


class _Names(cst.CSTVisitor):
    """The names of all attributes."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self.found.add(node.attr.value)


def explains(function: cst.CSTNode) -> bool:
    """Whether a function reads gradients, and has no optimizer make a step."""
    names = _Names()
    function.visit(names)
    return "grad" in names.found and "step" not in names.found and not _WHILE_LOOKING.isdisjoint(names.found)
