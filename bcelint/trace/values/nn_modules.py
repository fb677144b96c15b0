"""What every ``nn.Module`` has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import libcst as cst
import libcst.matchers as m

from bcelint.contracts import frameworks
from bcelint.project.code import NodePlace
from bcelint.trace.interpreter import Arguments, Interpreter, Value
from bcelint.trace.values.cells import Cell
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.contents import CONTENT
from bcelint.trace.values.functions import Bound, Function, Partial
from bcelint.trace.values.mapped import Mapped
from bcelint.trace.values.tensor_methods import moves_only
from bcelint.trace.values.tensors import Tensor

HOOKED = "<hooked>"
"""Set on a module that has a forward hook, which may change what it returns."""
SPLIT = "<split>"
"""The field that says that the forward of an object gets a part of the batch only."""
DYNAMIC_MODULES = "<dynamic modules>"
"""Set on an object in which modules are replaced under names that are not known."""
_ADDING = ("add_module", "register_module", "register_buffer", "register_parameter")
_RETURNING_NONE = ("append", "clear", "extend", "insert", "update")
_CASTING = ("half", "float", "double", "bfloat16", "to", "type", "to_empty")
"""What gives the tensors inside of a module another dtype; ``to_empty`` other values, too."""
_HOOKING = ("register_forward_hook", "register_forward_pre_hook")
METHODS = frozenset(
    "parameters named_parameters modules named_modules children named_children state_dict load_state_dict buffers named_buffers zero_grad "
    "forward __call__ register_forward_hook extra_repr _get_name".split()
).union(_ADDING)
"""What an object of the project has from its base."""
MAX_DEPTH = 4
_STRUCTURE = frozenset(
    "modules children named_modules named_children buffers named_buffers named_parameters state_dict get_submodule get_parameter get_buffer "
    "extra_repr _get_name __repr__ __str__".split()
)
"""Methods that tell what a module is made of, which the program itself has decided: no case of its own may be made of that.

``parameters`` is none of them: what it yields is asked for its device, most often.
"""

LAYER_METHODS = METHODS | frameworks.SELF_METHODS | {*_HOOKING, "reset_parameters", "get_parameter", "get_buffer", "get_submodule"}
"""What a layer of torch can do beside being called."""


class NNModule(Value):
    """A module: an object of the project, a layer, a container, a criterion, a model of a library."""

    @property
    def has_modes(self) -> bool:
        """Whether it, or what is inside of it, is told by ``train()`` and ``eval()``."""
        return False

    def method(self, at: Interpreter, name: str, args: Arguments, assign: Callable[[Value], None] | None) -> Value:
        if name in ("forward", "__call__"):
            return at.call(self, args)
        inside = self.inside(at, name, args)
        if inside is not None:
            return inside
        cls = self.type() if name == "_get_name" else None
        if cls is not None:
            return at.attribute(cls, "__name__")
        if name in _HOOKING and _may_change(args.keywords.get("hook") or (args.positional[0] if args.positional else None)):
            self.hook(at, assign)
        if name in frameworks.SELF_METHODS:
            if name in ("train", "eval") and (isinstance(self, Cell) or self.has_modes):
                set_mode(at, self, training=name == "train" and all(value.constant is True for value in args.all()))
            if name in _CASTING and isinstance(self, Cell) and not moves_only(name, args):
                recast(at, self, name)
            return self
        if name in _ADDING and len(args.all()) >= 2:
            self.add(at, *args.all()[:2])
            return NONE
        own = self.own_method(at, name, args)
        return own or at.unknown(f".{name}() of a module is not followed", *args.all(), opaque=name in _STRUCTURE)

    def inside(self, at: Interpreter, name: str, args: Arguments) -> Value | None:
        """A method that is about the modules inside of it; None where it is none, or they are not followed."""
        return None

    def has_own(self, name: str) -> bool:
        """Whether the project gives it an attribute of that name."""
        return False

    def own_method(self, at: Interpreter, name: str, args: Arguments) -> Value | None:
        """A method that not every module has; None where it is not followed."""
        return None

    def add(self, at: Interpreter, name: Value, value: Value) -> None:
        """``self.add_module(name, value)``."""
        if isinstance(name, Const) and isinstance(self, Cell):
            self.keep(at, str(name.value), value, lambda old: value)

    def hook(self, at: Interpreter, assign: Callable[[Value], None] | None) -> None:
        """What it returns may be changed by a hook from now on; ``assign`` stores into the expression that it came from."""
        if isinstance(self, Cell):
            at.write(self, HOOKED, Const(True))

    def note_mode(self, at: Interpreter, training: bool) -> None:
        """``self.training`` is set."""


def made_at(place: NodePlace) -> str:
    """Under which it is kept what is set on the layers and criteria that are made at a place: it is not told which of them has it."""
    return f"made at {id(place.node)}"


def set_on(at: Interpreter, place: NodePlace, name: str) -> None:
    """An attribute is set on a layer or criterion that was made at a place."""
    at.store_foreign(made_at(place), name, lambda old: at.unknown(f"{name} is set on a module of torch", opaque=True))


def _may_change(hook: Value | None) -> bool:
    """Whether a hook may return something, which then takes the place of what the module returns, or change that in place."""
    while isinstance(hook, (Bound, Partial)):
        hook = hook.function
    if not isinstance(hook, Function):
        return True
    body = hook.node.body
    if isinstance(hook.node, cst.Lambda):
        return not m.matches(body, m.Call(func=m.Attribute(attr=m.Name(value=m.MatchIfTrue(lambda name: name in _RETURNING_NONE)))))
    returning = any(found.value is not None for found in m.findall(body, m.Return()) if isinstance(found, cst.Return))
    return returning or bool(m.findall(body, m.Call(func=m.Attribute(attr=m.Name(value=m.MatchRegex(r".*[^_]_$"))))))


def set_mode(at: Interpreter, module: Value, training: bool, depth: int = MAX_DEPTH) -> None:
    """``.train()`` and ``.eval()``, which hold for the modules inside too. A loss is computed to train: no case is made of another mode."""
    if isinstance(module, NNModule):
        module.note_mode(at, training)
    for inner in _modules_inside(module):
        if depth > 1 and inner.has_modes:
            set_mode(at, inner, training, depth - 1)


def recast(at: Interpreter, module: Cell, method: str, depth: int = MAX_DEPTH) -> None:
    """What a method of ``_CASTING`` does to the parameters and buffers of a module, and to those inside of it."""
    for name, value in list(module.fields.items()):
        if any(isinstance(single, Tensor) for _, single in alternatives(value)):
            at.write(module, name, at.lift(lambda single: _recast(single, method), value))
    for inner in _modules_inside(module):
        if depth > 1 and isinstance(inner, Cell):
            recast(at, inner, method, depth - 1)


def _recast(value: Value, method: str) -> Value:
    """A tensor whose dtype is not known any more, unless it holds integers, which most of the methods leave alone."""
    if not isinstance(value, Tensor):
        return value
    dtype = value.facts.dtype
    stays = method == "to_empty" or (method != "type" and dtype is not None and not dtype.value.is_floating)
    facts = value.facts if stays else replace(value.facts, dtype=None)
    return replace(value, facts=replace(facts, range=None, kind=None) if method == "to_empty" else facts)


def _modules_inside(module: Value) -> Iterator[Any]:
    """The modules that are attributes or items of a module."""
    if not isinstance(module, Cell):
        return
    content = module.fields.get(CONTENT)
    for value in (*module.fields.values(), *(content.items.values() if isinstance(content, Mapped) else ())):
        yield from (single for _, single in alternatives(value) if isinstance(single, NNModule))
