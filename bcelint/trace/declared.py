"""Declared knowledge in the evaluation: calls of losses, functions and models of which the user, or a file of ours, says what they do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from bcelint.contracts import dtypes
from bcelint.contracts.declared.expressions import Expression
from bcelint.contracts.declared.knowledge import Declared
from bcelint.contracts.declared.rows import ANYTHING, Cases, DeclaredCall, DeclaredLoss, Returns, Signature, agreed
from bcelint.contracts.schema import KEEP, REQUIRED, UNKNOWN, Loss, Param, Result, Target, TargetForm
from bcelint.facts import UNBOUNDED, Claim, Facts, Shape
from bcelint.places import DECLARED
from bcelint.trace import calls, criteria, torchcalls
from bcelint.trace import evaluate as ev
from bcelint.trace.arguments import Arguments
from bcelint.trace.conditions import Literal
from bcelint.trace.frames import Frame
from bcelint.trace.networks import HEAD, MADE, Network
from bcelint.trace.run import Run, step_at
from bcelint.trace.values import (
    CONTENT,
    Bound,
    Choice,
    Class,
    Const,
    Container,
    Criterion,
    External,
    Function,
    Instance,
    Mapped,
    Tensor,
    Tuple,
    Unknown,
    Value,
    merged_sources,
)

if TYPE_CHECKING:
    from bcelint.trace.positions import NodePlace


class Making(Value):
    """How an object of a declared class was made."""

    def __init__(self, args: Arguments, place: NodePlace) -> None:
        self.args = args
        self.place = place


class Something:
    """In conditions, what is known to be no constant: it is not None, and equal to nothing."""


SOMETHING = Something()


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
        return call_declared(run, frame, node, row, args, _title(callee.name) if isinstance(callee, External) else row.title)
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
        return call_model(run, frame, node, row, row.title, callee, made, args)
    member = callee.cls.member("__call__") or callee.cls.member("forward")
    row = _with_parameters(row, member[0] if member is not None else None)
    options = _options(row.init, made)
    place = making.place if isinstance(making, Making) else None
    return _loss_call(run, frame, node, row, options, place, args)


# Losses


def construct_loss(run: Run, frame: Frame, node: cst.BaseExpression, row: DeclaredLoss, args: Arguments) -> Criterion:
    """The criterion that a declared class makes."""
    options = _options(row.init, args)
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
    arguments = _options(Signature(row.loss.call), args)
    given = {**options, **arguments}
    unknown = _not_understood(row.call, args)

    def one(loss: Loss) -> Value:
        return criteria.record(run, frame, node, loss, arguments, options, unknown if place is None else (), place, args)

    return _by_contract(run, row, given, one)


def _loss_function(run: Run, frame: Frame, node: cst.BaseExpression, row: DeclaredLoss, args: Arguments) -> Value:
    bound = _options(Signature(row.loss.call), args)
    main = {row.loss.prediction, row.loss.target}
    arguments = {name: value for name, value in bound.items() if name in main}
    options = {name: value for name, value in bound.items() if name not in main}

    def one(loss: Loss) -> Value:
        return criteria.record(run, frame, node, loss, arguments, options, _not_understood(row.call, args), None, args)

    return _by_contract(run, row, bound, one)


def _by_contract(run: Run, row: DeclaredLoss, given: Mapping[str, Value], one: Callable[[Loss], Value]) -> Value:
    """Each contract that the arguments may ask for is a branch of its own."""
    params = Signature((*row.init.params, *row.call.params))
    deciding = [name for name in _mentioned(row.cases) if name in given]
    cases: list[tuple[frozenset[Literal], Callable[[], Value]]] = []
    for guard, values in run.state.combinations(*(given[name] for name in deciding)):
        chosen = row.cases.choose(row, _lookup({**given, **dict(zip(deciding, values))}, params))
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


def _options(signature: Signature, args: Arguments) -> dict[str, Value]:
    """The arguments by parameter name; of a signature that takes anything, the keywords."""
    positional = [param.name for param in signature.params if not param.keyword_only]
    found = {**dict(zip(positional, args.positional)), **args.keywords}
    too_many = len(args.positional) > len(positional) and not signature.args
    if args.open_positional or args.open_keywords or too_many:  # another version may have the parameters in other places
        for param in signature.params:
            found.setdefault(param.name, Unknown(f"{param.name}: it comes out of arguments that are not followed"))
    return found


# Functions and models


def _title(name: str) -> str:
    """``resnet18`` of what is made by its name, ``Unet`` of a class."""
    owner, _, last = name.rpartition(".")
    return owner.rpartition(".")[2] if last.startswith("from_") else last


def call_declared(run: Run, frame: Frame, node: cst.BaseExpression, row: DeclaredCall, args: Arguments, title: str) -> Value:
    """A call of a function, or of what makes a model."""
    if not _fits(row.init, args):
        return run.unknown(f"a call of {title} that does not fit its declared parameters", frame, node, *args.all())
    if row.model:
        return _model(run, frame, node, row, args, title)
    bound = _options(row.init, args)

    def one(chosen: DeclaredCall | None, values: Mapping[str, Value]) -> Value:
        if chosen is None:
            return run.unknown(f"which case of {title} it is, is not known", frame, node, *args.all())
        made = _Result(run, frame, node, title, values, row.init, args, None).value(chosen.returns)
        if row.model is None and isinstance(made, Tensor):
            return replace(made, model=Network(row, title, "", Making(args, frame.module.place(node))))
        return made

    return _by_case(run, row.cases, row, bound, row.init, one, _facts_hang_on(row))


def _model(run: Run, frame: Frame, node: cst.BaseExpression, row: DeclaredCall, args: Arguments, title: str) -> Value:
    bound = _options(row.init, args)

    def one(chosen: DeclaredCall | None, values: Mapping[str, Value]) -> Value:
        network = Network(row, title, "" if chosen is None else chosen.head, Making(args, frame.module.place(node)))
        if chosen is not None and chosen.layers:
            network.fields[chosen.head or HEAD] = _layers(run, frame, node, chosen, _lookup(values, row.init), values)
        return network

    return _by_case(run, row.cases, row, bound, row.init, one, known=row.init)


def reset(run: Run, frame: Frame, node: cst.BaseExpression, network: Network, method: str, args: Arguments) -> None:
    """``model.reset_classifier(3)``: the layers as they would be, had the model been made with these arguments."""
    making = network.fields[MADE]
    assert isinstance(making, Making)
    given = _options(network.row.resets[method], args)
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
    if not _fits(row.call, args):
        return run.unknown(f"a call of {title} that does not fit its declared parameters", frame, node, *args.all())
    given = {**_options(row.init, made), **_options(row.call, args)}
    signature = Signature((*row.init.params, *row.call.params))

    def one(chosen: DeclaredCall | None, values: Mapping[str, Value]) -> Value:
        if chosen is None:
            return run.unknown(f"which case of {title} it is, is not known", frame, node, *args.all())
        return _Result(run, frame, node, title, values, signature, args, model, chosen.rank).value(chosen.returns)

    return _by_case(run, row.cases, row, given, signature, one, _facts_hang_on(row))


def call_network(run: Run, frame: Frame, node: cst.BaseExpression, network: Network, args: Arguments) -> Value:
    making = network.fields[MADE]
    assert isinstance(making, Making)
    return call_model(run, frame, node, network.row, network.name, network, making.args, args)


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
    deciding = [name for name in dict.fromkeys((*_mentioned(cases), *also)) if name in bound]

    def each(*values: Value) -> Value:
        these = {**bound, **dict(zip(deciding, map(run.as_it_is, values)))}
        return one(agreed(cases.possible(row, _lookup(these, signature), known)), these)

    return run.state.lift(each, *(bound[name] for name in deciding))


def _mentioned(cases: Cases[Any]) -> list[str]:
    return sorted({name for when, _ in cases.options for name in when.names})


def _facts_hang_on(row: DeclaredCall) -> set[str]:
    """The parameters from which the facts of what comes out are computed."""
    rows = [row, *(each for _, each in row.cases.options)]
    return {name for each in rows for name in _parameters(each.returns)}


def _parameters(returns: Returns) -> set[str]:
    found = {returns.keeps, returns.argument, *(part for part in (returns.shape, returns.dtype) if isinstance(part, str))}
    for size in returns.shape if isinstance(returns.shape, tuple) else ():
        found |= size.names if isinstance(size, Expression) else set()
    return found.union(*(_parameters(part) for _, part in returns.parts))


def _fits(signature: Signature, args: Arguments) -> bool:
    positional = [param for param in signature.params if not param.keyword_only]
    if len(args.positional) > len(positional) and not signature.args:
        return False
    if not signature.kwargs and not args.keywords.keys() <= signature.names:
        return False
    given = {param.name for param in positional[: len(args.positional)]} | args.keywords.keys()
    is_open = args.open_positional or args.open_keywords
    return is_open or all(param.name in given for param in signature.params if param.default is REQUIRED)


def _lookup(values: Mapping[str, Value], signature: Signature) -> Callable[[str], Any]:
    """What expressions see of the arguments."""
    defaults = {param.name: param.default for param in signature.params}

    def look(name: str) -> Any:
        if name.endswith("]"):
            return _size_of(values.get(name.partition(".")[0]), int(name[name.index("[") + 1 : -1]))
        value = values.get(name)
        if value is None:
            default = defaults.get(name, UNKNOWN)
            return UNKNOWN if default is REQUIRED else default
        if isinstance(value, Const):
            return value.value
        if isinstance(value, Tuple) and value.rest is None and all(isinstance(item, Const) for item in value.items):
            return tuple(item.value for item in value.items if isinstance(item, Const))
        return UNKNOWN if isinstance(value, (Unknown, Choice)) else SOMETHING

    return look


def _size_of(value: Value | None, axis: int) -> Any:
    shape = value.facts.value("shape") if isinstance(value, Tensor) else None
    size = None if shape is None else shape.dim(axis)
    return UNKNOWN if size is None else size


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
        self.lookup = _lookup(values, signature)
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
