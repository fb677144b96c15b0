"""Builtin functions that ask for attributes and classes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import libcst as cst

from bcelint.trace.conditions.atoms import Atom
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.python.registry import Handlers
from bcelint.trace.state.site import Site
from bcelint.trace.values.asking import condition
from bcelint.trace.values.attributes import AttributeNames, Attributes
from bcelint.trace.values.cells import DYNAMIC, Cell, is_setting
from bcelint.trace.values.choices import Choice, alternatives
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.containers import Container
from bcelint.trace.values.criteria import Criterion
from bcelint.trace.values.dicts import DictCell
from bcelint.trace.values.externals import External
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.library_classes import OBJECT
from bcelint.trace.values.modules import Module
from bcelint.trace.values.names import Names
from bcelint.trace.values.options import Namespace
from bcelint.trace.values.submodules import Submodule, some_inside
from bcelint.trace.values.tensor_methods import is_attribute
from bcelint.trace.values.tensors import ARRAY, Tensor
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.typed import type_of
from bcelint.trace.values.unknowns import Unknown

builtin = Handlers()
_OF_FUNCTIONS = ("torch", "torch.nn", "torch.nn.functional", "torch.nn.init", "torch.optim", "torch.optim.lr_scheduler")
"""Modules of which functions and classes are taken by name."""
_WORD = re.compile(r"\w+")


@builtin("isinstance")
def _isinstance(at: Site, args: Arguments) -> Value:
    return _asked(at, args, _is_one, "isinstance")


def is_tensor(at: Site, args: Arguments) -> Value:
    """``torch.is_tensor(x)``."""
    return _isinstance(at, Arguments((*args.all()[:1], External("torch.Tensor"))))


@builtin("issubclass")
def _issubclass(at: Site, args: Arguments) -> Value:
    return _asked(at, args, _is_subclass, "issubclass")


def _asked(at: Site, args: Arguments, is_one: Callable[[Value, Value], bool | None], op: str) -> Value:
    """Whether the first argument is one of the class or the classes that the second names."""
    if len(args.positional) != 2:
        return at.unknown(op)
    value, classes = args.positional
    options = (*classes.items, *([classes.rest] if classes.rest else [])) if isinstance(classes, Tuple) else (classes,)
    return at.lift(lambda single: _any(at, single, options, [is_one(single, option) for option in options], op), value)


def _is_subclass(cls: Value, other: Value) -> bool | None:
    if isinstance(cls, Class):
        if isinstance(other, Class):
            return _unless_taken(other, cls, cls.is_subclass(other))
        return cls.is_subclass_of_library_class(other.name) if isinstance(other, External) else None
    return cls.is_subclass(other.name) if isinstance(cls, External) and isinstance(other, External) else None


def _any(at: Site, value: Value, options: Sequence[Value], answers: Sequence[bool | None], op: str) -> Value:
    """Whether one of the answers is yes; where that is not known, a condition on ``value``."""
    if True in answers:
        return Const(True)
    if all(answer is False for answer in answers):
        return Const(False)
    if isinstance(value, Tensor) and all(isinstance(option, External) and option.name.startswith("torch.cuda.") for option in options):
        value = at.unknown("the device of a tensor", symbol="torch.Tensor.is_cuda")  # one device for all, as a rule
    atom = condition(at, value, op, tuple(repr(option.key()) for option in options))
    return at.choice([(frozenset([atom]), Const(True)), (frozenset([atom.negated()]), Const(False))])


def _is_one(value: Value, cls: Value) -> bool | None:
    if isinstance(cls, Class):
        return _unless_taken(cls, value.cls if isinstance(value, Instance) else None, value.is_of_class(cls))
    if isinstance(cls, External) and cls.name == OBJECT:
        return True
    return value.is_of_library_class(cls.name) if isinstance(cls, External) else None


def _unless_taken(cls: Class, other: Class | None, answer: bool | None) -> bool | None:
    """The answer, unless it is no and the class is one that takes others in."""
    return None if answer is False and cls.takes_others(other) else answer


@builtin("getattr")
def _getattr(at: Site, args: Arguments) -> Value:
    if len(args.positional) < 2:
        return at.unknown("getattr")
    default = args.positional[2] if len(args.positional) > 2 else None
    among, named = args.positional[:2]
    return at.lift_call(lambda owner: at.lift_call(lambda name: _one_attribute(at, owner, name, default, among), named), among)


def _has(owner: Value, name: str, among: Value) -> bool | None:
    """``hasattr``; what is set on one of several criteria, the others lack."""
    has = owner.has(name)
    if has is None and isinstance(owner, Criterion):
        return False if any(isinstance(other, Criterion) and name in other.options for _, other in alternatives(among)) else None
    return has


def _one_attribute(at: Site, owner: Value, name: Value, default: Value | None, among: Value) -> Value:
    if not isinstance(name, Const) or not isinstance(name.value, str):
        inside = owner.owner if isinstance(owner, Submodule) else owner
        if isinstance(inside, (Instance, Container)) and inside.is_of_library_class("torch.nn.Module"):
            return some_inside(at, inside)
        some = at.unknown("an attribute whose name is not known", owner, among=True)
        is_of_torch = isinstance(owner, External) and owner.name in _OF_FUNCTIONS
        return replace(some, is_callable_thing=is_of_torch and default is None)
    if default is not None and isinstance(owner, (Instance, Class, Namespace)):
        found = owner.attribute(at, name.value)
        has = owner.has(name.value) if found is None else not found.is_raised
        if has is False:
            return default
        if has is None and not isinstance(owner, Namespace):
            written = at.text(at.node.args[0].value) if isinstance(at.node, cst.Call) and at.node.args else owner.noun
            is_set = replace(_is_set(at, owner, name.value), text=partial(str, f"hasattr({written}, {name.value!r})"))
            return at.choice([(frozenset([is_set]), at.attribute(owner, name.value)), (frozenset([is_set.negated()]), default)])
        if isinstance(found, Choice):
            return at.choice([(guard, default if single.is_raised else single) for guard, single in found.alternatives])
    if default is not None and _has(owner, name.value, among) is False:
        return default
    found = at.attribute(owner, name.value)
    return replace(found, fails=False) if default is not None and isinstance(found, Unknown) else found


@builtin("vars")
def _vars(at: Site, args: Arguments) -> Value:
    if args.positional:
        owner = at.narrow(args.positional[0])
        if isinstance(owner, Module):
            return owner.names(at)
        if isinstance(owner, Namespace):
            return Names(owner)
        if isinstance(owner, Instance):
            return Attributes(owner)
        if isinstance(owner, DictCell):  # a namespace whose attributes are its items
            return owner
        if not isinstance(owner, Class):  # its names can be read only
            at.store(owner, DYNAMIC, Const(True))
    return at.unknown("the attributes of an object")


@builtin("globals")
def _globals(at: Site, args: Arguments) -> Value:
    at.module_names(at.frame.code.path)
    unset = {
        name: at.unknown(f"{name} of a module")
        for name in ("__builtins__", "__cached__", "__doc__", "__file__", "__loader__", "__name__", "__package__", "__spec__")
    }
    return Names(at.frame.globals, unset)


@builtin("eval")
def _eval(at: Site, args: Arguments) -> Value:
    """``eval`` of a name or of attributes of one, which is what models and losses are chosen by."""

    def one(text: Value) -> Value:
        names = text.value.strip().split(".") if isinstance(text, Const) and isinstance(text.value, str) else [""]
        if len(args.all()) > 1 or not all(name.isidentifier() for name in names):
            return at.unknown("eval() of what is not known", text)
        value = at.named(names[0])
        for name in names[1:]:
            value = at.attribute(value, name)
        return value

    return at.lift_call(one, args.positional[0]) if args.positional else at.unknown("eval()")


@builtin("exec")
def _exec(at: Site, args: Arguments) -> Value:
    for value in args.all():
        if isinstance(value, DictCell):
            value.open_up(at, at.unknown("exec() may set it"))
    if len(args.all()) == 1:
        _run_in(at, args.all()[0])
    return NONE


def _run_in(at: Site, code: Value) -> None:
    """What code that is not followed may set in the module: of a text that is known, the names that stand in it."""
    words = None if not isinstance(code.constant, str) else _WORD.findall(code.constant)
    for name, value in list(at.frame.globals.fields.items()):
        if is_setting(value) and name.isidentifier() and (words is None or name in words):
            at.write(at.frame.globals, name, at.unknown(f"exec() may set {name}", opaque=True))


@builtin("hasattr")
def _hasattr(at: Site, args: Arguments) -> Value:
    if len(args.positional) == 2 and isinstance(args.positional[1], Const):
        name = str(args.positional[1].value)
        return at.lift(lambda owner: _has_attribute(at, owner, name, args.positional[0]), args.positional[0])
    return at.unknown("hasattr")


def _has_attribute(at: Site, owner: Value, name: str, among: Value) -> Value:
    if isinstance(owner, (Instance, Namespace)) and name in owner.fields:
        return at.choice([(guard, Const(not single.is_raised)) for guard, single in alternatives(owner.fields[name])])
    has = _has(owner, name, among)
    if has is not None:
        return Const(has)
    if isinstance(owner, Tensor) and owner.model is None and owner.cls and is_attribute(name):
        return Const(owner.cls != ARRAY)
    atom = _is_set(at, owner, name)
    return at.choice([(frozenset([atom]), Const(True)), (frozenset([atom.negated()]), Const(False))])


def _is_set(at: Site, owner: Value, name: str) -> Atom:
    symbol = f"hasattr({owner.symbol if isinstance(owner, Unknown) else id(owner)}, {name})"
    hidden = owner.hangs_on()[1] or (isinstance(owner, Cell) and DYNAMIC in owner.fields)
    return Atom(symbol, "truth", None, True, at.place.text, opaque=hidden)


@builtin("callable")
def _callable(at: Site, args: Arguments) -> Value:
    value = args.positional[0] if args.positional else NONE
    return at.unknown("callable", value) if value.is_callable is None else Const(value.is_callable)


@builtin("type")
def _type(at: Site, args: Arguments) -> Value:
    if len(args.all()) != 1:
        return at.unknown("a class that type() makes", *args.all())
    return at.lift(lambda value: type_of(at, value), args.all()[0])


@builtin("dir")
def _dir(at: Site, args: Arguments) -> Value:
    owner = at.narrow(args.positional[0]) if args.positional else NONE
    return AttributeNames(owner) if isinstance(owner, (Class, Instance)) else at.unknown("names that dir() lists", *args.all())


@builtin("print", "exit", "quit")
def _nothing(at: Site, args: Arguments) -> Value:
    return NONE
