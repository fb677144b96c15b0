"""``staticmethod``, ``classmethod`` and ``property`` as calls: how a class hands out what it holds."""

from __future__ import annotations

from dataclasses import replace

from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.python.registry import Handlers
from bcelint.trace.state.site import Site
from bcelint.trace.values.functions import Function

builtin = Handlers()


@builtin("staticmethod")
def _static(at: Site, args: Arguments) -> Value:
    """The function itself, which the class hands out as it is; one from outside of the project it hands out so anyhow."""
    return at.lift(lambda single: replace(single, role="static") if isinstance(single, Function) else single, _wrapped(at, args))


@builtin("classmethod")
def _class(at: Site, args: Arguments) -> Value:
    return at.lift(lambda single: _with_role(at, single, "class"), _wrapped(at, args))


@builtin("property")
def _property(at: Site, args: Arguments) -> Value:
    getter, setter = args.keywords.get("fget") or _wrapped(at, args), args.keywords.get("fset") or (*args.positional, None, None)[1]
    made = at.lift(lambda single: _with_role(at, single, "property"), getter)
    return replace(made, setter=setter) if isinstance(made, Function) and isinstance(setter, Function) else made


def _wrapped(at: Site, args: Arguments) -> Value:
    return args.positional[0] if args.positional else at.unknown("a descriptor of nothing")


def _with_role(at: Site, function: Value, role: str) -> Value:
    return replace(function, role=role) if isinstance(function, Function) else at.unknown("a descriptor of what is not followed", function)
