"""Attributes: reading ``x.name`` and writing it."""

from __future__ import annotations

import collections
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import libcst as cst

from bcelint.contracts import frameworks, tables
from bcelint.trace import calls, enums, networks, torchcalls
from bcelint.trace.arguments import Arguments
from bcelint.trace.frames import Frame
from bcelint.trace.modules import external_member
from bcelint.trace.options import Namespace, OptionParser
from bcelint.trace.run import Run
from bcelint.trace.values import (
    CONTENT,
    Bound,
    Cell,
    Class,
    Const,
    Container,
    Criterion,
    DictCell,
    External,
    Function,
    Instance,
    Layer,
    ListCell,
    Loader,
    Mapped,
    Method,
    Module,
    Partial,
    Super,
    Tensor,
    Tuple,
    Unknown,
    Value,
    alternatives,
)

MODULE_METHODS = frameworks.SELF_METHODS | frozenset({"forward", "__call__", "add_module", "register_forward_hook", "register_forward_pre_hook"})
DYNAMIC = "<dynamic>"
"""Set on an object whose attributes are written under names that are not known."""


def load(run: Run, frame: Frame, node: cst.BaseExpression, owner: Value, name: str, called: bool = False) -> Value:
    """The value of ``owner.name``; ``called`` says that it is called at once."""
    return run.state.lift_call(lambda single: _load_one(run, frame, node, single, name, called), owner)


def _load_one(run: Run, frame: Frame, node: cst.BaseExpression, owner: Value, name: str, called: bool) -> Value:
    found = find(run, frame, node, owner, name)
    if found is not None:
        return found
    if isinstance(owner, Unknown):
        return _of_unknown(run, frame, node, owner, name, called)
    what = owner.cls.name if isinstance(owner, Instance) else f"the {owner.noun}"
    symbol = f"{owner.id}.{name}" if isinstance(owner, Cell) else ""
    return run.unknown(f"{what} has no attribute {name} that is seen here", frame, node, symbol=symbol)


def find(run: Run, frame: Frame, node: cst.BaseExpression, owner: Value, name: str) -> Value | None:
    """The attribute, or None where the owner is known and has none of that name, or is not known."""
    if isinstance(owner, Instance):
        return _of_instance(run, frame, node, owner, name)
    if isinstance(owner, Super):
        return _of_super(run, frame, node, owner, name)
    if isinstance(owner, Class):
        member = owner.member(name)
        if member is None:
            return Const(owner.name) if name == "__name__" else None
        value, _ = member
        if isinstance(value, Function) and value.role == "class":
            return Bound(value, owner)
        return value
    if isinstance(owner, (Module, Namespace)) and name == "__dict__":
        return attributes_of(run, owner)
    if isinstance(owner, Module):
        return module_member(run, owner, name)
    if isinstance(owner, External):
        return external_member(owner, name)
    if isinstance(owner, Tensor):
        if owner.model is not None and name in owner.model.fields:
            return owner.model.fields[name]
        if owner.model is not None and name == "module":
            return owner
        return torchcalls.tensor_attribute(run, frame, node, owner, name)
    if isinstance(owner, Tuple) and name in owner.names:
        return owner.items[owner.names.index(name)]
    if isinstance(owner, Container):
        content = owner.fields.get(CONTENT)
        if isinstance(content, Mapped) and name in content.items:
            return content.items[name]
        return owner.fields.get(name) or Method(owner, name, frame.module.place(node))
    if isinstance(owner, networks.Network):
        if name == "module":
            return owner.fields.get(name, owner)
        if name in owner.row.resets:
            return Method(owner, name, frame.module.place(node))
        return owner.fields.get(name) or (Method(owner, name, frame.module.place(node)) if name in MODULE_METHODS else None)
    if isinstance(owner, Layer) and name in owner.args:
        return owner.args[name]
    if isinstance(owner, Criterion) and name in owner.options:
        return owner.options[name]
    if isinstance(owner, Namespace):
        return owner.fields.get(name)
    if isinstance(owner, OptionParser):
        return Method(owner, name, frame.module.place(node))
    if isinstance(owner, Loader) and name == "dataset":
        return owner.dataset
    if isinstance(owner, Partial) and name == "func":
        return owner.args[0] if owner.args else None
    if isinstance(owner, (Function, Bound)) and name == "__name__":
        return Const(owner.name if isinstance(owner, Function) else owner.function.name)
    if isinstance(owner, enums.Member):
        own = owner.cls.member(name)
        given = enums.attribute(owner, name) or (own and bind(run, frame, node, own[0], owner))
        if given is not None:
            return given
    if isinstance(owner, (ListCell, DictCell, Tuple, Const, Layer, Criterion, Loader, Function, Bound, Partial)):
        item = _item(owner, name) if isinstance(owner, DictCell) else None
        if item is None and not _has(owner, name):
            return None
        return item or Method(owner, name, frame.module.place(node), _setter(run, frame, node))
    return None


_ATTRIBUTES: dict[type, frozenset[str]] = {
    DictCell: frozenset({*dir(collections.OrderedDict), *dir(collections.defaultdict), *dir(collections.Counter)}),
    ListCell: frozenset({*dir(list), *dir(set), *dir(collections.deque)}),
    Tuple: frozenset({*dir(tuple), "numel"}),  # a torch.Size is one too
}


def _has(owner: Value, name: str) -> bool:
    """Whether a value of Python's own has such an attribute; True of other values, of which that is not known."""
    if isinstance(owner, Const):
        return hasattr(owner.value, name)
    return type(owner) not in _ATTRIBUTES or name in _ATTRIBUTES[type(owner)]


def attributes_of(run: Run, owner: Module | Namespace) -> DictCell:
    """``vars(owner)``, as it is now: the names of a module, or the options of a command line."""
    if isinstance(owner, Module):
        source = run.modules.get(owner.path)
        if source is not None:
            from bcelint.trace import execute

            execute.run_module(run, source)
        fields: Mapping[str, Value] = {} if source is None else source.frame.fields
    else:
        fields = owner.fields
    cell = DictCell()
    cell.fields[CONTENT] = Mapped({name: value for name, value in fields.items() if name != "*"})
    return cell


def _item(owner: DictCell, name: str) -> Value | None:
    """An item that is read as an attribute, as only the dicts of some libraries allow; None for a method of dicts."""
    content = owner.fields.get(CONTENT)
    return content.items.get(name) if isinstance(content, Mapped) and not hasattr(dict, name) else None


def _in_place(name: str) -> bool:
    return name.endswith("_") and not name.endswith("__")


def _setter(run: Run, frame: Frame, node: cst.BaseExpression) -> Any:
    if not isinstance(node, cst.Attribute):
        return None
    target: cst.BaseExpression = node.value
    while isinstance(target, cst.Call) and isinstance(target.func, cst.Attribute) and _in_place(target.func.attr.value):
        target = target.func.value  # x.resize_(n).fill_(1) changes x
    if not isinstance(target, (cst.Name, cst.Attribute, cst.Subscript)):
        return None

    def assign(value: Value) -> None:
        from bcelint.trace import assign as assigning

        assigning.assign(run, frame, target, value)

    return assign


def _of_instance(run: Run, frame: Frame, node: cst.BaseExpression, owner: Instance, name: str) -> Value | None:
    if name == "__dict__":
        run.state.write(owner, DYNAMIC, Const(True))
        return None
    if name in owner.fields:
        return _maybe_overwritten(run, frame, node, owner, name, owner.fields[name])
    if name == "training":
        return Const(True)  # a loss is computed to train; the paths of evaluation and export are not judged
    if name == "__class__":
        return owner.cls
    member = owner.cls.member(name)
    if member is not None:
        return bind(run, frame, node, _maybe_overwritten(run, frame, node, owner, name, member[0]), owner)
    native = owner.fields.get(CONTENT)
    if native is not None:
        found = find(run, frame, node, native, name)
        if found is not None:
            return Method(owner, name, frame.module.place(node)) if isinstance(found, Method) else found
    if name in frameworks.BACKWARD_METHODS and any(base.name in frameworks.MODULE_BASES for base in owner.cls.external_bases()):
        return External("torch.autograd.backward")
    if name == "module":
        return owner  # DataParallel(model).module, after the wrapper has been seen through
    if name in frameworks.SELF_METHODS or name in calls.MODULE_METHODS:
        return Method(owner, name, frame.module.place(node))
    getter = owner.cls.member("__getattr__")
    if getter is not None:
        return run.unknown(f"{owner.cls.name} makes its attributes in __getattr__", frame, node, symbol=f"{owner.id}.{name}")
    return None


def _maybe_overwritten(run: Run, frame: Frame, node: cst.CSTNode, owner: Instance, name: str, value: Value) -> Value:
    """A setting of an object whose attributes are also set under names that are not seen here."""
    replaced = networks.DYNAMIC_MODULES in owner.fields and any(_is_module(single) for _, single in alternatives(value))
    if not replaced and (DYNAMIC not in owner.fields or not isinstance(value, Const)):
        return value
    unknown = run.unknown(f"attributes of {owner.cls.name} are set under names that are not followed", frame, node, symbol=f"{owner.id}.{name}")
    return replace(unknown, opaque=True)


def bind(run: Run, frame: Frame, node: cst.BaseExpression, member: Value, owner: Value) -> Value:
    """A class attribute as its instance hands it out."""
    if isinstance(member, Function):
        if member.role == "static":
            return member
        if member.role == "property":
            return calls.call_function(run, frame, node, member, Arguments(), receiver=owner)
        if member.role == "class":
            return Bound(member, owner.cls if isinstance(owner, Instance) else owner)
        if isinstance(member.node, cst.FunctionDef):
            return Bound(member, owner)
    return member


def _of_super(run: Run, frame: Frame, node: cst.BaseExpression, owner: Super, name: str) -> Value | None:
    cls = owner.receiver.cls if isinstance(owner.receiver, Instance) else owner.receiver
    if isinstance(cls, Class):
        order = list(cls.mro())
        start = order.index(owner.owner) + 1 if owner.owner in order else 0
        for base in order[start:]:
            if name in base.fields:
                return bind(run, frame, node, base.fields[name], owner.receiver)
    return Method(owner, name, frame.module.place(node))


def _of_unknown(run: Run, frame: Frame, node: cst.BaseExpression, owner: Unknown, name: str, called: bool) -> Value:
    stored = run.foreign.get(owner.symbol)
    if stored is not None and name in stored.fields:
        return stored.fields[name]
    if called and (tables.method(name) is not None or name in ("backward", "size", "dim", "ndimension")):
        return Method(owner, name, frame.module.place(node), _setter(run, frame, node))
    row = tables.attribute(name)
    if row is not None:
        return torchcalls.operation(run, frame, node, "", {"input": owner}, row)
    return Unknown(
        owner.reason, owner.place, f"{owner.symbol}.{name}" if len(owner.symbol) < 200 else "", owner.sources, owner.loop, owner.opaque, owner.facts
    )


def module_member(run: Run, owner: Module, name: str) -> Value | None:
    """``module.name``: one of its globals, or a submodule."""
    source = run.modules.get(owner.path)
    if source is not None:
        from bcelint.trace import execute

        execute.run_module(run, source)
        if name in source.frame.fields:
            return source.frame.fields[name]
    child = run.project.child(owner.path, name)
    if child is not None:
        return Module(child)
    if source is not None:
        star = source.frame.fields.get("*")
        if isinstance(star, Tuple):
            for module in star.items:
                if isinstance(module, External) and run.is_known(tables.canonical(f"{module.name}.{name}")):
                    return external_member(module, name)
    return None


def store(run: Run, owner: Value, name: str, value: Value) -> None:
    """``owner.name = value``. On an owner that is not followed it is lost."""
    for guard, single in run.state.combinations(owner):
        target = single[0]
        if isinstance(target, Tensor) and target.model is not None:
            target = target.model
        if isinstance(target, Unknown) and target.symbol:
            target = run.foreign.setdefault(target.symbol, Cell())
        content = target.fields.get(CONTENT) if isinstance(target, DictCell) or (isinstance(target, Container) and _is_module(value)) else None
        if content is not None and isinstance(target, Cell):
            run.state.write(target, CONTENT, run.state.lift(lambda c: _with_item(c, name, value), content))
        elif isinstance(target, Cell):
            old = target.fields.get(name)
            if old is None and isinstance(target, Instance):
                member = target.cls.member(name)
                old = member[0] if member is not None else None
            new = value if not guard or old is None else run.state.choice([(guard, value), *_others(run, owner, guard, old)])
            run.state.write(target, name, new)
        elif isinstance(target, Module):
            source = run.modules.get(target.path)
            if source is not None:
                run.state.write(source.frame, name, value)


def _with_item(content: Value, name: str, value: Value) -> Value:
    return Mapped({**content.items, name: value}, content.rest) if isinstance(content, Mapped) else content


def store_unnamed(run: Run, frame: Frame, node: cst.CSTNode, owner: Value, value: Value) -> None:
    """``setattr(owner, name, value)`` where the name is not known."""
    store(run, owner, DYNAMIC, Const(True))
    if any(_is_module(single) for _, single in alternatives(value)):
        store(run, owner, networks.DYNAMIC_MODULES, Const(True))
        for _, single in alternatives(owner):
            if isinstance(single, Container):
                run.state.write(single, CONTENT, Mapped({}, run.unknown("a layer replaced under a name that is not followed", frame, node)))


def _others(run: Run, owner: Value, guard: Any, old: Value) -> list[tuple[Any, Value]]:
    return [(other, old) for other, _ in alternatives(owner) if other != guard]


def _is_module(value: Value) -> bool:
    return isinstance(value, (Layer, Instance, Container, networks.Network))
