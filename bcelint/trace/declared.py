"""Declared knowledge in the evaluation: calls of losses, functions and models of which the user, or a file of ours, says what they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from bcelint.contracts.declared.knowledge import Declared
from bcelint.contracts.declared.rows import ANYTHING, DeclaredCall, DeclaredLoss, Signature
from bcelint.contracts.schema import Loss, Param, Target, TargetForm
from bcelint.facts import UNBOUNDED
from bcelint.trace import criteria, declared_calls
from bcelint.trace.arguments import Arguments
from bcelint.trace.conditions import Literal
from bcelint.trace.declared_arguments import Making, by_name, mentioned, view
from bcelint.trace.frames import Frame
from bcelint.trace.networks import MADE
from bcelint.trace.run import Run
from bcelint.trace.values import (
    Bound,
    Class,
    Criterion,
    External,
    Function,
    Instance,
    Tensor,
    Value,
)

if TYPE_CHECKING:
    from bcelint.trace.nodeplace import NodePlace


def row_of(run: Run, callee: Value) -> Declared | None:
    """What the user has declared of a function, method or class of the project."""
    if isinstance(callee, Bound):
        callee = callee.function
    if isinstance(callee, Function):
        nested = callee.owner is None and callee.closure is not None and callee.closure is not callee.module.frame
        return None if nested else run.project.declared(callee.module.path, callee.qualname)
    return run.project.declared(callee.module.path, callee.name) if isinstance(callee, Class) else None


def is_taken_on_trust(run: Run, function: Function) -> bool:
    """Whether the body of a function is not looked at, because what it does is declared."""
    owner = None if function.owner is None else row_of(run, function.owner)
    return row_of(run, function) is not None or (isinstance(owner, DeclaredLoss) and function.name in ("forward", "__call__"))


def call(run: Run, frame: Frame, node: cst.BaseExpression, row: Declared, args: Arguments, callee: Value) -> Value:
    """A call of a declared function, method or (outside of the project) class."""
    if isinstance(row, DeclaredCall):
        return declared_calls.call_declared(
            run, frame, node, row, args, declared_calls.title_of(callee.name) if isinstance(callee, External) else row.title
        )
    is_function = row.function
    if is_function is None:
        is_function = not callee.name.rpartition(".")[2][:1].isupper() if isinstance(callee, External) else not isinstance(callee, Class)
    if is_function:
        function = callee.function if isinstance(callee, Bound) else callee
        return _loss_function(run, frame, node, _with_parameters(row, function), args)
    return construct_loss(run, frame, node, row, args)


def make_model(run: Run, frame: Frame, node: cst.BaseExpression, base: External, args: Arguments) -> Value | None:
    """What a class of the project inherits from a declared model; None where ``base`` is none."""
    row = run.project.knowledge.of(base.name)
    return call(run, frame, node, row, args, base) if isinstance(row, DeclaredCall) and row.model else None


def call_object(run: Run, frame: Frame, node: cst.BaseExpression, callee: Instance, owner: Class | None, args: Arguments) -> Value | None:
    """``model(x)`` and ``criterion(x, y)`` where a class of the object is declared, ``owner`` at most, which has the ``forward``; else None."""
    row = None
    for cls in callee.cls.mro():
        row = row or row_of(run, cls)
        if cls is owner:
            break
    if row is None or (isinstance(row, DeclaredCall) and row.model is False):
        return None
    making = callee.fields.get(MADE)
    made = making.args if isinstance(making, Making) else Arguments(open_positional=True, open_keywords=True)
    if isinstance(row, DeclaredCall):
        return declared_calls.call_model(run, frame, node, row, row.title, callee, made, args)
    member = callee.cls.member("__call__") or callee.cls.member("forward")
    row = _with_parameters(row, member[0] if member is not None else None)
    options = by_name(row.init, made)
    place = making.place if isinstance(making, Making) else None
    return _loss_call(run, frame, node, row, options, place, args)


# Losses


def construct_loss(run: Run, frame: Frame, node: cst.BaseExpression, row: DeclaredLoss, args: Arguments) -> Criterion:
    """The criterion that a declared class makes."""
    options = by_name(row.init, args)
    unknown = () if row.init.kwargs else tuple(name for name in args.keywords if name not in row.init.names)
    place = frame.module.place(node)
    if row.init != ANYTHING and (unknown or any(isinstance(value, Tensor) for value in args.positional)):
        criteria.record(run, frame, node, row.loss, {}, options, unknown, place, args, is_constructor=True)
    return Criterion(row.loss, options, unknown, place, row)


def call_criterion(run: Run, frame: Frame, node: cst.BaseExpression, criterion: Criterion, row: DeclaredLoss, args: Arguments) -> Value:
    return _loss_call(run, frame, node, row, criterion.options, criterion.place, args)


def _loss_call(
    run: Run, frame: Frame, node: cst.BaseExpression, row: DeclaredLoss, options: Mapping[str, Value], place: NodePlace | None, args: Arguments
) -> Value:
    arguments = by_name(Signature(row.loss.call), args)
    given = {**options, **arguments}
    unknown = _not_understood(row.call, args)

    def one(loss: Loss) -> Value:
        return criteria.record(run, frame, node, loss, arguments, options, unknown if place is None else (), place, args)

    return _by_contract(run, row, given, one)


def _loss_function(run: Run, frame: Frame, node: cst.BaseExpression, row: DeclaredLoss, args: Arguments) -> Value:
    bound = by_name(Signature(row.loss.call), args)
    main = {row.loss.prediction, row.loss.target}
    arguments = {name: value for name, value in bound.items() if name in main}
    options = {name: value for name, value in bound.items() if name not in main}

    def one(loss: Loss) -> Value:
        return criteria.record(run, frame, node, loss, arguments, options, _not_understood(row.call, args), None, args)

    return _by_contract(run, row, bound, one)


def _by_contract(run: Run, row: DeclaredLoss, given: Mapping[str, Value], one: Callable[[Loss], Value]) -> Value:
    """Each contract that the arguments may ask for is a branch of its own."""
    params = Signature((*row.init.params, *row.call.params))
    deciding = [name for name in mentioned(row.cases) if name in given]
    cases: list[tuple[frozenset[Literal], Callable[[], Value]]] = []
    for guard, values in run.state.combinations(*(given[name] for name in deciding)):
        chosen = row.cases.choose(row, view({**given, **dict(zip(deciding, values))}, params))
        loss = chosen.loss if chosen is not None and not chosen.unclear else unclear(row.loss)
        # The parameters are those of the code, where the row does not say them; a case does not change them.
        loss = replace(loss, call=row.loss.call, func=row.loss.func, prediction=row.loss.prediction, target=row.loss.target)
        cases.append((guard, lambda loss=loss: one(loss)))  # type: ignore[misc]
    return cases[0][1]() if len(cases) == 1 else run.state.choice(run.state.branches(cases))


def unclear(loss: Loss) -> Loss:
    """A loss of which it is not known what it wants."""
    reason = f"what {loss.name} wants is not known here"
    return replace(loss, wants=None, applies=None, range=UNBOUNDED, targets=Target(TargetForm.ANY), unclear=reason)


def _with_parameters(row: DeclaredLoss, function: Value | None) -> DeclaredLoss:
    """The row with the parameters of the function itself, where the user does not declare any."""
    if row.call != ANYTHING or not isinstance(function, Function):
        return row
    params = function.node.params
    names = [param.name.value for param in (*params.posonly_params, *params.params)]
    names = names[1:] if function.owner is not None and function.role != "static" else names
    if len(names) < 2:
        return row
    loss = row.loss
    prediction = loss.prediction if loss.prediction in names else names[0]
    target = loss.target if loss.target in names else next(name for name in names if name != prediction)
    call = tuple(Param(name) for name in names)
    return replace(row, loss=replace(loss, call=call, func=call, prediction=prediction, target=target))


def _not_understood(call: Signature, args: Arguments) -> tuple[str, ...]:
    return () if call.kwargs else tuple(name for name in args.keywords if name not in call.names)
