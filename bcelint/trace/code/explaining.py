"""Code that differentiates a score to see what it hangs on: nothing learns there."""

from __future__ import annotations

import libcst as cst


class _Names(cst.CSTVisitor):
    """The names of all attributes."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self.found.add(node.attr.value)


def explains(function: cst.CSTNode) -> bool:
    """Whether a function reads gradients of a model that it keeps from training, and has no optimizer make a step, nor makes one itself: then it
    goes through the parameters, and not to freeze them."""
    names = _Names()
    function.visit(names)
    makes_a_step = "step" in names.found or ("parameters" in names.found and "requires_grad" not in names.found)
    return "grad" in names.found and "eval" in names.found and not makes_a_step
