"""Modules inside of a module, where it is not known which one is meant: in a loop over ``modules()``, in a function for ``apply``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Arguments, Interpreter, Value
from bcelint.trace.values.cells import DYNAMIC, Cell
from bcelint.trace.values.constants import Const
from bcelint.trace.values.contents import CONTENT
from bcelint.trace.values.mapped import Mapped
from bcelint.trace.values.nn_modules import DYNAMIC_MODULES, NNModule
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import Unknown

MAX_DEPTH = 4
_MODULES = ("modules", "children")
_NAMED = ("named_modules", "named_children")
METHODS = frozenset([*_MODULES, *_NAMED, "apply"])


@dataclass(frozen=True, eq=False)
class Submodule(Unknown):
    """Some module inside of ``owner``, or itself: what is set on it may be set on each of them."""

    owner: Cell | None = None

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        return self if name == "_modules" else super().attribute(at, name)

    def store(self, at: Interpreter, name: str, value: Value, after: Callable[[Value | None], Value]) -> None:
        for module in _inside(self.owner):
            if name in (DYNAMIC, DYNAMIC_MODULES):
                _replace_some(at, module)
            elif isinstance(module, NNModule) and module.has_own(name):
                at.write(module, name, at.unknown(f"{name} of some submodule is set", opaque=True))

    def store_item(self, at: Interpreter, index: Any, value: Value) -> Value | None:
        for module in _inside(self.owner):
            _replace_some(at, module)
        return None

    def method(self, at: Interpreter, name: str, args: Arguments, assign: Callable[[Value], None] | None) -> Value:
        return method(at, self, self.owner, name, args) if name in METHODS and self.owner else super().method(at, name, args, assign)


def method(at: Interpreter, module: Value, owner: Cell, name: str, args: Arguments) -> Value:
    """``modules()`` and the like, and ``apply``."""
    some = some_inside(at, owner)
    if name == "apply":
        for function in args.all()[:1]:
            at.call(function, Arguments((some,)))
        return module
    return Tuple((), some if name in _MODULES else Tuple((at.unknown("the name of a module"), some)))


def some_inside(at: Interpreter, owner: Cell) -> Submodule:
    unknown = at.unknown("a module inside of another one")
    assert isinstance(unknown, Unknown)
    return Submodule(unknown.reason, unknown.place, f"#{fresh()}", unknown.sources, unknown.loop, opaque=True, owner=owner)


def _replace_some(at: Interpreter, module: Cell) -> None:
    content = module.fields.get(CONTENT)
    if isinstance(content, Mapped):
        at.write(module, CONTENT, Mapped({}, at.unknown("a layer replaced under a name that is not followed")))
    elif isinstance(module, NNModule) and module.has_modes:
        at.write(module, DYNAMIC, Const(True))
        at.write(module, DYNAMIC_MODULES, Const(True))


def _inside(owner: Value | None, depth: int = MAX_DEPTH) -> Iterator[Cell]:
    if not isinstance(owner, Cell) or not isinstance(owner, NNModule) or depth == 0:
        return
    yield owner
    content = owner.fields.get(CONTENT)
    for value in [*owner.fields.values(), *(content.items.values() if isinstance(content, Mapped) else ())]:
        yield from _inside(value, depth - 1)
