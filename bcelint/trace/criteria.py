"""Losses: constructing them, and recording each call of one with the facts of its arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from bcelint.contracts import tables
from bcelint.contracts.declared.rows import DeclaredLoss
from bcelint.contracts.schema import Loss, Param
from bcelint.facts import NON_NEGATIVE, Claim, Facts, Shape
from bcelint.losscall import Argument, LossCall
from bcelint.places import Step
from bcelint.trace import declared
from bcelint.trace.autocast import Autocast
from bcelint.trace.cases import told
from bcelint.trace.conditions import Literal, asks_of_shape, is_below_one, opaque
from bcelint.trace.frames import Frame
from bcelint.trace.run import Event, Run
from bcelint.trace.values import (
    CONTENT,
    Choice,
    Const,
    Criterion,
    DictCell,
    Instance,
    ListCell,
    Mapped,
    Tensor,
    Tuple,
    Unknown,
    Value,
    alternatives,
    merged_sources,
)

if TYPE_CHECKING:
    from bcelint.trace.arguments import Arguments
    from bcelint.trace.nodeplace import NodePlace

MAX_EVENTS = 4_000


def construct(run: Run, frame: Frame, node: cst.BaseExpression, name: str, args: Arguments) -> Criterion | None:
    """``nn.BCELoss(…)``: the criterion, or None where ``name`` is no loss of torch."""
    declared_row = run.project.knowledge.of(name)
    if isinstance(declared_row, DeclaredLoss):
        return declared.construct_loss(run, frame, node, declared_row, args)
    row = tables.loss_class(name)
    if row is None:
        return None
    options, unknown = _bound(row.init, args)
    place = frame.module.place(node)
    if unknown or any(isinstance(v, Tensor) for v in args.positional) or _odd_options(options):
        record(run, frame, node, row, {}, options, unknown, place, args, is_constructor=True)
    return Criterion(row, options, unknown, place)


def _odd_options(options: Mapping[str, Value]) -> bool:
    """Whether there is anything in the constructor itself for a rule to look at."""
    return "reduction" in options


def _bound(params: tuple[Param, ...], args: Arguments) -> tuple[dict[str, Value], tuple[str, ...]]:
    """The arguments by parameter name, and the keywords that the loss does not have."""
    positional = [p.name for p in params if not p.keyword_only]
    bound = dict(zip(positional, args.positional))
    names = {p.name for p in params}
    bound.update({name: value for name, value in args.keywords.items() if name in names})
    return bound, tuple(name for name in args.keywords if name not in names)


def call_criterion(run: Run, frame: Frame, node: cst.BaseExpression, criterion: Criterion, args: Arguments) -> Value:
    """``criterion(prediction, target)``."""
    if criterion.declared is not None:
        return declared.call_criterion(run, frame, node, criterion, criterion.declared, args)
    arguments, _ = _bound(criterion.row.call, args)
    return record(run, frame, node, criterion.row, arguments, criterion.options, (), criterion.place, args)


def call_function(run: Run, frame: Frame, node: cst.BaseExpression, row: Loss, args: Arguments) -> Value:
    """``F.binary_cross_entropy(prediction, target, …)``."""
    bound, unknown = _bound(row.func, args)
    called = {p.name for p in row.call}
    arguments = {name: value for name, value in bound.items() if name in called}
    options = {name: value for name, value in bound.items() if name not in called}
    return record(run, frame, node, row, arguments, options, unknown, None, args)


def record(
    run: Run,
    frame: Frame,
    node: cst.BaseExpression,
    row: Loss,
    arguments: Mapping[str, Value],
    options: Mapping[str, Value],
    unknown_keywords: tuple[str, ...],
    constructed_at: NodePlace | None,
    args: Arguments,
    is_constructor: bool = False,
) -> Value:
    """Record the call, once for each consistent case of its main arguments, and return the loss's value."""
    names = [name for name in (row.prediction, row.target) if name in arguments]
    written = _written(frame, row, args)
    numbers = set()
    open_call = args.open_positional or args.open_keywords
    cast = frame.autocast if not row.autocasts else Const(False)
    for guard, (*values, autocast) in run.state.combinations(*(arguments[name] for name in names), cast):
        if len(run.events) >= MAX_EVENTS:
            break
        path = guard | run.state.path
        hidden = opaque(path)
        reason = _untold(hidden, path, values)
        if reason:
            values = [run.unknown(reason, frame, node) for _ in values]
        if asks_of_shape(path):
            values = list(map(_of_any_shape, values))
        case = {**arguments, **dict(zip(names, map(run.as_it_is, values)))}
        place, outer = outermost(frame, node, [case[name] for name in names])
        inner = frame.module.place(node)
        seen = (
            place,
            inner,
            row.name,
            row.wants,
            row.applies,
            is_constructor,
            constructed_at,
            path,
            tuple((name, value.key()) for name, value in case.items()),
            autocast.key(),
        )
        if seen in run.seen:
            numbers.add(run.seen[seen])
            continue
        call = LossCall(
            loss=row,
            place=place,
            inner=inner,
            arguments={name: argument(run, value, written.get(name, "")) for name, value in case.items()},
            options={name: argument(run, run.state.narrow(value), "") for name, value in options.items()},
            unknown_keywords=() if open_call else unknown_keywords,
            constructed_at=constructed_at,
            is_constructor=is_constructor,
            case=told(path - outer.statement_path),
            autocast=_claimed(autocast) if not hidden else None,
            function=outer.function.qualname if outer.function else "<module>",
        )
        event = Event(call, len(run.events) + 1)
        run.record(event)
        run.seen[seen] = event.number
        numbers.add(event.number)
    tensors = [v for v in arguments.values() if isinstance(v, Tensor)]
    losses = frozenset(numbers).union(*(t.losses for t in tensors))
    shape = Claim(Shape(())) if _reduced(options) else None
    facts = Facts() if row.declared else Facts(range=Claim(NON_NEGATIVE.loosely()), shape=shape)
    return Tensor(facts, merged_sources(*arguments.values()), losses=losses)


def _untold(hidden: Sequence[str], path: frozenset[Literal], values: Sequence[Value]) -> str:
    """Why nothing is said of a case; "" where it is."""
    if hidden:
        return f"it hangs on `{hidden[0]}`, which is set where it is not seen"
    if is_below_one(path):
        return "it is the case of less than one class"
    return "a tensor of no elements, which stands where there is nothing to learn from" if any(map(_is_empty, values)) else ""


def _is_empty(value: Value) -> bool:
    shape = value.facts.value("shape") if isinstance(value, Tensor) else None
    return shape is not None and 0 in shape.dims


def _of_any_shape(value: Value) -> Value:
    """A value whose shape is not claimed: the program asks for shapes itself, and may know better which of them come together."""
    return replace(value, facts=replace(value.facts, shape=None)) if isinstance(value, Tensor) else value


def _reduced(options: Mapping[str, Value]) -> bool:
    reduction = options.get("reduction")
    return "reduce" not in options and (reduction is None or (isinstance(reduction, Const) and reduction.value in ("mean", "sum")))


def _written(frame: Frame, row: Loss, args: Arguments) -> dict[str, str]:
    """The arguments as they stand in the code, by parameter name."""
    return {name: frame.module.text(expression) for name, expression in args.written([p.name for p in row.call]).items()}


def argument(run: Run, value: Value, text: str) -> Argument:
    """A value as a rule sees it."""
    if isinstance(value, Tensor):
        return Argument(value.facts, text=text, reason=value.reason, lost_at=value.lost_at, steps=value.via)
    if isinstance(value, Const):
        return Argument(constant=value.value, is_tensor=False, text=text)
    if isinstance(value, Unknown):
        return Argument(value.facts, is_tensor=False, text=text, reason=value.reason, lost_at=value.place)
    if isinstance(value, Choice):
        return Argument(is_tensor=False, text=text, reason="it differs from case to case")
    return Argument(is_tensor=False, text=text, reason=f"a {value.noun} where a tensor is expected")


def outermost(frame: Frame, node: cst.CSTNode, values: list[Value]) -> tuple[NodePlace, Frame]:
    """The outermost call that has the facts, and its frame: while they come in as arguments of a function, the place is the function's call."""
    # Where the model's output is made inside of a function, that is the place, wherever the other argument comes from.
    output = next((value for value in values if isinstance(value, Tensor) and value.facts.value("grad") is True), values[0] if values else None)
    birth = next(iter(_births(output)), None)
    place = frame.module.place(node)
    while frame.call_place is not None and frame.caller is not None and _comes_in(frame.arguments, output, birth):
        place, frame = frame.call_place, frame.caller
    return place, frame


def _births(value: Value | None) -> list[Step]:
    if not isinstance(value, Tensor):
        return []
    facts = value.facts
    claims = [facts.kind, facts.range, facts.dtype, facts.shape]
    return [claim.steps[0] for claim in claims if claim is not None and claim.steps]


def _comes_in(values: tuple[Value, ...], output: Value | None, birth: Step | None) -> bool:
    if birth is None:  # the object of a method comes in too, but from no call that could be shown
        if not isinstance(output, (Tensor, Unknown)):
            return False
        return any(single.key() == output.key() for value in values for _, single in alternatives(value))
    return any(step is birth for value in values for step in _all_births(value, 3))


def _all_births(value: Value | None, depth: int) -> Iterator[Step]:
    """The births of the tensors in a value, containers included."""
    if value is None or depth < 0 or isinstance(value, Instance):
        return
    if isinstance(value, Tensor):
        yield from _births(value)
    elif isinstance(value, Choice):
        for _, single in value.alternatives:
            yield from _all_births(single, depth)
    elif isinstance(value, (ListCell, DictCell)):
        yield from _all_births(value.fields.get(CONTENT), depth)
    elif isinstance(value, Tuple):
        for item in (*value.items, value.rest):
            yield from _all_births(item, depth - 1)
    elif isinstance(value, Mapped):
        for item in (*value.items.values(), value.rest):
            yield from _all_births(item, depth - 1)


def mark_trained(run: Run, value: Value) -> None:
    """The losses that went into ``value`` are trained on."""
    if isinstance(value, Tensor):
        for number in value.losses:
            event = run.events[number - 1]
            event.call = replace(event.call, trained=True)
    elif isinstance(value, Choice):
        for _, single in value.alternatives:
            mark_trained(run, single)
    elif isinstance(value, (Tuple, Mapped)):
        items = value.items.values() if isinstance(value, Mapped) else value.items
        for item in items:
            mark_trained(run, item)
    elif isinstance(value, (DictCell, ListCell)) and CONTENT in value.fields:
        mark_trained(run, value.fields[CONTENT])


def _claimed(autocast: Value) -> Claim[bool] | None:
    if not isinstance(autocast, Autocast) or not autocast.enabled:
        return None
    return Claim(True, (Step(autocast.place, "autocast"),))
