"""Declared knowledge in the evaluation: what is said of functions, methods and classes, and calls of them."""

from __future__ import annotations

from bcelint.contracts.declared.knowledge import Declared
from bcelint.contracts.declared.rows import DeclaredCall, DeclaredLoss
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.run import Run
from bcelint.trace.state.site import Site
from bcelint.trace.torch import declared_calls, declared_losses
from bcelint.trace.torch.declared_arguments import by_name
from bcelint.trace.values.classes import Class
from bcelint.trace.values.externals import External
from bcelint.trace.values.functions import Bound, Function
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.networks import MADE, Making


def row_of(run: Run, callee: Value) -> Declared | None:
    """What the user has declared of a function, method or class of the project."""
    if isinstance(callee, Bound):
        callee = callee.function
    if isinstance(callee, Function):
        nested = callee.owner is None and callee.closure is not callee.closure.globals
        return None if nested else run.project.declared(callee.closure.code.path, callee.qualname)
    return run.project.declared(callee.scope.code.path, callee.name) if isinstance(callee, Class) else None


def is_taken_on_trust(run: Run, function: Function) -> bool:
    """Whether the body of a function is not looked at, because what it does is declared."""
    owner = None if function.owner is None else row_of(run, function.owner)
    return row_of(run, function) is not None or (isinstance(owner, DeclaredLoss) and function.name in ("forward", "__call__"))


def call(at: Site, row: Declared, args: Arguments, callee: Value) -> Value:
    """A call of a declared function, method or (outside of the project) class."""
    if isinstance(row, DeclaredCall):
        return declared_calls.call_declared(at, row, args, declared_calls.title_of(callee.name) if isinstance(callee, External) else row.title)
    is_function = row.function
    if is_function is None:
        is_function = not callee.name.rpartition(".")[2][:1].isupper() if isinstance(callee, External) else not isinstance(callee, Class)
    if is_function:
        function = callee.function if isinstance(callee, Bound) else callee
        return declared_losses.call_function(at, declared_losses.with_parameters(row, function), args)
    return declared_losses.construct(at, row, args)


def make_model(at: Site, base: External, args: Arguments) -> Value | None:
    """What a class of the project inherits from a declared model; None where ``base`` is none."""
    row = at.run.project.knowledge.of(base.name)
    return call(at, row, args, base) if isinstance(row, DeclaredCall) and row.model else None


def call_object(at: Site, callee: Instance, owner: Class | None, args: Arguments) -> Value | None:
    """``model(x)`` and ``criterion(x, y)`` where a class of the object is declared, ``owner`` at most, which has the ``forward``; else None."""
    row = None
    for cls in callee.cls.mro():
        row = row or row_of(at.run, cls)
        if cls is owner:
            break
    if row is None or (isinstance(row, DeclaredCall) and row.model is False):
        return None
    making = callee.fields.get(MADE)
    made = making.args if isinstance(making, Making) else Arguments(open_positional=True, open_keywords=True)
    if isinstance(row, DeclaredCall):
        return declared_calls.call_model(at, row, row.title, callee, made, args)
    member = callee.cls.member("__call__") or callee.cls.member("forward")
    row = declared_losses.with_parameters(row, member[0] if member is not None else None)
    options = by_name(row.init, made)
    place = making.place if isinstance(making, Making) else None
    return declared_losses.call_with_options(at, row, options, place, args)
