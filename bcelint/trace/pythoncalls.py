"""Calls of things outside of the project: torch by its tables, Python's builtins, methods of containers and modules."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import libcst as cst

from bcelint.contracts import frameworks, tables
from bcelint.facts import DType
from bcelint.trace import (
    attributes,
    builtin_functions,
    calls,
    container_methods,
    criteria,
    declared,
    declared_calls,
    libraries,
    networks,
    sequences,
    torchcalls,
)
from bcelint.trace import evaluate as ev
from bcelint.trace.arguments import Arguments
from bcelint.trace.frames import Frame
from bcelint.trace.options import OptionParser
from bcelint.trace.run import Run, step_at
from bcelint.trace.values import (
    CONTENT,
    NONE,
    Cell,
    Class,
    Const,
    Container,
    Criterion,
    External,
    Instance,
    Layer,
    Mapped,
    Method,
    Partial,
    Super,
    Tensor,
    Tuple,
    Unknown,
    Value,
    fresh,
)

PASS_THROUGH = frozenset(
    "tqdm.tqdm tqdm.auto.tqdm tqdm.notebook.tqdm tqdm.std.tqdm tqdm.tqdm_notebook tqdm.rich.tqdm rich.progress.track builtins.iter".split()
)
"""Calls that hand their first argument on, as far as iterating over it goes."""
OBJECT = "()"
"""Behind the name of a class outside of the project: an object of it."""


def call_external(run: Run, frame: Frame, node: cst.BaseExpression, callee: External, args: Arguments) -> Value:
    """A call of something outside of the project, by its name."""
    result = _by_name(run, frame, node, callee, args)
    wanted = args.keywords.get("requires_grad")
    if isinstance(result, Tensor) and wanted is not None and not (isinstance(wanted, Const) and not wanted.value):
        return torchcalls.trainable(result, step_at(frame, node, "requires_grad=True"))
    return result


def _by_name(run: Run, frame: Frame, node: cst.BaseExpression, callee: External, args: Arguments) -> Value:
    name = callee.name
    row = run.project.knowledge.of(name.replace(OBJECT, ""))
    if row is not None:
        return declared.call(run, frame, node, row, args, callee)
    loss = tables.loss_function(name)
    if loss is not None:
        return criteria.call_function(run, frame, node, loss, args)
    op = tables.op(name)
    if op is not None:
        return torchcalls.call_op(run, frame, node, op, args)
    made = torchcalls.construct(run, frame, node, name, args) or criteria.construct(run, frame, node, name, args)
    if made is not None:
        return made
    if run.project.knowledge.has_methods(name):
        return External(f"{name}{OBJECT}")
    if f"{OBJECT}." in name and name.endswith(".backward"):  # accelerate's Accelerator and Lightning's Fabric
        for value in args.positional:
            criteria.mark_trained(run, value)
        return NONE
    if name in ("copy.copy", "copy.deepcopy") and args.positional:
        return run.state.lift(copied, args.positional[0])
    wrapper = tables.wrapper(name)
    if wrapper is not None:
        if wrapper.keyword is not None and wrapper.keyword in args.keywords:
            return args.keywords[wrapper.keyword]
        if wrapper.all_arguments:
            return args.positional[0] if len(args.positional) == 1 else Tuple(args.positional)
        if len(args.positional) > wrapper.argument:
            return args.positional[wrapper.argument]
        return Partial(callee, (), dict(args.keywords)) if not args.positional else run.unknown(f"a call of {name}", frame, node)
    if name in PASS_THROUGH and args.positional:
        return args.positional[0]
    handler = libraries.HANDLERS.get(name)
    if handler is not None:
        return handler(run, frame, node, args)
    if name.startswith("builtins."):
        builtin = builtin_functions.HANDLERS.get(name[9:])
        if builtin is not None:
            return builtin(run, frame, node, args)
        if frame.find(name[9:]) is None and not hasattr(__builtins_module, name[9:]):
            return run.unknown(f"{name[9:]} is not defined where it is seen", frame, node, *args.all())
    if name in frameworks.CALLS_ITS_ARGUMENT and args.positional:
        inner = replace(args, positional=args.positional[1:], keywords={}, nodes=())
        return calls.call_value(run, frame, node, args.positional[0], inner)
    return run.unknown(f"{name} is outside of the project", frame, node, *args.all())


def copied(value: Value) -> Value:
    """A deep copy, as far as the things that can be changed go."""
    if isinstance(value, (Tuple, Mapped)):
        items: Any = tuple(map(copied, value.items)) if isinstance(value, Tuple) else {key: copied(item) for key, item in value.items.items()}
        return replace(value, items=items, rest=value.rest and copied(value.rest))
    if not isinstance(value, Cell) or isinstance(value, Class):
        return value
    cell = copy.copy(value)
    cell.id = fresh()
    cell.fields = {name: copied(field) for name, field in value.fields.items() if field is not value}
    return cell


def super_value(run: Run, frame: Frame, node: cst.Call) -> Value:
    """``super()`` and ``super(Class, self)``."""
    owner: Value | None = frame.owner
    receiver: Value | None = None
    if len(node.args) == 2:
        owner, receiver = (ev.evaluate(run, frame, arg.value) for arg in node.args)
    else:
        at: Frame | None = frame
        while at is not None and receiver is None:
            if at.function is not None and at.function.owner is not None:
                first = next(iter((*at.function.node.params.posonly_params, *at.function.node.params.params)), None)
                receiver = at.fields.get(first.name.value) if first is not None else None
            at = at.parent
    if isinstance(owner, Class) and receiver is not None:
        return Super(owner, receiver)
    return run.unknown("super() outside of a class", frame, node)


def call_method(run: Run, frame: Frame, node: cst.BaseExpression, callee: Method, args: Arguments) -> Value:
    """A method of something that is no object of the project."""
    receiver, name = callee.receiver, callee.name
    if isinstance(receiver, Super):
        return _of_super(run, frame, node, receiver, name, args)
    if isinstance(receiver, (Instance, Layer, Container, Criterion, networks.Network)):
        return _of_module(run, frame, node, receiver, name, args)
    if isinstance(receiver, (Tensor, Unknown)):
        return _of_tensor(run, frame, node, callee, args)
    if isinstance(receiver, OptionParser):
        return receiver.call(run, frame, node, name, args)
    result = container_methods.call(run, frame, node, receiver, name, args)
    if result is not None:
        return result
    return run.unknown(f".{name}() of a {receiver.noun} is not followed", frame, node, receiver, *args.all())


def _of_super(run: Run, frame: Frame, node: cst.BaseExpression, receiver: Super, name: str, args: Arguments) -> Value:
    """A method of a base class outside of the project."""
    instance = receiver.receiver
    if isinstance(instance, Instance):
        if name == "__init__":
            calls.make_native(run, frame, node, instance, receiver.owner, args)
            return NONE
        native = instance.fields.get(CONTENT)
        if name in ("forward", "__call__") and native is not None:
            return calls.call_value(run, frame, node, native, args)
        if name == "__setattr__" and len(args.positional) == 2 and isinstance(args.positional[0], Const):
            attributes.store(run, instance, str(args.positional[0].value), args.positional[1])
            return NONE
        return _of_module(run, frame, node, instance, name, args)
    return run.unknown(f"super().{name} is outside of the project", frame, node, *args.all())


def _of_module(
    run: Run,
    frame: Frame,
    node: cst.BaseExpression,
    receiver: Instance | Layer | Container | Criterion | networks.Network,
    name: str,
    args: Arguments,
) -> Value:
    """Methods that every ``nn.Module`` has."""
    if name in ("forward", "__call__"):
        return calls.call_value(run, frame, node, receiver, args)
    if name in ("register_forward_hook", "register_forward_pre_hook") and isinstance(receiver, Cell):
        run.state.write(receiver, calls.HOOKED, Const(True))
    if isinstance(receiver, networks.Network) and name in receiver.row.resets:
        declared_calls.reset(run, frame, node, receiver, name, args)
        return NONE
    if name in frameworks.SELF_METHODS:
        if name in ("train", "eval"):
            _set_mode(run, frame, node, receiver, training=name == "train" and not args.all())
        return receiver
    if name in ("add_module", "register_module", "register_buffer", "register_parameter") and len(args.all()) >= 2:
        key, value = args.all()[:2]
        if isinstance(key, Const) and isinstance(receiver, Cell):
            native = receiver.fields.get(CONTENT)
            target = native if isinstance(receiver, Instance) and isinstance(native, Container) else receiver
            attributes.store(run, target, str(key.value), value)
        elif isinstance(receiver, Container):
            content = receiver.fields.get(CONTENT, Mapped())
            run.state.write(receiver, CONTENT, run.state.lift(lambda c: _with_another(c, value), content))
        return NONE
    container = receiver.fields.get(CONTENT) if isinstance(receiver, Instance) else receiver
    if isinstance(container, Container):
        result = container_methods.of_container(run, frame, node, container, name, args)
        if result is not None:
            return result
    if name in ("children", "modules") and isinstance(container, Container):
        return sequences.sequence_of(run, frame, node, container)
    return run.unknown(f".{name}() of a module is not followed", frame, node, *args.all())


def _with_another(content: Value, value: Value) -> Value:
    """The content of a container with a module more, whose name is not known."""
    return Mapped({**content.items, f"<{len(content.items)}>": value}, content.rest) if isinstance(content, Mapped) else content


def _of_tensor(run: Run, frame: Frame, node: cst.BaseExpression, callee: Method, args: Arguments) -> Value:
    receiver, name = callee.receiver, callee.name
    if name == "backward":
        criteria.mark_trained(run, receiver)
        return NONE
    if isinstance(receiver, Tensor) and receiver.model is not None and name in frameworks.SELF_METHODS:
        as_tensor = tables.method(name)
        if as_tensor is None or (name in ("to", "cuda", "cpu", "type") and not _says_dtype(args)):
            return receiver
        result = torchcalls.call_op(run, frame, node, as_tensor, args.behind(receiver))
        return replace(result, model=receiver.model) if isinstance(result, Tensor) else receiver
    if isinstance(receiver, Tensor):
        if name == "size":
            return _size(run, frame, node, receiver, args)
        if name in ("dim", "ndimension"):
            return attributes.load(run, frame, node, receiver, "ndim")
        if name in ("is_floating_point", "is_complex") and receiver.facts.dtype is not None:
            dtype = receiver.facts.dtype.value
            return Const(dtype.is_floating if name == "is_floating_point" else dtype is DType.COMPLEX)
        if name == "numel" or name == "nelement":
            return run.unknown("the size of a tensor", frame, node, symbol=f"t{receiver.uid}.numel", number=True)
        if name == "requires_grad_" and all(isinstance(value, Const) and value.value is True for value in args.all()):
            changed = torchcalls.trainable(receiver, step_at(frame, node, "requires_grad_()"))
            if callee.assign is not None:
                callee.assign(changed)
            return changed
        if name in ("requires_grad_", "retain_grad", "register_hook", "share_memory_", "pin_memory", "is_contiguous"):
            return receiver
    if isinstance(receiver, Unknown) and name == "size":
        return _size_of_unknown(run, frame, node, receiver, args)
    if isinstance(receiver, Unknown) and name in ("dim", "ndimension") and receiver.symbol:
        return run.unknown(receiver.reason, frame, node, receiver, symbol=f"{receiver.symbol}.ndim", number=True)
    row = tables.method(name)
    if row is None:
        return run.unknown(f".{name}() of a tensor is not followed", frame, node, receiver, *args.all())
    if isinstance(receiver, Unknown) and name in frameworks.SELF_METHODS and not _says_dtype(args) and name in ("to", "cuda", "cpu", "type"):
        return receiver  # a tensor or a module: the same thing on another device either way
    result = torchcalls.call_op(run, frame, node, row, args.behind(receiver))
    if name.endswith("_") and not name.endswith("__"):
        if callee.assign is not None:
            callee.assign(result)
        if isinstance(receiver, Tensor):
            run.changed_in_place.add(receiver.uid)  # other names of it have other values now
    return result


def _says_dtype(args: Arguments) -> bool:
    return any(isinstance(v, (External, Const, Tensor)) and not (isinstance(v, Const) and isinstance(v.value, (str, bool))) for v in args.all())


def _size(run: Run, frame: Frame, node: cst.BaseExpression, receiver: Tensor, args: Arguments) -> Value:
    sizes = torchcalls.size(run, frame, node, receiver)
    if not args.all():
        return sizes
    axis = args.all()[0]
    if isinstance(axis, Const) and isinstance(axis.value, int):
        shape = receiver.facts.shape
        dim = None if shape is None else shape.value.dim(axis.value)
        if isinstance(dim, int):
            return Const(dim)
        return run.unknown(
            "a size of a tensor", frame, node, symbol=dim if isinstance(dim, str) else f"t{receiver.uid}.shape[{axis.value}]", number=True
        )
    return run.unknown("a size of a tensor", frame, node, number=True)


def _size_of_unknown(run: Run, frame: Frame, node: cst.BaseExpression, receiver: Unknown, args: Arguments) -> Value:
    """The same as its ``shape``, or ``shape[i]``."""
    shape = attributes.load(run, frame, node, receiver, "shape")
    axis = args.all()[0] if args.all() else None
    if axis is None or not isinstance(shape, Unknown):
        return shape
    symbol = f"{shape.symbol}[{axis.value!r}]" if isinstance(axis, Const) and shape.symbol else ""
    return run.unknown(receiver.reason, frame, node, receiver, symbol=symbol, number=True)


def _set_mode(run: Run, frame: Frame, node: cst.BaseExpression, module: Value, training: bool, depth: int = 4) -> None:
    """``.train()`` and ``.eval()``, which hold for the modules inside too. A loss is computed to train; what evaluation does is no case of it."""
    if depth and isinstance(module, Cell):
        if isinstance(module, Instance):
            mode = Const(True) if training else replace(run.unknown("the model may be in evaluation mode", frame, node), opaque=True)
            run.state.write(module, "training", mode)
        content = module.fields.get(CONTENT)
        inside = [*module.fields.values(), *(content.items.values() if isinstance(content, Mapped) else ())]
        for value in inside:
            if isinstance(value, (Instance, Container)):
                _set_mode(run, frame, node, value, training, depth - 1)


__builtins_module = __import__("builtins")
