"""``def`` and ``class``."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst
from libcst.helpers import get_full_name_for_node

from bcelint.trace.code.functions import defaults_of
from bcelint.trace.code.handed import hand_on_function
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.python import enums
from bcelint.trace.state.frames import GRAD_OFF, GRAD_ON, Frame
from bcelint.trace.state.site import Site
from bcelint.trace.values.autocast import Autocast
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import Const
from bcelint.trace.values.dicts import new_dict
from bcelint.trace.values.externals import External
from bcelint.trace.values.functions import Bound, Function, Partial, bind
from bcelint.trace.values.mapped import Mapped
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import Unknown

ROLES = {
    "staticmethod": "static",
    "classmethod": "class",
    "property": "property",
    "cached_property": "property",
    "lazy_property": "property",
    "abstractproperty": "property",
}

KEEPS = frozenset(
    [
        "set_grad_enabled",
        "wraps",
        "lru_cache",
        "cache",
        "abstractmethod",
        "contextmanager",
        "override",
        "script",
        "export",
        "ignore",
        "unused",
        "jit",
        "njit",
        "autocast",
        "custom_fwd",
        "custom_bwd",
        "amp",
        "compile",
        "disable",
        "hook",
        "main",
        "command",
        "option",
        "argument",
        "fixture",
        "parametrize",
        "rank_zero_only",
        "register",
        "register_module",
        "register_model",
        "beartype",
        "typechecked",
        "jaxtyped",
        "torch_compile",
        "auto_move_data",
        "deprecated",
        "total_ordering",
        "profile",
        "setter",
        "record_function",
        "mark",
        "skip",
        "skipif",
        "patch",
    ]
)
"""Decorators, by the last part of their name, that do not change what a call takes and returns."""


def define_function(at: Site, node: cst.FunctionDef) -> None:
    name = node.name.value
    owner = at.frame.class_body
    role, decorator, cached, is_context = "plain", "", False, False
    cast: Value | None = None
    followed: list[tuple[cst.Decorator, Value]] = []
    for item in node.decorators:
        dotted = get_full_name_for_node(item.decorator) or ""
        last = dotted.rpartition(".")[2]
        cached = cached or "cache" in last or last == "lazy_property"
        is_context = is_context or last in ("contextmanager", "asynccontextmanager")
        if last in ROLES:
            role = ROLES[last]
        elif last in GRAD_OFF or last == GRAD_ON:
            decorator = last
        elif last == "setter":
            _define_setter(at, node)
            return
        elif last == "overload":  # typing puts something else in its place, which is never called
            at.write(at.frame.cell_for(name), name, at.on(node.name).unknown("a declaration for type checkers"))
            return
        else:
            made = at.evaluate(item.decorator)
            if any(isinstance(single, Autocast) for _, single in alternatives(made)):
                cast = made
            elif last not in KEEPS:
                followed.append((item, made))
    closure = at.frame.parent if owner is not None and at.frame.parent is not None else at.frame
    qualname = name if owner is None else f"{owner.name}.{name}"
    value: Value = Function(name, qualname, node, closure, defaults_of(at, node.params), owner, role, decorator, cast, is_context, cached)
    if owner is None and isinstance(value, Function) and at.frame.function is not None:
        at.run.nested.append(value)
    for item, made in reversed(followed):
        value = _decorated(at.on(item.decorator), made, value)
    at.write(at.frame.cell_for(name), name, value)


def _define_setter(at: Site, node: cst.FunctionDef) -> None:
    name, owner = node.name.value, at.frame.class_body
    known = at.frame.fields.get(name)
    if owner is not None and isinstance(known, Function) and known.role == "property":
        closure = at.frame.parent or at.frame
        setter = Function(name, f"{owner.name}.{name}", node, closure, defaults_of(at, node.params), owner)
        at.write(at.frame, name, replace(known, setter=setter))


def _decorated(at: Site, decorator: Value, value: Value) -> Value:
    """What a decorator of the project makes of the function; one from outside leaves a mark on it."""
    result = _applied(at, decorator, value)
    if isinstance(result, Function) and isinstance(value, Function):
        return replace(value, node=result.node, closure=result.closure, defaults=result.defaults, decorator=result.decorator, autocast=None)
    if result is not None or not isinstance(value, Function):
        return result or value
    hand_on_function(at, value)
    name = get_full_name_for_node(at.node) or "a call"
    return replace(value, decorator=value.decorator or f"?{name}", autocast=None)


def _applied(at: Site, decorator: Value, value: Value) -> Value | None:
    """What a decorator of the project returns; None where it is from outside, or that is not known."""
    function = decorator.function if isinstance(decorator, Partial) else decorator
    result = at.call(decorator, Arguments((value,))) if isinstance(function, (Bound, Class, Function)) else None
    return None if isinstance(result, Unknown) else result


def define_class(at: Site, node: cst.ClassDef) -> None:
    bases = tuple(_base(at, base.value) for base in node.bases if base.star == "")
    cls = Class(node.name.value, at.frame.globals, node, bases)
    cls.is_dataclass = any((get_full_name_for_node(item.decorator) or "").rpartition(".")[2] == "dataclass" for item in node.decorators)
    body = Frame(at.frame.code, at.frame, None, at.frame.caller, at.frame.call_place)
    body.is_class_body = True
    body.class_body = cls
    outer = at.frame.cell_for(cls.name)
    at.write(outer, cls.name, cls)
    path = at.state.path
    at.inside(body, node).execute(node.body)
    at.state.path = path
    cls.fields.update(body.fields)
    enums.define(cls)
    _announce(at.on(node.name), cls, {item.keyword.value: at.evaluate(item.value) for item in node.keywords if item.keyword is not None})
    for item in reversed(node.decorators):
        decorator = at.evaluate(item.decorator)
        function = decorator.function if isinstance(decorator, Partial) else decorator
        if isinstance(function, (Function, Class)):
            made = at.on(item.decorator).call(decorator, Arguments((outer.fields[cls.name],)))
            if not isinstance(made, Unknown):
                at.write(outer, cls.name, made)


def _base(at: Site, node: cst.BaseExpression) -> Value:
    """A base class; what stands in brackets behind it, as in ``Generic[T]``, is for type checkers."""
    base = at.narrow(at.evaluate(node))
    if isinstance(node, cst.Subscript) and not isinstance(base, (Class, External)):
        generic = at.narrow(at.evaluate(node.value))
        return generic if isinstance(generic, (Class, External)) else base
    return base


def _announce(at: Site, cls: Class, keywords: dict[str, Value]) -> None:
    """Tell the class above, and the metaclass, of a new class."""
    cls.made_by = keywords.pop("metaclass", None)
    above = next((base.member("__init_subclass__") for base in cls.bases if isinstance(base, Class)), None)
    if above is not None and isinstance(above[0], Function):
        at.call(Bound(above[0], cls), Arguments((), keywords))
    metaclass = cls.metaclass()
    init = None if metaclass is None else metaclass.member("__init__")
    if init is not None:
        at.call(bind(at, init[0], cls), Arguments((Const(cls.name), Tuple(cls.bases), new_dict(Mapped(cls.fields))), keywords))
