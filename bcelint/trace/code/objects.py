"""Objects of the project's classes: constructing them."""

from __future__ import annotations

from dataclasses import replace

from bcelint.contracts import frameworks
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.python import enums
from bcelint.trace.state.site import Site
from bcelint.trace.torch import declared, layers, losses
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import Const
from bcelint.trace.values.contents import CONTENT
from bcelint.trace.values.fields import FieldOfDataclass
from bcelint.trace.values.functions import Bound, Function, bind
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.networks import MADE, Making

MAX_INSTANCES = 24
"""The objects of one class that are remembered."""


_DICTS = ("builtins.dict", "collections.OrderedDict")


def construct(at: Site, cls: Class, args: Arguments) -> Value:
    """A call of a class: what is declared of it, or an instance."""
    row = declared.row_of(at.run, cls)
    if row is not None and row.is_result:
        return declared.call(at, row, args, cls)
    metaclass = cls.metaclass()
    maker = None if metaclass is None else metaclass.member("__call__")
    return make(at, cls, args) if maker is None else at.call(bind(at, maker[0], cls), args)


def made_by_metaclass(at: Site, args: Arguments) -> Value:
    """``super().__call__(…)`` in a metaclass."""
    cls, *rest = args.positional
    given = replace(args, positional=tuple(rest), nodes=())
    return make(at, cls, given) if isinstance(cls, Class) else at.unknown("what a metaclass makes", *args.all())


def make(at: Site, cls: Class, args: Arguments) -> Value:
    """Make an instance, by its own ``__new__`` if the class has one, and run its constructor."""
    if cls.members:
        return enums.called(at, cls, args)
    if enums.is_enum(cls):
        return at.unknown("an enum of members that are not known", *args.all())
    maker = cls.member("__new__")
    if maker is None or args.is_made_up:
        return _constructed(at, bare(cls), args)
    made = at.call(Bound(maker[0], cls) if isinstance(maker[0], Function) else maker[0], args)
    return at.lift_call(lambda one: _constructed(at, one, args) if isinstance(one, Instance) and one.cls.is_subclass(cls) else one, made)


def bare(cls: Class) -> Instance:
    """An instance whose constructor has not run."""
    instance = Instance(cls)
    if len(cls.instances) < MAX_INSTANCES:
        cls.instances.append(instance)
    return instance


def _constructed(at: Site, instance: Instance, args: Arguments) -> Value:
    cls = instance.cls
    if declared.row_of(at.run, cls) is not None:
        instance.fields[MADE] = Making(args, at.place)
    external = cls.external_bases()
    initializer = cls.constructor(args)
    if initializer is not None and not (cls.is_dataclass and "__init__" not in cls.fields):
        made = at.call(bind(at, initializer, instance), args)
        if made.is_raised:
            return made
    elif cls.is_dataclass or any(base.name in ("typing.NamedTuple", "pydantic.BaseModel") for base in external):
        _fill_dataclass(at, instance, args)
    else:
        make_native(at, instance, cls, args)
    return instance


def make_native(at: Site, instance: Instance, cls: Class, args: Arguments) -> None:
    """Construct the layer, loss or container of torch, or the dict, that the class inherits from, as its content."""
    for base in cls.external_bases():
        if base.name in frameworks.MODULE_BASES:
            continue
        native = at.call(base, args) if base.name in _DICTS else layers.construct(at, base.name, args)
        if native is None:
            native = losses.construct(at, base.name, args)
        if native is None:
            native = declared.make_model(at, base, args)
        if native is not None:
            at.write(instance, CONTENT, native)
            return


def _set(at: Site, instance: Instance, name: str, value: Value) -> None:
    if instance.has_setattr():
        instance.call_setattr(at, Const(name), value)
    else:
        at.write(instance, name, value)


def _fill_dataclass(at: Site, instance: Instance, args: Arguments) -> None:
    names = instance.cls.field_names()
    given = dict(zip(names, args.positional))
    given.update(args.keywords)
    for name in names:
        if name in given:
            _set(at, instance, name, given[name])
        else:
            member = instance.cls.member(name)
            if member is None:
                _set(at, instance, name, at.unknown(f"{name}: field that no call sets"))
            elif isinstance(member[0], FieldOfDataclass):
                _set(at, instance, name, member[0].made(at))
            elif isinstance(member[0], Function) or instance.has_setattr():
                _set(at, instance, name, member[0])  # it is the object's own, which nothing is bound to
    post = instance.cls.member("__post_init__")
    if post is not None:
        at.call(bind(at, post[0], instance), Arguments())
