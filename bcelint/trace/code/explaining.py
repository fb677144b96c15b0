"""Code that differentiates a score to see what it hangs on: nothing learns there."""

from __future__ import annotations

import libcst as cst

_IN_PLACE = frozenset("add_ addcdiv_ addcmul_ copy_ sub_".split())


class _Looks(cst.CSTVisitor):
    """The names of all attributes, and whether something is changed by a gradient."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self.makes_a_step = False

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self.found.add(node.attr.value)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:
        self._changes(node.value)

    def visit_Assign(self, node: cst.Assign) -> None:
        if any(isinstance(each.target, cst.Attribute) and each.target.attr.value == "data" for each in node.targets):
            self._changes(node.value)

    def visit_Call(self, node: cst.Call) -> None:
        if isinstance(node.func, cst.Attribute) and node.func.attr.value in _IN_PLACE:
            for argument in node.args:
                self._changes(argument.value)

    def _changes(self, value: cst.BaseExpression) -> None:
        inner = _Looks()
        value.visit(inner)
        self.makes_a_step = self.makes_a_step or "grad" in inner.found


def explains(function: cst.CSTNode) -> bool:
    """Whether a function reads gradients of a model that it keeps from training, and neither makes a step itself nor has an optimizer make one."""
    looks = _Looks()
    function.visit(looks)
    return "grad" in looks.found and "eval" in looks.found and "step" not in looks.found and not looks.makes_a_step
