"""Functions of the project: binding arguments, entering the body, coming back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import libcst as cst
from libcst.helpers import get_full_name_for_node

from bcelint.facts import Shape
from bcelint.places import GRADIENTS_OFF, Step
from bcelint.trace.code.handed import hand_on_function, not_entered
from bcelint.trace.code.signatures import unfit
from bcelint.trace.conditions.asking import in_loop
from bcelint.trace.conditions.atoms import ALWAYS, Guard
from bcelint.trace.conditions.compatible import compatible, settled
from bcelint.trace.conditions.joining import either
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.dropped import DEPTH
from bcelint.trace.state.flow import Flow
from bcelint.trace.state.frames import GRAD_OFF, GRAD_ON, Frame
from bcelint.trace.state.run import MAX_DEPTH, MAX_RECURSION
from bcelint.trace.state.site import Site
from bcelint.trace.torch import declared
from bcelint.trace.torch.autocast import entered
from bcelint.trace.values.choices import Choice
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.contents import any_of
from bcelint.trace.values.dicts import new_dict
from bcelint.trace.values.functions import Bound, Context, Function
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.mapped import Mapped
from bcelint.trace.values.nn_modules import SPLIT
from bcelint.trace.values.raised import Raised
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.tuples import Tuple

MAX_HELD = 4
"""The conditions that a call leaves behind, above which they are forgotten."""
MAX_MARKED = 8
"""The items of a tuple above which a call that returns it is no step of theirs."""


def call(at: Site, callee: Function | Bound, args: Arguments) -> Value:
    """A call of a function: what is declared of it, or its body."""
    row = declared.row_of(at.run, callee)
    if row is not None:
        return declared.call(at, row, args, callee)
    return enter(at, callee, args) if isinstance(callee, Function) else enter(at, callee.function, args, callee.receiver)


def defaults_of(at: Site, params: cst.Parameters) -> dict[str, Value]:
    """The default values, evaluated where the function is defined."""
    found = {}
    for param in (*params.posonly_params, *params.params, *params.kwonly_params):
        if param.default is not None:
            found[param.name.value] = at.evaluate(param.default)
    return found


def enter(
    at: Site, function: Function, args: Arguments, receiver: Value | None = None, resume: Callable[[Frame, Value], None] | None = None
) -> Value:
    """Enter a function of the project. ``resume`` is what is done where it yields, with its frame and what it yields."""
    given = args if receiver is None else args.behind(receiver)
    problem = unfit(function, given)
    if problem:
        return Raised(f"{function.qualname}: {problem}")
    if function.is_context and resume is None and not args.is_entry:
        return Context(function, receiver, args)
    identity = id(function.node)
    if at.run.active.get(identity, 0) >= MAX_RECURSION:
        return _refused(at, function, f"{function.qualname} calls itself", given)
    if at.frame.depth() >= MAX_DEPTH:
        return _refused(at, function, DEPTH, given)
    inner = Frame(function.closure.code, function.closure, function, at.frame, at.place)
    before, given_before = at.state.path, at.state.given
    if isinstance(receiver, Instance) and compatible(before, receiver.given):
        at.state.given |= receiver.given
        at.state.path = settled(before | receiver.given)
    inner.entry_guard = at.state.path
    inner.loops_around = len(at.run.loops)
    if resume is not None:
        inner.resume = lambda value: resume(inner, value)
    _bind(at.inside(inner, function.node), function, given)
    if function.decorator in (*GRAD_OFF, GRAD_ON):
        inner.grad_off = None if function.decorator == GRAD_ON else gradients_off(at.inside(inner, _decorator(function)), function.decorator)
    if function.autocast is not None:
        inner.autocast = entered(at, inner, function.autocast)
    at.run.active[identity] = at.run.active.get(identity, 0) + 1
    at.run.executed.add((identity, 0))
    at.run.coverage.enter(function)
    if isinstance(receiver, Instance):
        at.run.executed.add((identity, receiver.cls.id))
    loops, at.run.loops = at.run.loops, list(at.run.loops)
    try:
        result = _body(at.inside(inner, function.node), function)
    finally:
        at.run.active[identity] -= 1
        at.run.loops = loops
        at.state.path, at.state.given = before, given_before
    if function.cached and function.role != "property":
        hand_on_function(at, function if receiver is None else Bound(function, receiver))  # it may not have run, this time
    _go_on(at, function, receiver, frozenset(literal for literal in inner.end_guard if not in_loop(literal)))
    if function.decorator.startswith("?"):
        return at.unknown(f"{function.qualname} has the decorator {function.decorator[1:]}, which is not followed", *args.all())
    if function.name == "forward" and isinstance(receiver, Instance) and SPLIT in receiver.fields:
        result = at.lift(_put_together, result)
    return _returned(at, function, result)


def gradients_off(at: Site, name: str) -> Step:
    """The step that cuts the gradient of what is computed inside of ``no_grad`` or its like."""
    return at.step(f"{GRADIENTS_OFF} torch.{name if name in GRAD_OFF else GRAD_OFF[0]}()")


def _decorator(function: Function) -> cst.CSTNode:
    """Where it is decorated as it is; where it stands itself, if another function has been put into its place."""
    written = [] if isinstance(function.node, cst.Lambda) else function.node.decorators
    named = (item for item in written if (get_full_name_for_node(item.decorator) or "").endswith(function.decorator))
    return next(named, function.node)


def _put_together(part: Value) -> Value:
    """The outputs of all devices as one: how many rows each of them had says nothing of the whole."""
    shape = part.facts.shape if isinstance(part, Tensor) else None
    if not isinstance(part, Tensor) or shape is None or shape.value.open or not shape.value.dims or isinstance(shape.value.dims[0], str):
        return part
    whole = Shape((None, *shape.value.dims[1:]))
    return replace(part, facts=replace(part.facts, shape=replace(shape, value=whole)))


def _go_on(at: Site, function: Function, receiver: Value | None, held: Guard) -> None:
    """What holds where a function has returned holds from there on: it raises where it does not. Of an object that holds as long as it lives."""
    if function.name == "__next__":
        return  # where that raises, a loop ends, and the program goes on
    if function.name == "__init__" and isinstance(receiver, Instance):
        receiver.given |= held
    if held and len(held) <= MAX_HELD:
        at.state.given |= held
        at.state.path = settled(at.state.path | held)


def _refused(at: Site, function: Function, reason: str, args: Arguments) -> Value:
    at.run.dropped.function(id(function.node), reason)
    not_entered(at, function, args)
    return at.unknown(reason, *args.all())


def _body(at: Site, function: Function) -> Value:
    if isinstance(function.node, cst.Lambda):
        return at.evaluate(function.node.body)
    inner, naming = at.frame, at.on(function.node.name)
    flow = at.execute(function.node.body)
    if inner.yields:
        return Tuple((), any_of(naming, Tuple(tuple(inner.yields))))
    returns = [(guard - inner.entry_guard, value) for guard, value in inner.returns]
    if not returns and flow is Flow.NEXT and function.is_generator:
        return Tuple((), naming.unknown(f"what {function.qualname} yields"))
    if flow is Flow.NEXT:
        returns.append((at.state.path - inner.entry_guard, NONE))
    inner.end_guard = either(guard for guard, _ in returns) if returns else ALWAYS
    if not returns and flow is Flow.RAISE and (function.owner is None or not inner.may_not_raise):
        return Raised(f"{function.qualname} raises", passing=True, is_unsure=inner.may_not_raise)
    if not returns:
        return naming.unknown(f"{function.qualname} does not return")
    at.state.path = inner.entry_guard
    if _is_stub(function.node) and len(returns) == 1:
        return naming.unknown(f"{function.qualname} has no body")
    return at.choice(returns)


def _returned(at: Site, function: Function, value: Value) -> Value:
    """The result with a step for the way back, on the tensors in it."""
    if function.name == "<lambda>":
        return value
    step = at.step(f"returned by {function.qualname}")

    def mark(v: Value) -> Value:
        if isinstance(v, Tensor):
            return v.through(step)
        if isinstance(v, Tuple) and len(v.items) <= MAX_MARKED:
            return replace(v, items=tuple(mark(item) for item in v.items))
        if isinstance(v, Choice):
            return Choice(tuple((guard, mark(single)) for guard, single in v.alternatives))
        return v

    return mark(value)


def _bind(at: Site, function: Function, args: Arguments) -> None:
    """Bind arguments to parameters. What no argument sets takes its default, or is unknown."""
    params = function.node.params
    positional = [*params.posonly_params, *params.params]
    values = list(args.positional)
    used: set[str] = set()
    at.frame.arguments = args.all()
    fields = at.frame.fields
    for param, value in [*zip(positional, values), *_last(function, args)]:
        fields[param.name.value] = value
        used.add(param.name.value)
    extra = values[len(positional) :]
    if isinstance(params.star_arg, cst.Param):
        rest = at.unknown("further arguments", *args.trailing) if args.open_positional or args.is_entry else None
        fields[params.star_arg.name.value] = Tuple(tuple(extra), rest)
    named = [*params.params, *params.kwonly_params]
    names = {param.name.value for param in named}
    for name, value in args.keywords.items():
        if name in names:
            fields[name] = value
            used.add(name)
    if params.star_kwarg is not None:
        others = {name: value for name, value in args.keywords.items() if name not in names}
        rest = at.unknown("further keyword arguments") if args.open_keywords else None
        fields[params.star_kwarg.name.value] = new_dict(Mapped(others, rest, scattered=rest is not None))
    for index, param in enumerate([*positional, *params.kwonly_params]):
        name = param.name.value
        if name in used:
            continue
        if args.open_keywords and (index < len(positional) or name in function.defaults):
            fields[name] = at.on(param).unknown(f"{name}: it may come out of **keywords that are not followed", opaque=True)
        elif args.open_positional and index < len(positional):
            fields[name] = at.on(param).unknown(f"{name}: it comes out of *args that are not followed")
        elif name in function.defaults and not (args.is_entry and _is_none(function.defaults[name])):
            fields[name] = function.defaults[name]
        else:
            number = param.annotation is not None and isinstance(param.annotation.annotation, cst.Name) and param.annotation.annotation.value == "int"
            fields[name] = at.on(param).unknown(f"{name}: parameter that no call in the project sets", number=number)


def _last(function: Function, args: Arguments) -> Iterable[tuple[cst.Param, Value]]:
    """The last parameters with the arguments behind those of unknown number: where each parameter takes one, these are the last ones."""
    params = function.node.params
    positional = [*params.posonly_params, *params.params]
    first = len(positional) - len(args.trailing)
    is_open = (
        args.open_keywords
        or isinstance(params.star_arg, cst.Param)
        or any(p.default is not None or p.name.value in args.keywords for p in positional)
    )
    return () if is_open or first < len(args.positional) else zip(positional[first:], args.trailing)


def _is_none(value: Value) -> bool:
    return isinstance(value, Const) and value.value is None


def _is_stub(node: cst.FunctionDef) -> bool:
    """A body of nothing but ``pass``, ``...`` or a docstring: an abstract method, most likely."""
    for statement in node.body.body:
        if not isinstance(statement, (cst.SimpleStatementLine, cst.BaseSmallStatement)):
            return False
        smalls = statement.body if isinstance(statement, cst.SimpleStatementLine) else [statement]
        for small in smalls:
            if isinstance(small, cst.Pass):
                continue
            if isinstance(small, cst.Expr) and isinstance(small.value, (cst.Ellipsis, cst.SimpleString, cst.ConcatenatedString)):
                continue
            return False
    return True
