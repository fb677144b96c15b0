"""Attributes: reading ``x.name`` and writing it, case by case."""

from __future__ import annotations

import libcst as cst

from bcelint.trace.conditions.atoms import Guard
from bcelint.trace.interpreter import Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.constants import Const
from bcelint.trace.values.typed import type_of


def attribute(at: Site, node: cst.Attribute) -> Value:
    return load(at.on(node), at.evaluate(node.value), node.attr.value)


def load(at: Site, owner: Value, name: str) -> Value:
    """The value of ``owner.name``."""
    if name == "__class__":
        return at.lift(lambda single: type_of(at, single), owner)
    return at.lift_call(lambda single: single.attribute(at, name) or _no_attribute(at, single, name), owner)


def _no_attribute(at: Site, owner: Value, name: str) -> Value:
    """Of None and other constants it raises; what is set on them where it is not seen may still be there."""
    if isinstance(owner, Const):
        at.excuse()
    return owner.no_attribute(at, name)


def load_callee(at: Site, owner: Value, name: str) -> Value:
    """The value of ``owner.name``, which is called at once."""
    return at.narrow(at.lift_call(lambda single: single.callee(at, name) or _no_attribute(at, single, name), owner))


def store(at: Site, owner: Value, name: str, value: Value) -> None:
    """``owner.name = value``. On an owner that is not followed it is lost."""
    for guard, (single,) in at.combinations(owner):

        def after(old: Value | None, guard: Guard = guard) -> Value:
            others = [] if old is None else [(other, old) for other, _ in alternatives(owner) if other != guard]
            return value if not guard or old is None else at.choice([(guard, value), *others])

        single.store(at, name, value, after)
