"""Where an evaluation stands: at a node of the code, in a frame, in a run."""

from __future__ import annotations

import builtins
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

import libcst as cst

from bcelint.contracts.schema import Op
from bcelint.facts import NOTHING_KNOWN, Claim, Facts
from bcelint.places import Step
from bcelint.project.code import NodePlace
from bcelint.trace.conditions.atoms import Guard
from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Arguments, Fields, Value
from bcelint.trace.state.flow import Flow
from bcelint.trace.state.frames import Frame
from bcelint.trace.state.run import Run
from bcelint.trace.values.among import cells_of
from bcelint.trace.values.cells import Cell
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.constants import Const
from bcelint.trace.values.in_place import learning_as, may_learn
from bcelint.trace.values.lists import new_list
from bcelint.trace.values.sources import merged_sources
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import Unknown

T = TypeVar("T")


class Site(ABC):
    """An evaluation at one place. It is the ``Interpreter`` that values ask.

    What concerns the state is here. The rest, evaluating and calling, is for the floor above to do, which derives from this.
    """

    __slots__ = ("frame", "node", "run", "state")

    def __init__(self, run: Run, frame: Frame, node: cst.CSTNode) -> None:
        self.run = run
        self.state = run.state
        self.frame = frame
        self.node = node

    def on(self: S, node: cst.CSTNode) -> S:
        """The same at another node."""
        return type(self)(self.run, self.frame, node)

    def inside(self: S, frame: Frame, node: cst.CSTNode) -> S:
        """The same in another frame."""
        return type(self)(self.run, frame, node)

    def standing_at(self: S, place: NodePlace) -> S:
        """The same for what is done on behalf of this call at a place in whatever file."""
        inner = Frame(place.code, None, None, self.frame, self.place)
        inner.statement_path = self.frame.statement_path
        return self.inside(inner, place.node)

    @property
    def place(self) -> NodePlace:
        return NodePlace(self.frame.code, self.node)

    @property
    def loop(self) -> int:
        return self.run.loop

    def text(self, node: cst.CSTNode) -> str:
        return self.frame.code.text(node)

    def step(self, note: str) -> Step:
        return Step(self.place, note)

    def unknown(self, reason: str, *origins: Value, symbol: str = "", number: bool = False, opaque: bool = False, among: bool = False) -> Unknown:
        """An unknown value with its reason and place; what it was computed from is kept. ``number`` says that it is a Python number,
        ``among`` that it is one of the ``origins``, or something that they hold.
        """
        place = self.place
        sources = merged_sources(*origins)
        if sources is not None:
            sources |= {fresh()}
        facts = NOTHING_KNOWN
        if self.frame.grad_off is not None and _may_compute(self.node):
            facts = Facts(grad=Claim(False, (self.frame.grad_off,)))
        hangs_on = [origin.hangs_on() for origin in origins]
        loop = max((loop for loop, _ in hangs_on), default=0) if symbol else self.loop
        opaque = opaque or any(hidden for _, hidden in hangs_on)
        return Unknown(reason, place, symbol or f"#{fresh()}", sources, loop, opaque, facts, number, among=cells_of(*origins) if among else ())

    def failure(self, reason: str) -> Unknown:
        return replace(self.unknown(reason), fails=True)

    # Cases and writes

    def excuse(self) -> None:
        """Python raises in this case of what is computed here, if it is as it seems: nothing is to be said of the case."""
        if self.state.path != self.frame.statement_path:
            self.state.raised.add(self.state.path)

    def write(self, cell: Fields, key: str, value: Value) -> None:
        assert isinstance(cell, Cell)
        self.state.write(cell, key, value)

    def narrow(self, value: Value) -> Value:
        return self.state.narrow(value)

    def choice(self, options: Iterable[tuple[Guard, Value]]) -> Value:
        return self.state.choice(options)

    def combinations(self, *values: Value) -> list[tuple[Guard, tuple[Value, ...]]]:
        return self.state.combinations(*values)

    def branches(self, cases: list[tuple[Guard, Callable[[], T]]]) -> list[tuple[Guard, T]]:
        return self.state.branches(cases)

    def lift(self, function: Callable[..., Value], *values: Value) -> Value:
        return self.state.lift(function, *values)

    def lift_call(self, function: Callable[[Value], Value], value: Value) -> Value:
        return self.state.lift_call(function, value)

    def foreign(self, symbol: str) -> Mapping[str, Value]:
        cell = self.run.foreign.get(symbol)
        return {} if cell is None else cell.fields

    def store_foreign(self, symbol: str, name: str, value: Callable[[Value | None], Value]) -> None:
        cell = self.run.foreign.setdefault(symbol, Cell())
        self.write(cell, name, value(cell.fields.get(name)))

    def foreign_inside(self, identity: int) -> Iterable[Value]:
        return [value for symbol, cell in self.run.foreign.items() if symbol.lstrip("#").startswith(f"{identity}.") for value in cell.fields.values()]

    def as_it_is(self, value: Value) -> Value:
        return self.run.as_it_is(value)

    def written_into(self, before: Value, result: Value, reshaped: bool = False) -> Value:
        off = self.frame.grad_off is not None
        for _, single in alternatives(before):
            if isinstance(single, Tensor):
                learns = not off and may_learn(result) and single.facts.value("grad") is not True  # else it is another name that was cut off
                self.run.written_into(single.base, learns)
                self.run.reshaped.update({single.uid} if reshaped else ())
        return self.lift(learning_as, before, result) if off else result

    def from_python(self, made: object) -> Value:
        if isinstance(made, (tuple, list)):
            items = Tuple(tuple(map(self.from_python, made)))
            return items if isinstance(made, tuple) else new_list(items)
        return Const(made)

    def new_tensor(self, facts: Facts) -> Tensor:
        return Tensor(facts, frozenset([fresh()]))

    def module(self, path: str) -> Cell | None:
        module = self.run.modules.get(path)
        return None if module is None else module.frame

    # What the floor above does

    @abstractmethod
    def evaluate(self, node: cst.BaseExpression) -> Value:
        """The value of an expression in this frame, under the current path condition."""

    @abstractmethod
    def named(self, name: str) -> Value:
        """What a name stands for in this frame."""

    @abstractmethod
    def execute(self, body: cst.CSTNode) -> Flow:
        """Execute a suite or module in this frame; an ``else``, which may be another ``if``."""

    @abstractmethod
    def assign(self, target: cst.CSTNode, value: Value) -> None:
        """Bind a target in this frame to a value."""

    @abstractmethod
    def binary(self, op: str, left: Value, right: Value) -> Value:
        """``left op right`` in arithmetic."""

    @abstractmethod
    def attribute(self, owner: Value, name: str) -> Value: ...

    @abstractmethod
    def store(self, owner: Value, name: str, value: Value) -> None: ...

    @abstractmethod
    def call(self, callee: Value, args: Arguments) -> Value: ...

    @abstractmethod
    def perform(self, callee: Value, args: Arguments) -> Value: ...

    @abstractmethod
    def construct_base(self, instance: Value, cls: Value, args: Arguments) -> None: ...

    @abstractmethod
    def call_declared(self, instance: Value, owner: Value | None, args: Arguments) -> Value | None: ...

    @abstractmethod
    def reset_network(self, network: Value, method: str, args: Arguments) -> None: ...

    @abstractmethod
    def call_operation(self, row: Op, args: Arguments) -> Value: ...

    @abstractmethod
    def operation(self, row: Op | str, bound: Mapping[str, Value]) -> Value: ...

    @abstractmethod
    def trained(self, value: Value) -> Value: ...

    @abstractmethod
    def setter(self) -> Callable[[Value], None] | None: ...

    @abstractmethod
    def module_member(self, path: str, name: str) -> Value | None: ...

    @abstractmethod
    def module_names(self, path: str) -> Mapping[str, Value]: ...


S = TypeVar("S", bound=Site)


def _may_compute(node: cst.CSTNode) -> bool:
    """Whether a call that is not followed is one of a model, by its looks: it is handed something, and no function of Python."""
    return isinstance(node, cst.Call) and bool(node.args) and not (isinstance(node.func, cst.Name) and hasattr(builtins, node.func.value))
