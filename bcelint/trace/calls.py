"""Calls: binding arguments, entering functions, constructing objects."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from bcelint.contracts import frameworks
from bcelint.trace import (
    attributes,
    autocast,
    criteria,
    declared,
    declared_arguments,
    declared_calls,
    enums,
    networks,
    pythoncalls,
    sequences,
    subscripts,
    torchcalls,
)
from bcelint.trace import evaluate as ev
from bcelint.trace.arguments import Arguments
from bcelint.trace.frames import GRAD_OFF, GRAD_ON, Frame
from bcelint.trace.run import MAX_DEPTH, MAX_RECURSION, Run, step_at
from bcelint.trace.values import (
    CONTENT,
    NONE,
    Bound,
    Choice,
    Class,
    Const,
    Container,
    Criterion,
    External,
    Function,
    Instance,
    Layer,
    Mapped,
    Method,
    Partial,
    Tensor,
    Tuple,
    Unknown,
    Value,
)

HOOKED = "<hooked>"
"""Set on a module that has a forward hook, which may change what it returns."""
MODULE_METHODS = frozenset(
    [
        "parameters",
        "named_parameters",
        "modules",
        "named_modules",
        "children",
        "named_children",
        "state_dict",
        "load_state_dict",
        "buffers",
        "named_buffers",
        "zero_grad",
        "add_module",
        "register_module",
        "register_buffer",
        "register_parameter",
        "forward",
        "__call__",
        "register_forward_hook",
        "extra_repr",
    ]
)


def arguments_of(run: Run, frame: Frame, node: cst.Call) -> Arguments:
    """Evaluate the arguments of a call expression."""
    positional: list[Value] = []
    keywords: dict[str, Value] = {}
    written: list[cst.BaseExpression] = []
    written_keywords: list[cst.BaseExpression] = []
    open_positional = open_keywords = False
    for arg in node.args:
        value = ev.evaluate(run, frame, arg.value)
        if arg.star == "*":
            content = sequences.sequence_of(run, frame, arg.value, value)
            positional.extend(content.items)
            written.extend([arg.value] * len(content.items))
            open_positional = open_positional or content.rest is not None
        elif arg.star == "**":
            mapping = sequences.mapping_of(run, value)
            if mapping is None or mapping.rest is not None:
                open_keywords = True
            for key, item in (mapping.items if mapping else {}).items():
                keywords[str(key)] = item
                written_keywords.append(arg.value)
        elif arg.keyword is not None:
            keywords[arg.keyword.value] = value
            written_keywords.append(arg.value)
        else:
            positional.append(value)
            written.append(arg.value)
    return Arguments(tuple(positional), keywords, open_positional, open_keywords, nodes=(*written, *written_keywords))


def call_node(run: Run, frame: Frame, node: cst.Call) -> Value:
    if isinstance(node.func, cst.Name) and node.func.value == "super" and frame.find("super") is None:
        return pythoncalls.super_value(run, frame, node)
    if isinstance(node.func, cst.Attribute):
        owner = ev.evaluate(run, frame, node.func.value)
        callee = run.state.narrow(attributes.load(run, frame, node.func, owner, node.func.attr.value, called=True))
    else:
        callee = ev.evaluate(run, frame, node.func)
    return call_value(run, frame, node, callee, arguments_of(run, frame, node))


def call_value(run: Run, frame: Frame, node: cst.BaseExpression, callee: Value, args: Arguments) -> Value:
    """The result of calling ``callee``, each of its alternatives a branch of its own."""
    return run.state.lift_call(lambda single: _call_one(run, frame, node, single, args), callee)


def _call_one(run: Run, frame: Frame, node: cst.BaseExpression, callee: Value, args: Arguments) -> Value:
    if isinstance(callee, (Function, Bound, Class)):
        row = declared.row_of(run, callee)
        if row is not None and (not isinstance(callee, Class) or row.is_result):
            return declared.call(run, frame, node, row, args, callee)
    if isinstance(callee, Function):
        return call_function(run, frame, node, callee, args)
    if isinstance(callee, Bound):
        return call_function(run, frame, node, callee.function, args, receiver=callee.receiver)
    if isinstance(callee, Instance):
        return call_instance(run, frame, node, callee, args)
    if isinstance(callee, Class):
        return construct(run, frame, node, callee, args)
    if isinstance(callee, Criterion):
        return criteria.call_criterion(run, frame, node, callee, args)
    if isinstance(callee, Layer):
        return torchcalls.call_layer(run, frame, node, callee, args)
    if isinstance(callee, Container):
        return call_container(run, frame, node, callee, args)
    if isinstance(callee, networks.Network):
        return declared_calls.call_network(run, frame, node, callee, args)
    if isinstance(callee, External):
        return pythoncalls.call_external(run, frame, node, callee, args)
    if isinstance(callee, Method):
        return pythoncalls.call_method(run, frame, node, callee, args)
    if isinstance(callee, Tensor) and callee.model is not None:
        return declared_calls.call_network(run, frame, node, callee.model, args)
    if isinstance(callee, Partial):
        merged = replace(args, positional=(*callee.args, *args.positional), keywords={**callee.keywords, **args.keywords}, nodes=())
        return call_value(run, frame, node, callee.function, merged)
    reason = callee.reason if isinstance(callee, Unknown) else "a call of something that can't be called"
    return run.unknown(reason, frame, node, callee, *args.all())


def call_instance(run: Run, frame: Frame, node: cst.BaseExpression, callee: Instance, args: Arguments) -> Value:
    """``model(x)``: its own ``__call__`` or ``forward``, or the layer of torch that its class inherits from."""
    if HOOKED in callee.fields:
        return run.unknown(f"{callee.cls.name} has a forward hook", frame, node, callee, *args.all())
    for name in ("__call__", "forward"):
        if name in callee.fields:
            return call_value(run, frame, node, callee.fields[name], args)
        member = callee.cls.member(name)
        if member is not None:
            found = declared.call_object(run, frame, node, callee, member[1], args)
            return found or call_value(run, frame, node, attributes.bind(run, frame, node, member[0], callee), args)
    found = declared.call_object(run, frame, node, callee, None, args)
    native = callee.fields.get(CONTENT)
    if found is None and native is not None:
        return call_value(run, frame, node, native, args)
    return found or run.unknown(f"{callee.cls.name} has no forward that is seen here", frame, node, callee, *args.all())


def call_container(run: Run, frame: Frame, node: cst.BaseExpression, callee: Container, args: Arguments) -> Value:
    """``Sequential``: one layer after the other."""
    content = callee.fields.get(CONTENT)
    if HOOKED in callee.fields:
        return run.unknown(f"nn.{callee.name} has a forward hook", frame, node, *args.all())
    if callee.name != "Sequential":
        return run.unknown(f"nn.{callee.name} can't be called", frame, node, *args.all())

    def through(mapped: Value) -> Value:
        if not isinstance(mapped, Mapped):
            return run.unknown("a Sequential that is not followed", frame, node, *args.all())
        if mapped.rest is not None:
            return run.unknown("a Sequential whose layers are added in a loop of unknown length", frame, node, *args.all())
        if len(args.all()) > 1 or not args.keywords.keys() <= {"input"}:
            return run.unknown("a Sequential takes one input", frame, node, *args.all())
        value = args.all()[0] if args.all() else run.unknown("a Sequential without input", frame, node)
        for layer in mapped.items.values():
            value = call_value(run, frame, node, layer, Arguments((value,)))
        return value

    return run.state.lift_call(through, content or Mapped())


# Functions


def defaults_of(run: Run, frame: Frame, params: cst.Parameters) -> dict[str, Value]:
    """The default values, evaluated where the function is defined."""
    found = {}
    for param in (*params.posonly_params, *params.params, *params.kwonly_params):
        if param.default is not None:
            found[param.name.value] = ev.evaluate(run, frame, param.default)
    return found


def call_function(run: Run, frame: Frame, node: cst.BaseExpression, function: Function, args: Arguments, receiver: Value | None = None) -> Value:
    """Enter a function of the project."""
    identity = id(function.node)
    if run.active.get(identity, 0) >= MAX_RECURSION:
        return run.unknown(f"{function.qualname} calls itself", frame, node, *args.all())
    if frame.depth() >= MAX_DEPTH:
        return run.unknown("calls are nested too deeply", frame, node, *args.all())
    inner = Frame(function.module, function.closure or function.module.frame, function, frame, frame.module.place(node))
    before = run.state.path
    inner.entry_guard = before
    _bind(run, inner, function, args if receiver is None else args.behind(receiver))
    if function.decorator in (*GRAD_OFF, GRAD_ON):
        inner.grad_off = function.decorator != GRAD_ON
    if function.autocast is not None:
        inner.autocast = autocast.entered(run, inner, function.autocast)
    run.active[identity] = run.active.get(identity, 0) + 1
    run.executed.add((identity, 0))
    if isinstance(receiver, Instance):
        run.executed.add((identity, receiver.cls.id))
    loops, run.loops = run.loops, list(run.loops)
    try:
        result = _body(run, inner, function)
    finally:
        run.active[identity] -= 1
        run.loops = loops
        run.state.path = before
    if function.decorator.startswith("?"):
        return run.unknown(f"{function.qualname} has the decorator {function.decorator[1:]}, which is not followed", frame, node, *args.all())
    return _returned(run, frame, node, function, result)


def _body(run: Run, inner: Frame, function: Function) -> Value:
    from bcelint.trace import execute

    if isinstance(function.node, cst.Lambda):
        return ev.evaluate(run, inner, function.node.body)
    flow = execute.block(run, inner, function.node.body)
    if inner.yields:
        return Tuple((), subscripts.any_of(run, inner, function.node.name, Tuple(tuple(inner.yields))))
    returns = [(guard - inner.entry_guard, value) for guard, value in inner.returns]
    if flow is execute.Flow.NEXT:
        returns.append((run.state.path - inner.entry_guard, NONE))
    if not returns:
        return run.unknown(f"{function.qualname} does not return", inner, function.node.name)
    run.state.path = inner.entry_guard
    if execute.is_stub(function.node) and len(returns) == 1:
        return run.unknown(f"{function.qualname} has no body", inner, function.node.name)
    return run.state.choice(returns)


def _returned(run: Run, frame: Frame, node: cst.BaseExpression, function: Function, value: Value) -> Value:
    """The result with a step for the way back, on the tensors in it."""
    if function.name == "<lambda>":
        return value
    step = step_at(frame, node, f"returned by {function.qualname}")

    def mark(v: Value) -> Value:
        if isinstance(v, Tensor):
            return v.through(step)
        if isinstance(v, Tuple) and len(v.items) <= 8:
            return replace(v, items=tuple(mark(item) for item in v.items))
        if isinstance(v, Choice):
            return Choice(tuple((guard, mark(single)) for guard, single in v.alternatives))
        return v

    return mark(value)


def _bind(run: Run, inner: Frame, function: Function, args: Arguments) -> None:
    """Bind arguments to parameters. What no argument sets takes its default, or is unknown."""
    params = function.node.params
    positional = [*params.posonly_params, *params.params]
    values = list(args.positional)
    used: set[str] = set()
    inner.arguments = args.all()
    fields = inner.fields
    for param, value in zip(positional, values):
        fields[param.name.value] = value
        used.add(param.name.value)
    extra = values[len(positional) :]
    if isinstance(params.star_arg, cst.Param):
        rest = run.unknown("further arguments", inner, function.node) if args.open_positional else None
        fields[params.star_arg.name.value] = Tuple(tuple(extra), rest)
    named = [*params.params, *params.kwonly_params]
    names = {param.name.value for param in named}
    for name, value in args.keywords.items():
        if name in names:
            fields[name] = value
            used.add(name)
    if params.star_kwarg is not None:
        others = {name: value for name, value in args.keywords.items() if name not in names}
        rest = run.unknown("further keyword arguments", inner, function.node) if args.open_keywords else None
        fields[params.star_kwarg.name.value] = ev.new_dict(Mapped(others, rest))
    for index, param in enumerate([*positional, *params.kwonly_params]):
        name = param.name.value
        if name in used:
            continue
        if args.open_keywords and (index < len(positional) or name in function.defaults):
            unknown = run.unknown(f"{name}: it may come out of **keywords that are not followed", inner, param)
            fields[name] = replace(unknown, opaque=True)
        elif args.open_positional and index < len(positional):
            fields[name] = run.unknown(f"{name}: it comes out of *args that are not followed", inner, param)
        elif name in function.defaults and not (args.is_entry and _is_none(function.defaults[name])):
            fields[name] = function.defaults[name]
        else:
            number = param.annotation is not None and isinstance(param.annotation.annotation, cst.Name) and param.annotation.annotation.value == "int"
            fields[name] = run.unknown(f"{name}: parameter that no call in the project sets", inner, param, number=number)


def _is_none(value: Value) -> bool:
    return isinstance(value, Const) and value.value is None


# Objects


def construct(run: Run, frame: Frame, node: cst.BaseExpression, cls: Class, args: Arguments) -> Value:
    """Make an instance and run its constructor."""
    instance = Instance(cls)
    if declared.row_of(run, cls) is not None:
        instance.fields[networks.MADE] = declared_arguments.Making(args, frame.module.place(node))
    external = cls.external_bases()
    if cls.members:
        return _member(run, frame, node, cls, args)
    if len(cls.instances) < 24:
        cls.instances.append(instance)
    initializer = cls.member("__init__")
    if initializer is not None:
        call_value(run, frame, node, attributes.bind(run, frame, node, initializer[0], instance), args)
    elif cls.is_dataclass or any(base.name in ("typing.NamedTuple", "pydantic.BaseModel") for base in external):
        _fill_dataclass(run, frame, node, instance, args)
    else:
        make_native(run, frame, node, instance, cls, args)
    return instance


def _member(run: Run, frame: Frame, node: cst.BaseExpression, cls: Class, args: Arguments) -> Value:
    """``Kind("a")``."""
    from bcelint.trace import subscripts

    members = enums.by_value(cls)
    if members is None or len(args.positional) != 1:
        return run.unknown(f"a member of {cls.name}", frame, node, *args.all())
    written = args.written(["value"]).get("value", node)
    return run.state.lift(lambda key: subscripts.item(run, frame, node, members, key, written), args.positional[0])


def make_native(run: Run, frame: Frame, node: cst.BaseExpression, instance: Instance, cls: Class, args: Arguments) -> None:
    """Construct the layer, loss or container of torch that the class inherits from, as its content."""
    for base in cls.external_bases():
        if base.name in frameworks.MODULE_BASES:
            continue
        native = torchcalls.construct(run, frame, node, base.name, args)
        if native is None:
            native = criteria.construct(run, frame, node, base.name, args)
        if native is None:
            native = declared.make_model(run, frame, node, base, args)
        if native is not None:
            run.state.write(instance, CONTENT, native)
            return


def _fill_dataclass(run: Run, frame: Frame, node: cst.BaseExpression, instance: Instance, args: Arguments) -> None:
    names: list[str] = []
    for cls in reversed(list(instance.cls.mro())):
        for statement in cls.node.body.body:
            if isinstance(statement, cst.SimpleStatementLine):
                for small in statement.body:
                    if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
                        names.append(small.target.value)
    names = list(dict.fromkeys(names))
    given = dict(zip(names, args.positional))
    given.update(args.keywords)
    for name in names:
        if name in given:
            run.state.write(instance, name, given[name])
        elif instance.cls.member(name) is None:
            run.state.write(instance, name, run.unknown(f"{name}: field that no call sets", frame, node))
    post = instance.cls.member("__post_init__")
    if post is not None:
        call_value(run, frame, node, attributes.bind(run, frame, node, post[0], instance), Arguments())
