"""Calls of declared functions, and of what makes a model, and of such models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import libcst as cst

from bcelint.contracts import dtypes
from bcelint.contracts.declared.expressions import Expression
from bcelint.contracts.declared.rows import Cases, DeclaredCall, Returns, Signature, agreed
from bcelint.contracts.schema import KEEP, UNKNOWN, Result
from bcelint.facts import Claim, Facts, Shape
from bcelint.places import DECLARED
from bcelint.trace import calls, torchcalls
from bcelint.trace import evaluate as ev
from bcelint.trace.arguments import Arguments
from bcelint.trace.declared_arguments import SOMETHING, Making, by_name, fits, mentioned, view
from bcelint.trace.frames import Frame
from bcelint.trace.networks import HEAD, MADE, Network
from bcelint.trace.run import Run, step_at
from bcelint.trace.values import (
    CONTENT,
    NONE,
    Choice,
    Const,
    Container,
    External,
    Instance,
    Mapped,
    Tensor,
    Tuple,
    Unknown,
    Value,
    merged_sources,
)


def title_of(name: str) -> str:
    """``resnet18`` of what is made by its name, ``Unet`` of a class."""
    owner, _, last = name.rpartition(".")
    return owner.rpartition(".")[2] if last.startswith("from_") else last


def call_declared(run: Run, frame: Frame, node: cst.BaseExpression, row: DeclaredCall, args: Arguments, title: str) -> Value:
    """A call of a function, or of what makes a model."""
    if not fits(row.init, args):
        return run.unknown(f"a call of {title} that does not fit its declared parameters", frame, node, *args.all())
    if row.model:
        return _model(run, frame, node, row, args, title)
    bound = by_name(row.init, args)

    def one(chosen: DeclaredCall | None, values: Mapping[str, Value]) -> Value:
        if chosen is None:
            return run.unknown(f"which case of {title} it is, is not known", frame, node, *args.all())
        made = _Result(run, frame, node, title, values, row.init, args, None).value(chosen.returns)
        if row.model is None and isinstance(made, Tensor):
            return replace(made, model=Network(row, title, "", Making(args, frame.module.place(node))))
        return made

    return _by_case(run, row.cases, row, bound, row.init, one, _facts_hang_on(row))


def _model(run: Run, frame: Frame, node: cst.BaseExpression, row: DeclaredCall, args: Arguments, title: str) -> Value:
    bound = by_name(row.init, args)

    def one(chosen: DeclaredCall | None, values: Mapping[str, Value]) -> Value:
        network = Network(row, title, "" if chosen is None else chosen.head, Making(args, frame.module.place(node)))
        if chosen is not None and chosen.layers:
            network.fields[chosen.head or HEAD] = _layers(run, frame, node, chosen, view(values, row.init), values)
        return network

    return _by_case(run, row.cases, row, bound, row.init, one, known=row.init)


def reset(run: Run, frame: Frame, node: cst.BaseExpression, network: Network, method: str, args: Arguments) -> None:
    """``model.reset_classifier(3)``: the layers as they would be, had the model been made with these arguments."""
    run.state.lift_call(lambda making: _reset_one(run, frame, node, network, making, method, args), network.fields[MADE])


def _reset_one(run: Run, frame: Frame, node: cst.BaseExpression, network: Network, making: Value, method: str, args: Arguments) -> Value:
    assert isinstance(making, Making)
    given = by_name(network.row.resets[method], args)
    names = [param.name for param in network.row.init.params if not param.keyword_only]
    again = {name: value for name, value in given.items() if name in network.row.init.names}
    positional = tuple(again.pop(name, value) for name, value in zip(names, making.args.positional))
    changed = replace(making.args, positional=positional, keywords={**making.args.keywords, **again}, nodes=())
    for guard, (made,) in run.state.combinations(_model(run, frame, node, network.row, changed, network.name)):
        assert isinstance(made, Network)
        name = network.head or HEAD
        layers = made.fields.get(made.head or HEAD) if made.head == network.head else None
        layers = layers or run.unknown(f"{network.name} with another head", frame, node)
        old = network.fields.get(name)
        run.state.write(network, name, layers if not guard or old is None else run.state.choice([(guard, layers), (frozenset(), old)]))
    run.state.write(network, MADE, Making(changed, making.place))
    return NONE


def call_model(
    run: Run,
    frame: Frame,
    node: cst.BaseExpression,
    row: DeclaredCall,
    title: str,
    model: Network | Instance,
    made: Arguments,
    args: Arguments,
) -> Value:
    """``model(x)``."""
    if calls.HOOKED in model.fields:
        return run.unknown(f"{title} has a forward hook", frame, node, *args.all())
    if "forward" in model.fields:
        return calls.call_value(run, frame, node, model.fields["forward"], args)
    if not fits(row.call, args):
        return run.unknown(f"a call of {title} that does not fit its declared parameters", frame, node, *args.all())
    given = {**by_name(row.init, made), **by_name(row.call, args)}
    signature = Signature((*row.init.params, *row.call.params))

    def one(chosen: DeclaredCall | None, values: Mapping[str, Value]) -> Value:
        if chosen is None:
            return run.unknown(f"which case of {title} it is, is not known", frame, node, *args.all())
        return _Result(run, frame, node, title, values, signature, args, model, chosen.rank).value(chosen.returns)

    return _by_case(run, row.cases, row, given, signature, one, _facts_hang_on(row))


def call_network(run: Run, frame: Frame, node: cst.BaseExpression, network: Network, args: Arguments) -> Value:
    def one(making: Value) -> Value:
        assert isinstance(making, Making)
        return call_model(run, frame, node, network.row, network.name, network, making.args, args)

    return run.state.lift_call(one, network.fields[MADE])


def _by_case(
    run: Run,
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
        these = {**bound, **dict(zip(deciding, map(run.as_it_is, values)))}
        return one(agreed(cases.possible(row, view(these, signature), known)), these)

    return run.state.lift(each, *(bound[name] for name in deciding))


def _facts_hang_on(row: DeclaredCall) -> set[str]:
    """The parameters from which the facts of what comes out are computed."""
    rows = [row, *(each for _, each in row.cases.options)]
    return {name for each in rows for name in _parameters(each.returns)}


def _parameters(returns: Returns) -> set[str]:
    found = {returns.keeps, returns.argument, *(part for part in (returns.shape, returns.dtype) if isinstance(part, str))}
    for size in returns.shape if isinstance(returns.shape, tuple) else ():
        found |= size.names if isinstance(size, Expression) else set()
    return found.union(*(_parameters(part) for _, part in returns.parts))


def _layers(run: Run, frame: Frame, node: cst.BaseExpression, row: DeclaredCall, lookup: Callable[[str], Any], values: Mapping[str, Value]) -> Value:
    """The layers that a model ends in: one, or several as a Sequential."""

    def argument(expression: Expression) -> Value:
        if expression.text in values:
            return values[expression.text]
        value = expression.value(lookup)
        return run.unknown("a number that is not declared", frame, node, number=True) if value is UNKNOWN or value is SOMETHING else Const(value)

    made: list[Value] = []
    for layer in row.layers:
        positional, keywords = layer.arguments()
        args = Arguments(tuple(map(argument, positional)), {name: argument(each) for name, each in keywords.items()})
        value = torchcalls.construct(run, frame, node, layer.name, args) if layer.name else None
        made.append(value or run.unknown("a layer of a model that is not followed", frame, node))
    if len(made) == 1 and not row.layer_names:
        return made[0]
    container = Container("Sequential")
    container.fields[CONTENT] = Mapped(dict(zip(row.layer_names or map(str, range(len(made))), made)))
    return container


class _Result:
    """Makes the value that a call returns."""

    def __init__(
        self,
        run: Run,
        frame: Frame,
        node: cst.BaseExpression,
        title: str,
        values: Mapping[str, Value],
        signature: Signature,
        args: Arguments,
        model: Network | Instance | None,
        rank: int = 2,
    ) -> None:
        self.run, self.frame, self.node = run, frame, node
        self.title = title
        self.values = values
        self.lookup = view(values, signature)
        self.args = args
        self.model = model
        self.rank = rank

    def value(self, returns: Returns) -> Value:
        if returns.form == "tensor":
            return self._tensor(returns)
        if returns.form == "head":
            return self._head()
        if returns.form == "argument":
            return self.values.get(returns.argument) or self._unknown(f"{self.title} without {returns.argument}")
        if returns.form == "arguments":
            return self.args.positional[0] if len(self.args.all()) == 1 and self.args.positional else Tuple(self.args.all())
        if returns.form == "unknown":
            return self._unknown(f"what {self.title} returns is not declared")
        parts = [(name, self.value(part)) for name, part in returns.parts]
        if returns.form in ("items", "names"):
            return ev.new_dict(Mapped(dict(parts), self._unknown("another output of the model")))
        if returns.form == "attributes":
            return Tuple(tuple(value for _, value in parts), self._unknown("another output of the model"), names=tuple(name for name, _ in parts))
        return Tuple(tuple(value for _, value in parts))

    def _unknown(self, reason: str) -> Value:
        return self.run.unknown(reason, self.frame, self.node, *self.args.all())

    def _tensor(self, returns: Returns) -> Value:
        if isinstance(self.model, Network) and self.model.is_altered(self.run.foreign):
            return self._unknown(f"{self.title} with another head")
        kept = self.values.get(returns.keeps)
        keep = KEEP if kept is not None else None
        gradient = returns.gradient if returns.gradient is not None or self.model is None else True
        result = Result(
            range=returns.range or keep,
            kind=returns.kind or keep,
            axis=keep if returns.axis is None else returns.axis,
            dtype=self._dtype(returns) or keep,
            shape=self._shape(returns) or keep,
            grad=keep if gradient is None else gradient,
        )
        step = step_at(self.frame, self.node, self.title + DECLARED)
        values = tuple(each for each in self.args.all() if not isinstance(each, Choice))
        return torchcalls.made(self.run, self.frame, self.node, kept, values, step, self.model, result)

    def _dtype(self, returns: Returns) -> Any:
        if not isinstance(returns.dtype, str):
            return returns.dtype
        value = self.values.get(returns.dtype)
        if isinstance(value, (Tensor, Unknown)):
            return value.facts.dtype
        return dtypes.named(value.name) if isinstance(value, External) else None

    def _shape(self, returns: Returns) -> Any:
        if isinstance(returns.shape, str):
            value = self.values.get(returns.shape)
            return value.facts.shape if isinstance(value, (Tensor, Unknown)) else None
        if returns.shape is None:
            return None
        sizes = [size.value(self.lookup) if isinstance(size, Expression) else size for size in returns.shape]
        is_size = [isinstance(size, (int, str)) and not isinstance(size, bool) for size in sizes]
        return Shape(tuple(size if known else None for size, known in zip(sizes, is_size)), returns.open)

    def _head(self) -> Value:
        """The head on features of which only the shape is known."""
        model = self.model
        head: Value | None = None
        if isinstance(model, Network):
            head = None if model.is_altered(self.run.foreign) else model.fields.get(model.head or HEAD)
        if head is None:
            return self._unknown(f"{self.title} with another head")
        return calls.call_value(self.run, self.frame, self.node, head, Arguments((self._features(),)))

    def _features(self) -> Value:
        given = self.args.all()
        first = given[0] if given else None
        batch = first.facts.shape.value.dim(0) if isinstance(first, Tensor) and first.facts.shape else None
        shape = Shape((batch, *(None,) * (self.rank - 1)))
        made = self.run.source_of(self.model, merged_sources(*given))
        place = self.frame.module.place(self.node)
        return Tensor(Facts(shape=Claim(shape)), made, reason=f"what {self.title} computes is not followed", lost_at=place)
