"""Calls of declared functions, and of what makes a model, and of such models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from bcelint.contracts.declared.expressions import Expression
from bcelint.contracts.declared.rows import Cases, DeclaredCall, Returns, Signature, agreed
from bcelint.contracts.schema import UNKNOWN
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.site import Site
from bcelint.trace.torch import layers
from bcelint.trace.torch.declared_arguments import SOMETHING, by_name, fits, mentioned, view
from bcelint.trace.torch.declared_results import Results
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.containers import new_container
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.mapped import Mapped
from bcelint.trace.values.networks import HEAD, MADE, Making, Network
from bcelint.trace.values.nn_modules import HOOKED
from bcelint.trace.values.tensors import Tensor


def title_of(name: str) -> str:
    """``resnet18`` of what is made by its name, ``Unet`` of a class."""
    owner, _, last = name.rpartition(".")
    return owner.rpartition(".")[2] if last.startswith("from_") else last


def call_declared(at: Site, row: DeclaredCall, args: Arguments, title: str) -> Value:
    """A call of a function, or of what makes a model."""
    if not fits(row.init, args):
        return at.unknown(f"a call of {title} that does not fit its declared parameters", *args.all())
    if row.model:
        return _model(at, row, args, title)
    bound = by_name(row.init, args)

    def one(chosen: DeclaredCall | None, values: Mapping[str, Value]) -> Value:
        if chosen is None:
            return at.unknown(f"which case of {title} it is, is not known", *args.all())
        made = Results(at, title, values, row.init, args, None).value(chosen.returns)
        if row.model is None and isinstance(made, Tensor):
            return replace(made, model=Network(row, title, "", Making(args, at.place)))
        return made

    return _by_case(at, row.cases, row, bound, row.init, one, _facts_hang_on(row))


def _model(at: Site, row: DeclaredCall, args: Arguments, title: str) -> Value:
    bound = by_name(row.init, args)

    def one(chosen: DeclaredCall | None, values: Mapping[str, Value]) -> Value:
        network = Network(row, title, "" if chosen is None else chosen.head, Making(args, at.place))
        if chosen is not None and chosen.layers:
            network.fields[chosen.head or HEAD] = _layers(at, chosen, view(values, row.init), values)
        return network

    return _by_case(at, row.cases, row, bound, row.init, one, known=row.init)


def reset(at: Site, network: Network, method: str, args: Arguments) -> None:
    """``model.reset_classifier(3)``: the layers as they would be, had the model been made with these arguments."""
    at.lift_call(lambda making: _reset_one(at, network, making, method, args), network.fields[MADE])


def _reset_one(at: Site, network: Network, making: Value, method: str, args: Arguments) -> Value:
    assert isinstance(making, Making)
    given = by_name(network.row.resets[method], args)
    names = [param.name for param in network.row.init.params if not param.keyword_only]
    again = {name: value for name, value in given.items() if name in network.row.init.names}
    positional = tuple(again.pop(name, value) for name, value in zip(names, making.args.positional))
    changed = replace(making.args, positional=positional, keywords={**making.args.keywords, **again}, nodes=())
    for guard, (made,) in at.combinations(_model(at, network.row, changed, network.name)):
        assert isinstance(made, Network)
        name = network.head or HEAD
        layers = made.fields.get(made.head or HEAD) if made.head == network.head else None
        layers = layers or at.unknown(f"{network.name} with another head")
        old = network.fields.get(name)
        at.write(network, name, layers if not guard or old is None else at.choice([(guard, layers), (frozenset(), old)]))
    at.write(network, MADE, Making(changed, making.place))
    return NONE


def call_model(
    at: Site,
    row: DeclaredCall,
    title: str,
    model: Network | Instance,
    made: Arguments,
    args: Arguments,
) -> Value:
    """``model(x)``."""
    if HOOKED in model.fields:
        return at.unknown(f"{title} has a forward hook", *args.all())
    if "forward" in model.fields:
        return at.call(model.fields["forward"], args)
    if not fits(row.call, args):
        return at.unknown(f"a call of {title} that does not fit its declared parameters", *args.all())
    given = {**by_name(row.init, made), **by_name(row.call, args)}
    signature = Signature((*row.init.params, *row.call.params))

    def one(chosen: DeclaredCall | None, values: Mapping[str, Value]) -> Value:
        if chosen is None:
            return at.unknown(f"which case of {title} it is, is not known", *args.all())
        return Results(at, title, values, signature, args, model, chosen.rank).value(chosen.returns)

    return _by_case(at, row.cases, row, given, signature, one, _facts_hang_on(row))


def call_network(at: Site, network: Network, args: Arguments) -> Value:
    def one(making: Value) -> Value:
        assert isinstance(making, Making)
        return call_model(at, network.row, network.name, network, making.args, args)

    return at.lift_call(one, network.fields[MADE])


def _by_case(
    at: Site,
    cases: Cases[DeclaredCall],
    row: DeclaredCall,
    bound: Mapping[str, Value],
    signature: Signature,
    one: Callable[[DeclaredCall | None, Mapping[str, Value]], Value],
    also: Iterable[str] = (),
    known: Signature | None = None,
) -> Value:
    """``one`` for each combination of the arguments that decide, or that facts are computed from."""
    deciding = [name for name in dict.fromkeys((*mentioned(cases), *also)) if name in bound]

    def each(*values: Value) -> Value:
        these = {**bound, **dict(zip(deciding, map(at.as_it_is, values)))}
        return one(agreed(cases.possible(row, view(these, signature), known)), these)

    return at.lift(each, *(bound[name] for name in deciding))


def _facts_hang_on(row: DeclaredCall) -> set[str]:
    """The parameters from which the facts of what comes out are computed."""
    rows = [row, *(each for _, each in row.cases.options)]
    return {name for each in rows for name in _parameters(each.returns)}


def _parameters(returns: Returns) -> set[str]:
    found = {returns.keeps, returns.argument, *(part for part in (returns.shape, returns.dtype) if isinstance(part, str))}
    for size in returns.shape if isinstance(returns.shape, tuple) else ():
        found |= size.names if isinstance(size, Expression) else set()
    return found.union(*(_parameters(part) for _, part in returns.parts))


def _layers(at: Site, row: DeclaredCall, lookup: Callable[[str], Any], values: Mapping[str, Value]) -> Value:
    """The layers that a model ends in: one, or several as a Sequential."""

    def argument(expression: Expression) -> Value:
        if expression.text in values:
            return values[expression.text]
        value = expression.value(lookup)
        return at.unknown("a number that is not declared", number=True) if value is UNKNOWN or value is SOMETHING else Const(value)

    made: list[Value] = []
    for layer in row.layers:
        positional, keywords = layer.arguments()
        args = Arguments(tuple(map(argument, positional)), {name: argument(each) for name, each in keywords.items()})
        value = layers.construct(at, layer.name, args) if layer.name else None
        made.append(value or at.unknown("a layer of a model that is not followed"))
    if len(made) == 1 and not row.layer_names:
        return made[0]
    return new_container("Sequential", Mapped(dict(zip(row.layer_names or map(str, range(len(made))), made))))
