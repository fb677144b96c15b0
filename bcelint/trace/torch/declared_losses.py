"""Losses of which the user, or a file of ours, says what they want."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bcelint.contracts.declared.rows import ANYTHING, DeclaredLoss, Signature
from bcelint.contracts.schema import Loss, Param, Target, TargetForm
from bcelint.facts import UNBOUNDED
from bcelint.losscall import TOO_MANY
from bcelint.project.code import NodePlace
from bcelint.trace.conditions.atoms import Guard
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.site import Site
from bcelint.trace.torch.declared_arguments import by_name, mentioned, view
from bcelint.trace.torch.recording import record
from bcelint.trace.values.criteria import Criterion
from bcelint.trace.values.functions import Function
from bcelint.trace.values.tensors import Tensor


def construct(at: Site, row: DeclaredLoss, args: Arguments) -> Criterion:
    """The criterion that a declared class makes."""
    options = by_name(row.init, args)
    unknown = () if row.init.kwargs else tuple(name for name in args.keywords if name not in row.init.names)
    place = at.place
    at.run.coverage.build(place)
    if row.init != ANYTHING and (unknown or any(isinstance(value, Tensor) for value in args.positional)):
        record(at, row.loss, {}, options, unknown, place, args, is_constructor=True)
    return Criterion(row.loss, options, unknown, place, row)


def call(at: Site, criterion: Criterion, row: DeclaredLoss, args: Arguments) -> Value:
    return call_with_options(at, row, criterion.options, criterion.place, args)


def call_with_options(at: Site, row: DeclaredLoss, options: Mapping[str, Value], place: NodePlace | None, args: Arguments) -> Value:
    arguments = by_name(Signature(row.loss.call), args)
    given = {**options, **arguments}
    unknown = _not_understood(row.call, args)

    def one(loss: Loss) -> Value:
        return record(at, loss, arguments, options, unknown if place is None else (), place, args)

    return _by_contract(at, row, given, one)


def call_function(at: Site, row: DeclaredLoss, args: Arguments) -> Value:
    bound = by_name(Signature(row.loss.call), args)
    main = {row.loss.prediction, row.loss.target}
    arguments = {name: value for name, value in bound.items() if name in main}
    options = {name: value for name, value in bound.items() if name not in main}

    def one(loss: Loss) -> Value:
        return record(at, loss, arguments, options, _not_understood(row.call, args), None, args)

    return _by_contract(at, row, bound, one)


def _by_contract(at: Site, row: DeclaredLoss, given: Mapping[str, Value], one: Callable[[Loss], Value]) -> Value:
    """Each contract that the arguments may ask for is a branch of its own."""
    params = Signature((*row.init.params, *row.call.params))
    deciding = [name for name in mentioned(row.cases) if name in given]
    cases: list[tuple[Guard, Callable[[], Value]]] = []
    combinations = at.combinations(*(given[name] for name in deciding))
    if at.state.are_too_many(combinations):
        at.run.dropped.place(at.place, TOO_MANY)
    for guard, values in combinations:
        chosen = row.cases.choose(row, view({**given, **dict(zip(deciding, values))}, params))
        loss = chosen.loss if chosen is not None and not chosen.unclear else unclear(row.loss)
        # The parameters are those of the code, where the row does not say them; a case does not change them.
        loss = replace(loss, call=row.loss.call, func=row.loss.func, prediction=row.loss.prediction, target=row.loss.target)
        cases.append((guard, lambda loss=loss: one(loss)))  # type: ignore[misc]
    return cases[0][1]() if len(cases) == 1 else at.choice(at.branches(cases))


def unclear(loss: Loss) -> Loss:
    """A loss of which it is not known what it wants."""
    reason = f"what {loss.name} wants is not known here"
    return replace(loss, wants=None, applies=None, range=UNBOUNDED, targets=Target(TargetForm.ANY), unclear=reason)


def with_parameters(row: DeclaredLoss, function: Value | None) -> DeclaredLoss:
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
