"""Tensor operations and layers: from values to the rows of the contract tables, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from bcelint.contracts import frameworks, tables
from bcelint.contracts.schema import REQUIRED, UNKNOWN, Arg, Args, Many, Op, Outcome, Param, Result, facts_of, outcome_of
from bcelint.contracts.schema import Layer as LayerRow
from bcelint.facts import NOTHING_KNOWN, Claim
from bcelint.places import Step
from bcelint.trace import sequences
from bcelint.trace.frames import Frame
from bcelint.trace.run import Run, step_at
from bcelint.trace.values import (
    CONTENT,
    Const,
    Container,
    DictCell,
    External,
    Layer,
    ListCell,
    Mapped,
    Tensor,
    Tuple,
    Unknown,
    Value,
    merged_sources,
)

if TYPE_CHECKING:
    from bcelint.trace.arguments import Arguments


def as_arg(value: Value) -> Arg:
    """A value as the rows see it."""
    if isinstance(value, Tensor):
        return Arg(value.facts, is_tensor=True, sources=value.sources)
    if isinstance(value, Const):
        return Arg(constant=value.value, is_tensor=False)
    if isinstance(value, External):
        return Arg(constant=value.name, is_tensor=False)
    if isinstance(value, ListCell):
        return as_arg(value.fields.get(CONTENT, Tuple()))
    if isinstance(value, Tuple):
        items = tuple(as_arg(item) for item in value.items)
        constants = tuple(item.constant for item in items)
        known = value.rest is None and all(c is not UNKNOWN for c in constants)
        rest = None if value.rest is None else as_arg(value.rest)
        return Arg(constant=constants if known else UNKNOWN, items=items, rest=rest, is_tensor=False, sources=merged_sources(value))
    if isinstance(value, Unknown):
        return Arg(value.facts, symbol=value.symbol or None, is_tensor=False if value.is_number else None, sources=value.sources)
    return Arg(is_tensor=False, sources=frozenset())


def bind(params: tuple[Param, ...], args: Arguments, variadic: bool) -> tuple[dict[str, Value], tuple[Value, ...]] | None:
    """The values by parameter name, and those beyond; None where they do not fit, or are not all written out."""
    if args.open_positional or args.open_keywords:
        return None
    positional = [p for p in params if not p.keyword_only]
    bound = {p.name: value for p, value in zip(positional, args.positional)}
    extra = args.positional[len(positional) :]
    if extra and not variadic:
        return None
    names = {p.name for p in params}
    for name, value in args.keywords.items():
        if name in names and name not in bound:
            bound[name] = value
        elif name not in (
            "out",
            "device",
            "requires_grad",
            "layout",
            "pin_memory",
            "memory_format",
            "non_blocking",
            "generator",
            "inplace",
        ):
            alias = {"axis": "dim", "keepdims": "keepdim", "x": "input", "self": "input"}.get(name)
            if alias is None or alias not in names:
                return None
            bound[alias] = value
    if any(p.default is REQUIRED and p.name not in bound for p in params):
        return None
    return bound, extra


def call_op(run: Run, frame: Frame, node: cst.BaseExpression, row: Op, args: Arguments) -> Value:
    """A call of a function or method of the tables (for a method the receiver comes first)."""
    fitted = bind(row.params, args, row.variadic)
    if fitted is None:
        return run.unknown(f"a call of {row.title} that does not fit its signature", frame, node, *args.all())
    bound, extra = fitted
    return operation(run, frame, node, "", bound, row, extra)


def operation(
    run: Run,
    frame: Frame,
    node: cst.CSTNode,
    name: str,
    bound: Mapping[str, Value],
    row: Op | None = None,
    extra: tuple[Value, ...] = (),
) -> Value:
    """The result of an operation on bound arguments, case by case."""
    row = row or tables.op(name)
    if row is None:
        return run.unknown(f"{name} is not in the tables", frame, node, *bound.values())
    names = tuple(bound)

    def one(*given: Value) -> Value:
        assert row is not None
        values = tuple(run.as_it_is(value) for value in given)
        return apply(run, frame, node, row, row.params, dict(zip(names, values)), values[len(names) :])

    return run.state.lift(one, *bound.values(), *extra)


def apply(
    run: Run,
    frame: Frame,
    node: cst.CSTNode,
    row: Op | LayerRow,
    params: tuple[Param, ...],
    bound: Mapping[str, Value],
    extra: tuple[Value, ...] = (),
    origin: object = None,
) -> Value:
    """One row on one case of its arguments. ``origin`` is the layer, whose weights make its output what it is."""
    args = Args({name: as_arg(value) for name, value in bound.items()}, params, [as_arg(value) for value in extra])
    outcome = outcome_of(row, args)
    values = (*bound.values(), *extra)
    main = bound.get(row.main)
    step = step_at(frame, node, row.note if isinstance(row, Op) and row.note else row.title)
    return _Results(run, frame, node, main, values, step, origin).value(outcome)


def made(
    run: Run, frame: Frame, node: cst.CSTNode, main: Value | None, values: tuple[Value, ...], step: Step, origin: object, result: Result
) -> Tensor:
    """The tensor that ``result`` describes, computed from ``values``; ``main`` is the one whose claims are kept."""
    return _Results(run, frame, node, main, values, step, origin).tensor(result)


class _Results:
    """Makes values of outcomes: the claims get their step, and the way and the origins of the arguments go on."""

    def __init__(self, run: Run, frame: Frame, node: cst.CSTNode, main: Value | None, values: tuple[Value, ...], step: Step, origin: object) -> None:
        self.origin = origin
        self.run = run
        self.frame = frame
        self.node = node
        self.step = step
        self.main = main
        flat = [*_tensors(values)]
        self.losses = frozenset().union(*(t.losses for t in flat)) if flat else frozenset()
        if isinstance(main, Tensor):
            self.via = main.via
        else:
            self.via = next((t.via for t in flat if t.facts.kind is not None), flat[0].via if flat else ())
        self.sources = merged_sources(*values)
        self.lost = next((v for v in (main, *values) if isinstance(v, Unknown) or (isinstance(v, Tensor) and v.reason)), None)

    def value(self, outcome: Outcome) -> Value:
        if isinstance(outcome, Result):
            return self.tensor(outcome)
        if isinstance(outcome, Many):
            if outcome.count is None:
                return Tuple((), self.tensor(outcome.each))
            return Tuple(tuple(self.tensor(outcome.each) for _ in range(min(outcome.count, 64))))
        if isinstance(outcome, tuple):
            return Tuple(tuple(self.value(part) for part in outcome))
        return self.tensor(Result(grad=None))

    def tensor(self, result: Result) -> Tensor:
        main = self.main.facts if isinstance(self.main, (Tensor, Unknown)) else NOTHING_KNOWN
        facts = facts_of(result, main, self.step)
        if self.frame.grad_off and (facts.grad is None or facts.grad.value):
            facts = replace(facts, grad=Claim(False, (replace(self.step, note="computed under torch.no_grad()"),)))
        born = facts.grad is not None and facts.grad.value is True and facts.grad.steps == (self.step,)
        sources = self.run.source_of(self.origin, self.sources) if born or not self.sources else self.sources
        keeps = any(claim is not None and claim.steps != (self.step,) for claim in (facts.range, facts.kind))
        via = self.via if keeps or (facts.range is None and facts.kind is None) else ()
        reason, lost_at = "", None
        if facts.range is None and facts.kind is None:
            if isinstance(self.lost, Unknown):
                reason, lost_at = self.lost.reason, self.lost.place
            elif isinstance(self.lost, Tensor):
                reason, lost_at = self.lost.reason, self.lost.lost_at
            if not reason:
                reason, lost_at = f"the range is not known after {self.step.note}", self.frame.module.place(self.node)
        return Tensor(facts, sources, via, self.losses, reason, lost_at)


def _tensors(values: tuple[Value, ...]) -> list[Tensor]:
    found: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, ListCell):
            found += _tensors((value.fields.get(CONTENT, Tuple()),))
        elif isinstance(value, Tuple):
            found += _tensors((*value.items, *([value.rest] if value.rest else [])))
    return found


def trainable(value: Tensor, step: Step) -> Tensor:
    """A tensor that training changes: its values are its own from then on."""
    return replace(value, facts=replace(value.facts, range=None, kind=None, grad=Claim(True, (step,))))


def tensor_attribute(run: Run, frame: Frame, node: cst.BaseExpression, owner: Tensor, name: str) -> Value | None:
    """``x.T``, ``x.shape``, ``x.data``, or a method bound to the tensor."""
    from bcelint.trace.attributes import _setter
    from bcelint.trace.values import Method

    row = tables.attribute(name)
    if row is not None:
        return operation(run, frame, node, "", {"input": owner}, row)
    if name == "shape":
        return size(run, frame, node, owner)
    if name == "ndim":
        rank = _rank(owner)
        return Const(rank) if rank is not None else run.unknown("the rank of a tensor", frame, node, symbol=f"t{owner.uid}.ndim", number=True)
    if name in ("dtype", "device", "requires_grad", "is_cuda", "layout"):
        dtype = owner.facts.dtype
        if name == "dtype" and dtype is not None and dtype.value.value not in ("floating", "integral", "complex"):
            return External(f"torch.{dtype.value.value}")
        return run.unknown(f"the {name} of a tensor", frame, node, symbol=f"t{owner.uid}.{name}")
    if name == "grad":
        return run.unknown("a gradient", frame, node)
    return Method(owner, name, frame.module.place(node), _setter(run, frame, node))


def _rank(owner: Tensor) -> int | None:
    shape = owner.facts.shape
    return None if shape is None else shape.value.rank


def size(run: Run, frame: Frame, node: cst.CSTNode, owner: Tensor) -> Value:
    """``x.shape``: the sizes that are known, symbols for the others."""
    shape = owner.facts.shape
    if shape is None or shape.value.open:
        return run.unknown("the shape of a tensor", frame, node, symbol=f"t{owner.uid}.shape")
    return Tuple(tuple(_dim(run, frame, node, owner, i, dim) for i, dim in enumerate(shape.value.dims)))


def _dim(run: Run, frame: Frame, node: cst.CSTNode, owner: Tensor, axis: int, dim: Any) -> Value:
    if isinstance(dim, int):
        return Const(dim)
    return run.unknown("a size of a tensor", frame, node, symbol=dim if isinstance(dim, str) else f"t{owner.uid}.shape[{axis}]", number=True)


# Layers


def construct(run: Run, frame: Frame, node: cst.BaseExpression, name: str, args: Arguments) -> Value | None:
    """``nn.Linear(20, 1)``, ``nn.Sequential(…)``: the layer or container, or None where ``name`` is no such thing."""
    if name in frameworks.CONTAINERS:
        return _container(run, frame, node, name.rpartition(".")[2], args)
    row = tables.layer(name)
    if row is None:
        return None
    positional = [p.name for p in row.init if not p.keyword_only]
    bound = dict(zip(positional, args.positional))
    bound.update(args.keywords)
    if args.open_positional or args.open_keywords:
        for param in row.init:
            bound.setdefault(param.name, run.unknown(f"{param.name}: it comes out of arguments that are not followed", frame, node))
    return Layer(row, bound, frame.module.place(node))


def _container(run: Run, frame: Frame, node: cst.BaseExpression, name: str, args: Arguments) -> Value:

    container = Container(name)
    items: dict[Any, Value] = {}
    rest: Value | None = None
    given = args.positional
    if len(given) == 1 and isinstance(given[0], DictCell):
        content = given[0].fields.get(CONTENT)
        if isinstance(content, Mapped):
            items, rest = dict(content.items), content.rest
        else:
            rest = run.unknown("layers that are not followed", frame, node)
    elif name in ("ModuleList", "ParameterList") and given:
        sequence = sequences.sequence_of(run, frame, node, given[0])
        items, rest = {str(i): item for i, item in enumerate(sequence.items)}, sequence.rest
    else:
        items = {str(i): item for i, item in enumerate(given)}
        if args.open_positional:
            rest = run.unknown("layers of unknown number", frame, node)
    if name in ("ModuleDict", "ParameterDict") and given and not isinstance(given[0], DictCell):
        items, rest = {}, run.unknown("modules that are not followed", frame, node)
    container.fields[CONTENT] = Mapped(items, rest)
    return container


def call_layer(run: Run, frame: Frame, node: cst.BaseExpression, layer: Layer, args: Arguments) -> Value:
    """``layer(x)``."""
    row = layer.row
    fitted = bind(row.call, args, row.variadic)
    if fitted is None:
        return run.unknown(f"a call of {row.title} that does not fit its signature", frame, node, *args.all())
    bound, extra = fitted
    if row.op is not None:
        op = tables.op(row.op)
        if op is None:
            return run.unknown(f"{row.op} is not in the tables", frame, node, *args.all())
        names = {p.name for p in op.params}
        passed = {name: value for name, value in layer.args.items() if name in names}
        defaults = {p.name: Const(p.default) for p in row.init if p.name in names and p.default is not REQUIRED}
        merged = {**defaults, **passed, **bound}
        ordered = {p.name: merged[p.name] for p in op.params if p.name in merged}
        return operation(run, frame, node, "", ordered, op, extra)
    params = (*row.init, *row.call)
    known = {p.name for p in params}
    everything = {**{name: value for name, value in layer.args.items() if name in known}, **bound}
    names_in_order = tuple(everything)

    def one(*given: Value) -> Value:
        values = tuple(run.as_it_is(value) for value in given)
        return apply(run, frame, node, row, params, dict(zip(names_in_order, values)), values[len(names_in_order) :], layer)

    return run.state.lift(one, *everything.values(), *extra)
