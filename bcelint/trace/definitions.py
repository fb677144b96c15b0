"""``def`` and ``class``."""

from __future__ import annotations

import libcst as cst
from libcst.helpers import get_full_name_for_node

from bcelint.trace import calls, enums
from bcelint.trace import evaluate as ev
from bcelint.trace.arguments import Arguments
from bcelint.trace.autocast import Autocast
from bcelint.trace.frames import GRAD_OFF, GRAD_ON, Frame
from bcelint.trace.run import Run
from bcelint.trace.values import Class, Function, Partial, Unknown, Value, alternatives

ROLES = {
    "staticmethod": "static",
    "classmethod": "class",
    "property": "property",
    "cached_property": "property",
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
        "overload",
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


def define_function(run: Run, frame: Frame, node: cst.FunctionDef) -> None:
    name = node.name.value
    owner = frame.class_body
    role, decorator = "plain", ""
    cast: Value | None = None
    followed: list[tuple[cst.Decorator, Value]] = []
    for item in node.decorators:
        dotted = get_full_name_for_node(item.decorator) or ""
        last = dotted.rpartition(".")[2]
        if last in ROLES:
            role = ROLES[last]
        elif last in GRAD_OFF or last == GRAD_ON:
            decorator = last
        elif last == "setter":
            return
        else:
            made = ev.evaluate(run, frame, item.decorator)
            if any(isinstance(single, Autocast) for _, single in alternatives(made)):
                cast = made
            elif last not in KEEPS:
                followed.append((item, made))
    closure = frame if owner is None else frame.parent
    value: Value = Function(name, node, frame.module, closure, calls.defaults_of(run, frame, node.params), owner, role, decorator, cast)
    for item, made in reversed(followed):
        value = _decorated(run, frame, item, made, value)
    run.state.write(frame.cell_for(name), name, value)


def _decorated(run: Run, frame: Frame, item: cst.Decorator, decorator: Value, value: Value) -> Value:
    """What a decorator of the project makes of the function; one from outside leaves a mark on it."""
    if isinstance(decorator, (Function, Class)) or (isinstance(decorator, Partial) and isinstance(decorator.function, Function)):
        result = calls.call_value(run, frame, item.decorator, decorator, Arguments((value,)))
        if isinstance(result, Function) and isinstance(value, Function):
            return Function(value.name, result.node, result.module, result.closure, result.defaults, value.owner, value.role, result.decorator)
        if not isinstance(result, Unknown):
            return result
    if isinstance(value, Function):
        name = get_full_name_for_node(item.decorator) or "a call"
        mark = value.decorator or f"?{name}"
        return Function(value.name, value.node, value.module, value.closure, value.defaults, value.owner, value.role, mark)
    return value


def define_class(run: Run, frame: Frame, node: cst.ClassDef) -> None:
    bases = tuple(run.state.narrow(ev.evaluate(run, frame, base.value)) for base in node.bases if base.star == "")
    cls = Class(node.name.value, frame.module, node, bases)
    cls.is_dataclass = any((get_full_name_for_node(item.decorator) or "").rpartition(".")[2] == "dataclass" for item in node.decorators)
    body = Frame(frame.module, frame, None, frame.caller, frame.call_place)
    body.is_class_body = True
    body.class_body = cls
    run.state.write(frame.cell_for(cls.name), cls.name, cls)
    from bcelint.trace.execute import block

    path = run.state.path
    block(run, body, node.body)
    run.state.path = path
    cls.fields.update(body.fields)
    enums.define(cls)
