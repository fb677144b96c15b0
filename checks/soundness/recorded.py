"""What the tracer held at each statement: taken at once, since lists, dicts and objects change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import libcst as cst

from bcelint.trace.conditions.atoms import Guard
from bcelint.trace.conditions.compatible import compatible
from bcelint.trace.interpreter import Value
from bcelint.trace.state.frames import Frame
from bcelint.trace.values.cells import DYNAMIC
from bcelint.trace.values.choices import Choice
from bcelint.trace.values.classes import Class
from bcelint.trace.values.containers import Container
from bcelint.trace.values.contents import CONTENT
from bcelint.trace.values.dicts import HANDED_OVER, DictCell
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.lists import ListCell
from bcelint.trace.values.mapped import Mapped
from bcelint.trace.values.nn_modules import DYNAMIC_MODULES
from bcelint.trace.values.options import Namespace
from bcelint.trace.values.tuples import Tuple
from checks.soundness.layout import layout
from checks.soundness.observer import Place

DEPTH = 3
LIMIT = 60
"""Evaluations of one statement from one place that are kept."""
COMPOUND = (cst.BaseCompoundStatement, cst.SimpleStatementLine)


@dataclass(frozen=True)
class AnyOf:
    """One of several."""

    options: tuple[Any, ...]


@dataclass(frozen=True)
class Sequence:
    """A ``tuple`` or ``list`` with its known items, and further ones all like ``rest``."""

    kind: str
    items: tuple[Any, ...]
    rest: Any = None


@dataclass(frozen=True)
class Keyed:
    """A dict, or a container of modules."""

    kind: str
    items: Mapping[Any, Any]
    rest: Any = None


@dataclass(frozen=True)
class Made:
    """An object of a class of the project; of a ``Namespace``, the class is None."""

    cls: Class | None
    attributes: Mapping[str, Any]


@dataclass
class Evaluated:
    """A statement about to be executed, as the tracer has it. None in place of a value stands for what lies too deep."""

    function: Place
    caller: Place | None
    names: Mapping[str, Any]
    path: Guard
    loop: int
    true: bool = False
    false: bool = False
    is_tested: bool = False
    is_recording: bool = True
    """Gradients are on."""


@dataclass
class Recording:
    """A recorder of the tracer. ``is_own`` tells the files that are of interest."""

    is_own: Callable[[str], bool]
    statements: dict[Place, list[Evaluated]] = field(default_factory=lambda: defaultdict(list))
    functions: set[Place] = field(default_factory=set)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    """The files that could not be read, and what went wrong in bcelint itself, each with the reason."""
    broken: set[str] = field(default_factory=set)
    broken_in: set[Place] = field(default_factory=set)
    """The functions that the evaluation ended in."""
    full: set[Place] = field(default_factory=set)
    """The statements of which not all evaluations were kept."""
    _last: Frame | None = None
    _tested: dict[int, Evaluated | None] = field(default_factory=dict)
    _counts: dict[Any, int] = field(default_factory=lambda: defaultdict(int))

    def statement(self, frame: Frame, node: cst.CSTNode, path: Guard, loop: int, as_it_is: Callable[[Value], Value]) -> None:
        if not isinstance(node, COMPOUND) or not self.is_own(frame.code.path):
            return
        function = function_of(frame)
        if function is None:
            return
        self.functions.add(function)
        self._last = frame
        place = (frame.code.path, frame.code.span(node)[0])
        caller = caller_of(frame)
        self._counts[place, caller] += 1
        if self._counts[place, caller] > LIMIT:
            self.full.add(place)
            self._tested[id(frame)] = None
            return
        names = {}
        scope: Any = frame
        while isinstance(scope, Frame) and (scope is frame or scope.function is not None):
            for name, value in scope.fields.items():
                names.setdefault(name, freeze(value, path, as_it_is))
            scope = scope.parent
        made = Evaluated(function, caller, names, path, loop, is_recording=frame.grad_off is None)
        self.statements[place].append(made)
        if isinstance(node, (cst.If, cst.While)):
            self._tested[id(frame)] = made

    def test(self, frame: Frame, node: cst.CSTNode, true: bool, false: bool) -> None:
        made = self._tested.get(id(frame))
        if made is not None:
            made.true, made.false, made.is_tested = made.true or true, made.false or false, True

    def broken_off(self, path: str) -> None:
        self.broken.add(path)
        frame = self._last
        while frame is not None:
            function = function_of(frame)
            if function is not None:
                self.broken_in.add(function)
            frame = frame.caller


def function_of(frame: Frame) -> Place | None:
    """The function, class body or module that runs in a frame."""
    if frame.function is not None:
        node = frame.function.node
        return (frame.code.path, frame.code.span(node.name)[0]) if isinstance(node, cst.FunctionDef) else None
    if frame.class_body is not None:
        return frame.code.path, frame.code.span(frame.class_body.node.name)[0]
    return (frame.code.path, 0) if frame.parent is None else None


def caller_of(frame: Frame) -> Place | None:
    """The statement that the call of the frame's function stands in; None where nobody makes it."""
    if frame.call_place is None or frame.function is None or frame.call_place.node is frame.function.node:
        return None
    line = frame.call_place.line
    statement = layout(frame.call_place.path).statement(line)
    return frame.call_place.path, line if statement is None else statement.line


def freeze(value: Value, path: Guard, as_it_is: Callable[[Value], Value], depth: int = DEPTH) -> Any:
    """The value as it is now; what can't change stays the value that it is."""

    def inside(part: Value, less: int = 1) -> Any:
        return freeze(part, path, as_it_is, depth - less)

    if isinstance(value, Choice):
        return _options(value, path, inside)
    if isinstance(value, ListCell):
        return _as(inside(value.fields.get(CONTENT, Tuple()), 0), "list")
    if isinstance(value, DictCell):
        content = _as(inside(value.fields.get(CONTENT, Mapped()), 0), "dict")
        is_open = HANDED_OVER in value.fields and isinstance(content, Keyed) and content.rest is None
        return replace(content, rest=Ellipsis) if is_open else content
    if isinstance(value, Container):
        content = value.fields.get(CONTENT)
        return _as(Keyed("", {}, Ellipsis) if content is None else inside(content, 0), value.name)
    if isinstance(value, Tuple):
        if depth <= 0:
            return Sequence("tuple", (), Ellipsis)
        return Sequence("tuple", tuple(inside(item) for item in value.items), None if value.rest is None else inside(value.rest))
    if isinstance(value, Mapped):
        if depth <= 0:
            return Keyed("dict", {}, Ellipsis)
        return Keyed("dict", {key: inside(item) for key, item in value.items.items()}, None if value.rest is None else inside(value.rest))
    if isinstance(value, (Instance, Namespace)):
        fields = value.fields if depth > 0 else {}
        if DYNAMIC in fields or DYNAMIC_MODULES in fields:  # its attributes are known to be others, perhaps, when they are read
            fields = {}
        attributes = {name: inside(part) for name, part in fields.items() if not name.startswith("<")}
        return Made(value.cls if isinstance(value, Instance) else None, attributes)
    return as_it_is(value)


def _options(value: Choice, path: Guard, inside: Callable[[Value, int], Any]) -> Any:
    left = [single for guard, single in value.alternatives if compatible(path, guard)]
    return AnyOf(tuple(inside(single, 0) for single in left))


def _as(content: Any, kind: str) -> Any:
    if isinstance(content, AnyOf):
        return AnyOf(tuple(_as(option, kind) for option in content.options))
    if isinstance(content, Sequence):
        return Sequence(kind, content.items, content.rest)
    return Keyed(kind, content.items, content.rest) if isinstance(content, Keyed) else content
