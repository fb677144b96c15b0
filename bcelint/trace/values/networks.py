"""Models that libraries make: a body that is not followed, and a head that is, since programs put their own in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bcelint.contracts import frameworks
from bcelint.contracts.declared.rows import DeclaredCall
from bcelint.project.code import NodePlace
from bcelint.trace.interpreter import Arguments, Interpreter, Value
from bcelint.trace.values.cells import Cell
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.constants import NONE
from bcelint.trace.values.methods import Method
from bcelint.trace.values.nn_modules import DYNAMIC_MODULES, NNModule
from bcelint.trace.values.unknowns import Unknown

MADE = "<made>"
"""In the fields: the arguments that it was made with, and where."""
HEAD = "<head>"
"""In the fields: the layers that it ends in, where it is not known which attribute holds them."""
_METHODS = frozenset({"forward", "__call__", "add_module", "register_forward_hook", "register_forward_pre_hook"}) | frameworks.SELF_METHODS


class Making(Value):
    """How an object of a declared class was made."""

    def __init__(self, args: Arguments, place: NodePlace) -> None:
        self.args = args
        self.place = place


class Network(Cell, NNModule):
    """A model of a library. Its fields are the head, and what the program sets besides."""

    is_module = True

    def __init__(self, row: DeclaredCall, name: str, head: str, made: Making) -> None:
        super().__init__()
        self.row = row
        self.name = name
        self.head = head
        self.fields[MADE] = made

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        if name == "module":
            return self.fields.get(name, self)
        if name in self.row.resets:
            return Method(self, name)
        return self.fields.get(name) or (Method(self, name) if name in _METHODS else None)

    def call(self, at: Interpreter, args: Arguments) -> Value:
        return at.perform(self, args)

    def method(self, at: Interpreter, name: str, args: Arguments, assign: Callable[[Value], None] | None) -> Value:
        if name in self.row.resets:
            at.reset_network(self, name, args)
            return NONE
        return super().method(at, name, args, assign)

    def is_altered(self, foreign: Iterable[Value]) -> bool:
        """Whether a module was put into it at a place of which nothing is known; ``foreign`` is what was stored on what is not known of it."""
        if DYNAMIC_MODULES in self.fields or (not self.head and any(map(_may_be_module, foreign))):
            return True
        return not self.head and any(_may_be_module(value) for name, value in self.fields.items() if name.isidentifier())


def _may_be_module(value: Value) -> bool:
    return any(single.is_module or isinstance(single, Unknown) for _, single in alternatives(value))
