"""Recording each call of a loss with the facts of its arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bcelint.contracts.schema import Loss, TargetForm
from bcelint.facts import NON_NEGATIVE, NON_POSITIVE, NOTHING_KNOWN, UNIT, Claim, Facts, Shape
from bcelint.losscall import TOO_MANY, Argument, LossCall
from bcelint.places import Step
from bcelint.project.code import NodePlace
from bcelint.trace.conditions.asking import asks_of_bounds, asks_of_class, asks_of_dtype, asks_of_shape, asks_of_values, opaque, symbols
from bcelint.trace.conditions.atoms import ALWAYS, Guard
from bcelint.trace.conditions.compatible import compatible, settled
from bcelint.trace.conditions.joining import narrowed
from bcelint.trace.conditions.satisfiable import satisfiable
from bcelint.trace.conditions.telling import told
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.dropped import CALLS
from bcelint.trace.state.frames import Frame
from bcelint.trace.state.run import Event, Run
from bcelint.trace.state.site import Site
from bcelint.trace.torch.hidden import in_any_case
from bcelint.trace.torch.untold import impossible, untold
from bcelint.trace.values.autocast import Autocast
from bcelint.trace.values.choices import Choice, alternatives
from bcelint.trace.values.constants import Const
from bcelint.trace.values.mapped import Mapped
from bcelint.trace.values.sources import merged_sources
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import Unknown

MAX_EVENTS = 4_000


def record(
    at: Site,
    row: Loss,
    arguments: Mapping[str, Value],
    options: Mapping[str, Value],
    unknown_keywords: tuple[str, ...],
    constructed_at: NodePlace | None,
    args: Arguments,
    is_constructor: bool = False,
    open_options: bool = False,
) -> Value:
    """Record the call, once for each consistent case of its main arguments, and return the loss's value."""
    names = [name for name in (row.prediction, row.target) if name in arguments]
    written = _written(at, row, args)
    numbers = set()
    open_call = args.open_positional or args.open_keywords
    cast = at.frame.autocast if not row.autocasts else Const(False)
    combinations = at.combinations(*(in_any_case(at, arguments[name]) for name in names), cast)
    for guard, (*values, autocast) in combinations:
        if len(at.run.events) >= MAX_EVENTS:
            at.run.dropped.place(at.place, CALLS)
            break
        if any(value.is_raised or (value.constant is None and not row.declared) for value in values):
            at.state.raised.add(guard | at.state.path)
            continue
        path = guard | at.state.path
        if not satisfiable(path):
            continue
        left = _spelled_out(path)
        hidden = opaque(left)
        never = impossible(row, left, values)
        reason = never or untold(row, hidden, left, values)
        if reason:
            values = [at.unknown(reason) for _ in values]
        if asks_of_shape(path):
            values = [_of_any(value, "shape") for value in values]
        if asks_of_dtype(path):
            values = [_of_any(value, "dtype") for value in values]
        if asks_of_values(path):
            values = [_unbounded(value, path) if isinstance(value, Tensor) else value for value in values]
        if asks_of_class(path):
            values = [_of_any(value, "grad") if isinstance(value, Tensor) and value.facts.value("grad") is False else value for value in values]
        case = {**arguments, **dict(zip(names, map(at.as_it_is, values)))}
        place, outer = outermost(at, [case[name] for name in names])
        inner = at.place
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
        if seen in at.run.seen:
            numbers.add(at.run.seen[seen])
            continue
        relative = _spelled_out(path - at.state.given) - _spelled_out(outer.statement_path - at.state.given) - outer.statement_path
        call = LossCall(
            loss=row,
            place=place,
            inner=inner,
            arguments={name: argument(value, written.get(name, "")) for name, value in case.items()},
            options={name: argument(at.narrow(value), "") for name, value in options.items()},
            unknown_keywords=() if open_call else unknown_keywords,
            constructed_at=constructed_at,
            is_constructor=is_constructor,
            open_options=open_options or (open_call and constructed_at is None),
            guard=relative,
            excused=_excused(at, relative, outer.statement_path),
            case=told(relative),
            never=bool(never),
            autocast=_claimed(autocast) if not hidden else None,
            function=outer.function.qualname if outer.function else "<module>",
        )
        event = Event(call, len(at.run.events) + 1, at.frame.grad_off is not None, path, outer.statement_path, frozenset([outer.id, at.frame.id]))
        at.run.record(event)
        at.run.seen[seen] = event.number
        numbers.add(event.number)
    at.run.dropped.met(numbers, at.place, at.frame)
    if at.state.are_too_many(combinations):
        at.run.dropped.cases(numbers, TOO_MANY)
    tensors = [v for v in arguments.values() if isinstance(v, Tensor)]
    losses = frozenset(numbers).union(*(t.losses for t in tensors))
    shape = Claim(Shape(())) if _reduced(options) else None
    facts = Facts() if row.declared else Facts(range=Claim(NON_NEGATIVE.loosely()) if _is_never_negative(row, arguments) else None, shape=shape)
    main = [single for name in names for _, single in alternatives(arguments[name])]
    if at.frame.grad_off or (main and all(isinstance(single, Tensor) and single.facts.value("grad") is False for single in main)):
        facts = replace(facts, grad=Claim(False, (at.step(row.name),)))
    return Tensor(facts, merged_sources(*arguments.values()), losses=losses)


def _spelled_out(guard: Guard) -> Guard:
    """What is left of the alternatives in a guard."""
    return narrowed(settled(guard))


def _excused(at: Site, guard: Guard, before: Guard) -> frozenset[Guard]:
    """The cases in which the program raises, as far as they have to do with a guard."""
    about = symbols(guard)
    ways = before - at.state.given
    cases = (case - ways for case in at.state.raised if guard and (len(symbols(case)) == 1 or compatible(case, ways)))
    return frozenset(case for case in cases if case and symbols(case) <= about)


def _of_any(value: Value, fact: str) -> Value:
    """A value of which one thing is not claimed: the program asks for it itself, and may know better what comes together."""
    if not isinstance(value, Tensor):
        return value
    without: dict[str, Any] = {fact: None}
    return replace(value, facts=replace(value.facts, **without))


def _unbounded(value: Tensor, path: Guard) -> Value:
    """A tensor whose values are not claimed to lie anywhere: a guard asks for values of data, or for those of this very tensor."""
    if asks_of_bounds(path, value.sources):
        return replace(value, facts=replace(value.facts, range=None, kind=None), reason="the program asks itself where its values lie")
    return _of_any(value, "range") if value.facts.kind is None else value


def _is_never_negative(row: Loss, arguments: Mapping[str, Value]) -> bool:
    """Whether the loss is at least 0, also on what it was not made for: raw scores make ``nll_loss`` negative."""
    prediction, target = (value.facts if isinstance(value, Tensor) else NOTHING_KNOWN for value in map(arguments.get, (row.prediction, row.target)))
    if row.range == NON_POSITIVE:
        is_log = prediction.interval is not None and prediction.interval.within(NON_POSITIVE)
        return is_log and row.targets.form is not TargetForm.DISTRIBUTION
    dtype = target.value("dtype")
    wanted = row.targets.range or (None if dtype is not None and dtype.is_integral else NON_NEGATIVE)
    outside = wanted is not None and target.interval is not None and not target.interval.within(wanted)
    return not outside and (row.applies is not None or row.range == UNIT)


def _reduced(options: Mapping[str, Value]) -> bool:
    reduction = options.get("reduction")
    return "reduce" not in options and (reduction is None or (isinstance(reduction, Const) and reduction.value in ("mean", "sum")))


def _written(at: Site, row: Loss, args: Arguments) -> dict[str, str]:
    """The arguments as they stand in the code, by parameter name."""
    return {name: at.text(expression) for name, expression in args.written([p.name for p in row.call]).items()}


def argument(value: Value, text: str) -> Argument:
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


def outermost(at: Site, values: list[Value]) -> tuple[NodePlace, Frame]:
    """The outermost call that has the facts, and its frame: while they come in as arguments of a function, the place is the function's call."""
    # Where the model's output is made inside of a function, that is the place, wherever the other argument comes from.
    output = next((value for value in values if isinstance(value, Tensor) and value.facts.value("grad") is True), values[0] if values else None)
    birth = next(iter(_births(output)), None)
    place, frame = at.place, at.frame
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
    if value is None or depth < 0:
        return
    if isinstance(value, Tensor):
        yield from _births(value)
    depth -= isinstance(value, (Tuple, Mapped))
    for part in (*value.parts(), value.rest):
        yield from _all_births(part, depth)


def mark_trained(run: Run, value: Value, explains: bool = False, guard: Guard = ALWAYS) -> None:
    """The losses that went into ``value`` are trained on, or (``explains``) only differentiated here, in the cases that come here."""
    if isinstance(value, Tensor):
        for number in value.losses:
            event = run.events[number - 1]
            if satisfiable(event.path | guard | run.state.path):
                only = explains and (event.call.explains or not event.call.trained)  # it may be trained on elsewhere
                event.call = replace(event.call, trained=True, explains=only)
    elif isinstance(value, Choice):
        for case, single in value.alternatives:
            mark_trained(run, single, explains, guard | case)
    else:
        for part in value.parts():
            mark_trained(run, part, explains, guard)


def settle_trained(run: Run) -> None:
    """Where one place computes a loss with gradients and without, it trains with them: the other pass evaluates."""
    training = {event.call.inner for event in run.events if not event.is_for_show}
    for event in run.events:
        if event.is_for_show and event.call.trained and event.call.inner in training:
            event.call = replace(event.call, trained=False)


def _claimed(autocast: Value) -> Claim[bool] | None:
    if not isinstance(autocast, Autocast) or not autocast.enabled:
        return None
    return Claim(True, (Step(autocast.place, "autocast"),))
