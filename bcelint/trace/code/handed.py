"""Functions that are handed to code which is not seen: hooks, threads, callbacks. Nobody knows when they run, so what they set is not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import libcst as cst

from bcelint.trace.code.assigned import assigned
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.cells import Cell
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.constants import Const
from bcelint.trace.values.dicts import HANDED_OVER, DictCell
from bcelint.trace.values.functions import Bound, Function, Partial
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.lists import ListCell
from bcelint.trace.values.tensors import PARAMETER, Tensor

MAX_FOLLOWED = 8
"""Functions that one which is handed on calls in turn."""
_GROWING = ("append", "extend")
_LEAVES = frozenset(
    getattr(cst, name)
    for name in "AssignEqual Comma Comment Dot EmptyLine Float Integer LeftParen Name Newline ParenthesizedWhitespace RightParen SimpleString "
    "SimpleWhitespace TrailingWhitespace".split()
)
"""Nodes in which nothing is done."""
_COMPOUND = frozenset(
    getattr(cst, name)
    for name in "Else ExceptHandler Finally For FunctionDef If IndentedBlock SimpleStatementLine SimpleStatementSuite Try While With".split()
)
"""Nodes that hold statements."""


@dataclass(frozen=True)
class Effect:
    """Something that a function does to what it does not own: to a name, or to an attribute of what is bound to it."""

    name: str
    attribute: str = ""
    how: str = "set"
    """``set``, ``grow`` or ``change``, ``inside`` where that is one of its items; ``call`` where it is a function that does more."""


def hand_on(at: Site, args: Arguments) -> None:
    """Open what the functions among the arguments of a call may set, and dicts, which it may fill."""
    for value in args.all():
        for _, single in alternatives(value):
            _let_be_filled(at, single)
            for field in list(single.fields.values()) if isinstance(single, Instance) else ():
                _let_be_filled(at, field)
            hand_on_function(at, single)


def hand_over(at: Site, args: Arguments) -> None:
    """Open what code that is not seen may set of the objects it is given: the tensors of a step, as the hooks of a trainer do."""
    for value in args.all():
        for _, single in alternatives(value):
            if isinstance(single, Instance):
                for name, old in list(single.fields.items()):
                    if any(isinstance(one, Tensor) and one.cls != PARAMETER for _, one in alternatives(old)):
                        at.write(single, name, at.unknown(f"{name} of an object that is handed to what is not followed", old, opaque=True))


def _let_be_filled(at: Site, value: Value, depth: int = 2) -> None:
    """A dict, and one in a list, may hold more keys from now on, and a list that is empty may have items."""
    if isinstance(value, DictCell):
        at.write(value, HANDED_OVER, Const(True))
    elif isinstance(value, ListCell) and value.content.truth() is False:
        value.open_up(at, at.unknown("an item that is put in where it is not seen", opaque=True), grows=True)
    for item in _items(value) if depth > 1 else ():
        _let_be_filled(at, item, depth - 1)


def _items(value: Value) -> Iterator[Value]:
    """What stands in a list, a tuple or a dict."""
    for part in value.parts():
        yield from part.parts() if isinstance(value, Cell) else [part]


def hand_on_function(at: Site, value: Value) -> None:
    while isinstance(value, Partial):
        value = value.function
    function = value.function if isinstance(value, Bound) else value
    if not isinstance(function, Function):
        return
    _open_all(at, value, {}, f"{function.qualname} is handed on and may set it")


def not_entered(at: Site, function: Function, args: Arguments) -> None:
    """Open what a call may set that is not followed, since the function calls itself, or stands too deep: what is handed to it, too."""
    given = dict(zip(_positional(function), args.positional))
    _open_all(at, function, {**given, **args.keywords}, f"{function.qualname} may set it, in a call that is not followed")


def _open_all(at: Site, value: Value, given: Mapping[str, Value], reason: str) -> None:
    """Open what a function and those that it calls may set; ``given`` are its arguments, where they are known."""
    left = [value]
    seen: set[int] = set()
    while left and len(seen) < MAX_FOLLOWED:
        current = left.pop()
        inner = current.function if isinstance(current, Bound) else current
        if not isinstance(inner, Function) or id(inner.node) in seen:
            continue
        seen.add(id(inner.node))
        bound = dict(given) if current is value else {}
        if isinstance(current, Bound):
            bound = dict.fromkeys(_positional(inner)[:1], current.receiver)
        for effect in _effects(at, inner):
            called = _open(at, inner, bound, effect, reason)
            if called is not None:
                left.append(called)


def _open(at: Site, function: Function, bound: Mapping[str, Value], effect: Effect, reason: str) -> Value | None:
    """Open what an effect is about; of a call, the function that is called."""
    if effect.name not in bound and effect.name in _parameters(function):
        return None
    if not effect.attribute and effect.how == "set":
        scope = function.closure.holder(effect.name)
        if scope is not None:
            _set(at, scope, effect.name, scope.fields[effect.name], reason)
        return None
    root = bound.get(effect.name) or function.closure.find(effect.name)
    if not effect.attribute:
        if effect.how == "call":
            return root
        _change(at, root, effect.how, reason)
    elif isinstance(root, Instance):
        member = root.cls.member(effect.attribute)
        old = root.fields.get(effect.attribute, member[0] if member is not None else None)
        if effect.how == "call":
            return Bound(old, root) if isinstance(old, Function) else None
        if effect.how == "set":
            _set(at, root, effect.attribute, old, reason)
        else:
            _change(at, old, effect.how, reason)
    return None


def _set(at: Site, cell: Cell, name: str, old: Value | None, reason: str) -> None:
    """A flag, a number or nothing at all may have become anything; of a module or a tensor, another one is meant, most likely, of the same kind."""
    if old is None or isinstance(old, Const):
        at.write(cell, name, at.unknown(reason, opaque=True))
    else:
        _change(at, old, "change", reason)


def _change(at: Site, value: Value | None, how: str, reason: str) -> None:
    """A container may hold more, or something else."""
    value = value.native if isinstance(value, Instance) else value
    unknown = at.unknown(reason, opaque=True)
    if how == "inside":
        for item in () if value is None else _items(value):
            _change(at, item, "change", reason)
    elif isinstance(value, ListCell):
        value.open_up(at, unknown, grows=how == "grow")
    elif isinstance(value, DictCell):
        value.open_up(at, unknown, keeps=True)


def _effects(at: Site, function: Function) -> tuple[Effect, ...]:
    known = at.run.effects.get(function.node)
    if known is None:
        outer = set(_declared(function.node.body))
        own = assigned(at, function.node.body) - outer - set(_parameters(function))
        found = (effect for effect in _of_node(function.node.body) if effect.name not in own)
        kept = [effect for effect in found if effect.attribute or effect.how != "set" or effect.name in outer]
        known = at.run.effects[function.node] = tuple(dict.fromkeys(kept))
    return known


def _positional(function: Function) -> list[str]:
    """The names of its positional parameters."""
    return [param.name.value for param in (*function.node.params.posonly_params, *function.node.params.params)]


def _parameters(function: Function) -> list[str]:
    return [*_positional(function), *(param.name.value for param in function.node.params.kwonly_params)]


def _declared(node: Any) -> Iterator[str]:
    """The names that are declared ``global`` or ``nonlocal``."""
    kind = type(node)
    if kind in (cst.Global, cst.Nonlocal):
        yield from (item.name.value for item in node.names)
    elif kind in _COMPOUND:
        for child in node.children:
            yield from _declared(child)


def _of_node(node: Any) -> Iterator[Effect]:
    kind = type(node)  # not ``isinstance``, which takes long with abstract classes
    if kind in (cst.AugAssign, cst.AnnAssign, cst.AssignTarget):
        yield from _of_target(node.target)
    elif kind is cst.WithItem and type(node.item) is cst.Name:
        yield Effect(node.item.value, "__enter__", "call")
        yield Effect(node.item.value, "__exit__", "call")
    elif kind is cst.Call and type(node.func) is cst.Name:
        yield Effect(node.func.value, how="call")
    elif kind is cst.Call and type(node.func) is cst.Attribute:
        owner, how = node.func.value, "grow" if node.func.attr.value in _GROWING else "change"
        while type(owner) is cst.Subscript:
            owner, how = owner.value, "inside"
        yield from _about(owner, how)
        if type(node.func.value) is cst.Name:
            yield Effect(node.func.value.value, node.func.attr.value, "call")
    if kind not in _LEAVES:
        for child in node.children:
            yield from _of_node(child)


def _of_target(target: Any) -> Iterator[Effect]:
    if isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            yield from _of_target(element.value)
    elif isinstance(target, cst.Subscript):
        yield from _about(target.value, "change")
    else:
        yield from _about(target, "set")


def _about(node: cst.BaseExpression, how: str) -> Iterator[Effect]:
    if isinstance(node, cst.Name):
        yield Effect(node.value, how=how)
    elif isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name):
        yield Effect(node.value.value, node.attr.value, how)
