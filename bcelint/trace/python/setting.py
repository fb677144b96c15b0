"""Attributes and items that are set through a function: ``setattr``, ``delattr``, ``object.__setattr__``, ``dict.__setitem__``."""

from __future__ import annotations

from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.python.deleting import delete_attribute
from bcelint.trace.python.registry import Handlers
from bcelint.trace.state.site import Site
from bcelint.trace.values.cells import DYNAMIC, Cell
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.containers import Container
from bcelint.trace.values.contents import CONTENT
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.mapped import Mapped
from bcelint.trace.values.nn_modules import DYNAMIC_MODULES

builtin = Handlers()
UNBOUND = (".__setattr__", ".__setitem__")
"""The ends of names of methods of a library's class that set something in their first argument."""


@builtin("setattr")
def _setattr(at: Site, args: Arguments) -> Value:
    if len(args.positional) == 3:
        owner, name, value = args.positional
        if isinstance(name, Const):
            at.store(owner, str(name.value), value)
        else:
            store_unnamed(at, owner, name, value)
    return NONE


@builtin("delattr")
def _delattr(at: Site, args: Arguments) -> Value:
    if len(args.positional) == 2:
        owner, name = args.positional
        if isinstance(name, Const):
            delete_attribute(at, owner, str(name.value))
        else:
            store_unnamed(at, owner, name, at.unknown("an attribute that was deleted", opaque=True))
    return NONE


def store_unnamed(at: Site, owner: Value, name: Value, value: Value) -> None:
    """``setattr(owner, name, value)`` where the name is not known."""

    def by_method(single: Value) -> Value:
        if isinstance(single, Instance) and single.has_setattr():
            single.call_setattr(at, name, value)
        return single

    at.lift_call(by_method, owner)
    at.store(owner, DYNAMIC, Const(True))
    if any(single.is_module for _, single in alternatives(value)):
        at.store(owner, DYNAMIC_MODULES, Const(True))
        for _, single in alternatives(owner):
            if isinstance(single, Container):
                at.write(single, CONTENT, Mapped({}, at.unknown("a layer replaced under a name that is not followed")))


def set_by_base(at: Site, method: str, args: Arguments) -> Value:
    """``object.__setattr__(owner, name, value)``, ``dict.__setitem__(owner, key, value)``."""
    owner, name, value = args.positional

    def one(single: Value) -> Value:
        if not isinstance(single, Cell):
            return NONE
        if method.endswith(".__setitem__"):
            inner = single.native if isinstance(single, Instance) else single
            if inner is not None:
                inner.store_item(at, name, value)
        elif isinstance(name, Const):
            single.keep(at, str(name.value), value, lambda old: value)
        else:
            at.write(single, DYNAMIC, Const(True))
        return NONE

    return at.lift_call(one, owner)
