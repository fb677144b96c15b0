"""``del owner.name``."""

from __future__ import annotations

from bcelint.trace.interpreter import Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.containers import Container
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.options import Namespace
from bcelint.trace.values.raised import Raised


def delete_attribute(at: Site, owner: Value, name: str) -> None:
    """Take an attribute, or a layer, from an object."""

    def one(single: Value) -> Value:
        if isinstance(single, Container) and name not in single.fields:
            single.forget(at, name)
        else:
            at.store(single, name, _left_of(at, single, name))
        return single

    at.lift_call(one, owner)


def _left_of(at: Site, owner: Value, name: str) -> Value:
    """What stands for an attribute that was deleted: nothing, unless something outside of the object is under that name."""
    if isinstance(owner, Namespace) or (isinstance(owner, Instance) and owner.cls.lends(name) is False):
        return Raised(f"{name} was deleted", passing=True, is_unsure=True)
    return at.unknown("an attribute that was deleted", opaque=True)
