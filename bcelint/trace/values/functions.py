"""Functions of the project, with their receiver or with a part of their arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import FunctionType
from typing import Any, Union

import libcst as cst

from bcelint.trace.interpreter import Arguments, Interpreter, Value
from bcelint.trace.values.cells import Cell
from bcelint.trace.values.constants import Const
from bcelint.trace.values.library_classes import is_itself
from bcelint.trace.values.methods import Method
from bcelint.trace.values.scopes import Scope

_METHODS = frozenset(name for name in dir(lambda: None) if callable(getattr(lambda: None, name)) and name != "__class__")
FunctionNode = Union[cst.FunctionDef, cst.Lambda]


@dataclass(frozen=True, eq=False)
class Function(Value):
    """A function, method or lambda of the project. ``role`` is how a class hands it out: plain, static, class or property."""

    noun = "function"
    is_callable = True
    name: str
    qualname: str
    """With the name of its class in front."""
    node: FunctionNode
    closure: Scope
    """Where it was defined, which is where it looks for names that are not its own."""
    defaults: Mapping[str, Value]
    owner: Cell | None = None
    """The class whose method it is."""
    role: str = "plain"
    decorator: str = ""
    """An unknown decorator that may change what a call returns."""
    autocast: Value | None = None
    """The autocast that decorates it."""
    is_context: bool = False
    """``@contextmanager``: a call makes something for a ``with`` statement to enter."""
    cached: bool = False
    """What it returned once it returns again, without being run."""
    setter: Value | None = None
    """Of a property, the function that sets it."""

    def key(self) -> Any:
        return ("function", id(self.node), id(self.closure))

    def is_of_library_class(self, name: str) -> bool | None:
        return None if self.decorator else is_itself(FunctionType, name)

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        given = at.foreign(self._symbol)
        if name in given:
            return given[name]
        return Const(self.name) if name == "__name__" else _unseen(at, self, name)

    def store(self, at: Interpreter, name: str, value: Value, after: Callable[[Value | None], Value]) -> None:
        at.store_foreign(self._symbol, name, after)

    @cached_property
    def is_generator(self) -> bool:
        """Whether ``yield`` stands in it."""
        return "yield" in self.closure.code.source.text and _yields(self.node.body)

    def has_parameter(self, name: str) -> bool:
        params = self.node.params
        return any(param.name.value == name for param in (*params.posonly_params, *params.params, *params.kwonly_params))

    @property
    def _symbol(self) -> str:
        """Under which its attributes are kept."""
        return f"function {id(self.node)} {id(self.closure)}"

    def call(self, at: Interpreter, args: Arguments) -> Value:
        return at.perform(self, args)


@dataclass(frozen=True, eq=False)
class Bound(Value):
    """A function with its receiver."""

    noun = "method"
    function: Function
    receiver: Value

    def key(self) -> Any:
        return ("bound", self.function.key(), self.receiver.key())

    def copied(self, memo: dict[int, Value]) -> Value:
        return replace(self, receiver=self.receiver.copied(memo))

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        return Const(self.function.name) if name == "__name__" else _unseen(at, self, name)

    def call(self, at: Interpreter, args: Arguments) -> Value:
        return at.perform(self, args)


@dataclass(frozen=True, eq=False)
class Context(Value):
    """What a generator that is a context manager returns: it runs as it is entered."""

    noun = "context manager"
    function: Function
    receiver: Value | None
    args: Arguments


@dataclass(frozen=True, eq=False)
class Partial(Value):
    """``functools.partial``."""

    noun = "partial"
    function: Value
    args: tuple[Value, ...]
    keywords: Mapping[str, Value]
    open_positional: bool = False
    """More arguments of unknown number may follow ``args``, and (``open_keywords``) the keywords."""
    open_keywords: bool = False
    trailing: tuple[Value, ...] = ()

    def copied(self, memo: dict[int, Value]) -> Value:
        keywords = {name: value.copied(memo) for name, value in self.keywords.items()}
        return replace(self, function=self.function.copied(memo), args=tuple(value.copied(memo) for value in self.args), keywords=keywords)

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        if name == "func":
            return self.function
        return _unseen(at, self, name)

    def call(self, at: Interpreter, args: Arguments) -> Value:
        merged = replace(
            args,
            positional=self.args if self.open_positional else (*self.args, *args.positional),
            trailing=args.trailing if args.open_positional else (*self.trailing, *args.positional) if self.open_positional else (),
            keywords={**self.keywords, **args.keywords},
            open_positional=self.open_positional or args.open_positional,
            open_keywords=self.open_keywords or args.open_keywords,
            nodes=(),
        )
        return at.call(self.function, merged)


def _unseen(at: Interpreter, owner: Value, name: str) -> Value:
    """An attribute of a function: what is called is a method, most likely, but it may as well be a flag that is set on it, or None."""
    return Method(owner, name) if name in _METHODS else at.unknown(f"{name} of a {owner.noun} is not seen", opaque=True)


def bind(at: Interpreter, member: Value, owner: Value) -> Value:
    """A class attribute as its instance hands it out."""
    if not isinstance(member, Function) or member.role == "static":
        return member
    if member.role == "property":
        return at.perform(Bound(member, owner), Arguments())
    if member.role == "class":
        return Bound(member, owner.type() or owner)
    return Bound(member, owner)


def _yields(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Yield):
        return True
    inner = isinstance(node, (cst.ClassDef, cst.FunctionDef, cst.Lambda))
    return not inner and any(map(_yields, node.children))
