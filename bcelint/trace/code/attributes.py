"""Attributes: reading ``x.name`` and writing it, case by case."""

from __future__ import annotations

import libcst as cst

from bcelint.contracts import frameworks
from bcelint.trace.code.raising import where_it_goes
from bcelint.trace.conditions.atoms import Guard
from bcelint.trace.interpreter import Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.cells import DYNAMIC
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import Const
from bcelint.trace.values.functions import Function
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.lists import ListCell
from bcelint.trace.values.raised import Raised
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
        return owner.refused(at, f"a {owner.noun} has no {name}")
    return at.failure(f"a list has no {name}") if type(owner) is ListCell else owner.no_attribute(at, name)


def load_callee(at: Site, owner: Value, name: str) -> Value:
    """The value of ``owner.name``, which is called at once. Where some of its classes define that method, it raises of an object that lacks it."""
    is_method = any(isinstance(single, Instance) and _defines(single.cls, name) for _, single in alternatives(at.narrow(owner)))

    def one(single: Value) -> Value:
        found = single.callee(at, name)
        if found is None and is_method and isinstance(single, Instance) and _lacks(single, name):
            return Raised(f"{single.cls.name} has no method {name}")
        return found or _no_attribute(at, single, name)

    return at.narrow(where_it_goes(at, at.lift_call(one, owner)))


def _defines(cls: Class, name: str) -> bool:
    member = cls.member(name)
    return member is not None and isinstance(member[0], Function)


def _lacks(owner: Instance, name: str) -> bool:
    """Whether all is seen that an object could have an attribute from."""
    is_own = DYNAMIC not in owner.fields and not name.startswith("__") and name not in frameworks.MODULE_ATTRIBUTES
    return is_own and owner.cls.sees_all_bases(frameworks.PLAIN_BASES)


def store(at: Site, owner: Value, name: str, value: Value) -> None:
    """``owner.name = value``. On an owner that is not followed it is lost."""
    if any(isinstance(single, Instance) and single.has_setattr() for _, single in alternatives(owner)):
        at.lift_call(lambda single: _stored(at, single, name, value), owner)
        return
    for guard, (single,) in at.combinations(owner):

        def after(old: Value | None, guard: Guard = guard) -> Value:
            others = [] if old is None else [(other, old) for other, _ in alternatives(owner) if other != guard]
            return value if not guard or old is None else at.choice([(guard, value), *others])

        single.store(at, name, value, after)


def _stored(at: Site, owner: Value, name: str, value: Value) -> Value:
    owner.store(at, name, value, lambda old: value)
    return owner
