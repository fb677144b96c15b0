"""The interface between values and what evaluates them: what may be asked of any value, and what a value may ask back.

A value answers for itself: what its attribute, item, call, iteration, length, truth, comparison and storing are. What it can't tell from what it
holds, it asks of the ``Interpreter``, which stands at one place of the code. So a value imports nothing from above it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol

import libcst as cst

from bcelint.contracts.schema import UNKNOWN, Arg, Op
from bcelint.facts import Dim, Facts
from bcelint.project.code import NodePlace
from bcelint.trace.conditions.atoms import About, Guard
from bcelint.trace.identity import Sources, fresh


class Value:
    """Anything an expression may have as its value. What a family does not say of itself is not known, and the reason names it by its ``noun``."""

    noun: ClassVar[str] = "value"  # what a message calls it
    is_callable: ClassVar[bool | None] = None
    is_module: ClassVar[bool] = False  # an ``nn.Module`` that may stand in a model
    is_thing: ClassVar[bool] = False  # equal to itself alone: an object, a function of a library
    has_equals: ClassVar[bool] = False  # a thing that another one may be equal to after all: a list, a dict
    is_elementwise: ClassVar[bool] = False  # what is done with it is done with each element, whatever the other operand is
    is_raised: ClassVar[bool] = False  # no value at all: Python raises
    is_tested_by_call: ClassVar[bool] = False  # a method of the project may say whether it counts as true
    rest: Value | None = None  # of a container: further values of unknown number, all alike

    def key(self) -> Any:
        """Two values with equal keys are the same as far as any verdict goes."""
        return id(self)

    @property
    def constant(self) -> Any:
        """The Python constant that it is; ``UNKNOWN`` where it is none."""
        return UNKNOWN

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        """``value.name``; None where there is no such attribute that is seen."""
        return None

    def callee(self, at: Interpreter, name: str) -> Value | None:
        """``value.name`` where it is called at once."""
        return self.attribute(at, name)

    def no_attribute(self, at: Interpreter, name: str) -> Value:
        """What stands for an attribute that is not seen."""
        return at.unknown(f"the {self.noun} has no attribute {name} that is seen here")

    def store(self, at: Interpreter, name: str, value: Value, after: Callable[[Value | None], Value]) -> None:
        """``self.name = value``: the attribute is then ``after(what it was)``. By default it is lost."""

    def is_generic(self) -> bool:
        """Whether brackets behind it say nothing of a value: ``list[int]``, ``Registry["name"]`` of a library."""
        return False

    def item(self, at: Interpreter, index: Any) -> Value:
        """``value[index]``: a single index is a value, several and slices are a tuple of values and slices of values."""
        return at.unknown("an item of something that is not followed", self)

    def store_item(self, at: Interpreter, index: Any, value: Value) -> Value | None:
        """``self[index] = value``; what the expression in front of the brackets is then, if that is another value."""
        return None

    def delete_item(self, at: Interpreter, index: Any) -> None:
        """``del self[index]``."""

    def call(self, at: Interpreter, args: Arguments) -> Value:
        """``value(…)``."""
        return at.unknown("a call of something that can't be called", self, *args.all())

    def method(self, at: Interpreter, name: str, args: Arguments, assign: Callable[[Value], None] | None) -> Value:
        """``value.name(…)`` where the method is none of the project; ``assign`` stores into the expression that the value came from."""
        return at.unknown(f".{name}() of a {self.noun} is not followed", self, *args.all())

    def iterate(self, at: Interpreter) -> Items:
        """What iterating yields."""
        return Items((), at.unknown("an item of something that is not followed", self))

    def length(self, at: Interpreter) -> Value:
        return at.unknown("a length", number=True)

    def mapped(self) -> Value | None:
        """What a dict or a container of modules holds under its keys; None of anything else."""
        return None

    def truth(self) -> bool | None:
        """Whether it counts as true; None where that is not known."""
        return True

    def tested(self, at: Interpreter) -> Value:
        """What stands for it in a test: what its ``__bool__`` returns."""
        return self

    def compare(self, at: Interpreter, op: str, other: Value) -> Value | None:
        """``value op other``, ``op`` one of ``==``, ``!=``, ``<``, ``<=``, ``>``, ``>=``; None where the other side must say."""
        return None

    def binary(self, at: Interpreter, op: str, other: Value, reflected: bool = False) -> Value | None:
        """``value op other`` in arithmetic, ``other op value`` where ``reflected``; None where the other side must say."""
        return None

    def unary(self, at: Interpreter, op: str) -> Value | None:
        """``-value``, ``+value``, ``~value``; None where it is not followed."""
        return None

    def is_open(self) -> bool:
        """Of a thing: it is set outside of the project, and may be the same as another."""
        return False

    def is_of_class(self, cls: Value) -> bool | None:
        """``isinstance(value, cls)`` for a class of the project."""
        return False

    def is_of_library_class(self, name: str) -> bool | None:
        """``isinstance(value, …)`` for a class outside of the project, by its name."""
        return None

    def type(self) -> Value | None:
        """Its class; None where that is not known."""
        return None

    def text(self) -> str | None:
        """``str(value)``; None where that is not known."""
        return None

    def has(self, name: str) -> bool | None:
        """``hasattr(value, name)``; None where that is not known."""
        return None

    def about(self) -> About:
        return About(f"v{fresh()}", opaque=True)

    def hangs_on(self) -> tuple[int, bool]:
        """``loop`` and ``opaque`` of what it is about, where it is not known."""
        return 0, False

    def as_arg(self) -> Arg:
        """The value as the rows of torch's tables see it."""
        return Arg(is_tensor=False, sources=frozenset())

    def origins(self) -> Sources:
        """What it was computed from."""
        return frozenset()

    def parts(self) -> Iterable[Value]:
        """The values that it holds: its items or cases."""
        return ()

    def in_common(self, values: Sequence[Value]) -> Value | None:
        """What holds of each of ``values``, this one among them, as one value; None where there is none that says it."""
        return None

    def batched(self, at: Interpreter, size: Dim) -> Value | None:
        """A batch of such items, as torch's default_collate makes it; None where that is not followed."""
        return None

    def copied(self, memo: dict[int, Value]) -> Value:
        """A deep copy, as far as the things that can be changed go; ``memo`` has those that are copied already."""
        return self


@dataclass(frozen=True, eq=False)
class Items(Value):
    """What iterating yields: known items, and ``rest`` for further ones of unknown number, all alike."""

    items: tuple[Value, ...] = ()
    rest: Value | None = None


class Fields(Protocol):
    """A thing with changeable fields. All writes go through ``Interpreter.write``, so that they can be taken back."""

    id: int
    fields: dict[str, Value]


@dataclass(frozen=True)
class Arguments:
    """The arguments of a call. ``open_positional`` and ``open_keywords`` say that more of unknown number may follow."""

    positional: tuple[Value, ...] = ()
    keywords: Mapping[str, Value] = field(default_factory=dict)
    open_positional: bool = False
    open_keywords: bool = False
    is_entry: bool = False
    """Nobody in the project makes this call: an optional argument may be given or not."""
    is_made_up: bool = False
    """The call stands nowhere in the code: what it lacks would be given."""
    nodes: tuple[cst.BaseExpression, ...] = ()
    """How the arguments are written, positional ones first and then the keywords; empty where they are not written in one call."""
    trailing: tuple[Value, ...] = ()
    """Positional ones behind those of unknown number: ``f(*batch, 1)``."""

    def all(self) -> tuple[Value, ...]:
        return (*self.positional, *self.trailing, *self.keywords.values())

    def written(self, names: Sequence[str]) -> dict[str, cst.BaseExpression]:
        """How the arguments are written, by parameter name; ``names`` are those of the positional parameters."""
        positional = self.nodes[: len(self.positional)]
        return {**dict(zip(names, positional)), **dict(zip(self.keywords, self.nodes[len(self.positional) :]))}

    def behind(self, *first: Value) -> Arguments:
        """The same with further positional arguments in front."""
        return replace(self, positional=(*first, *self.positional), nodes=())


class Interpreter(Protocol):
    """An evaluation at one place of the code, ``node``. ``on`` is the same at another place."""

    node: cst.CSTNode

    @property
    def place(self) -> NodePlace: ...

    @property
    def loop(self) -> int:
        """The innermost loop of unknown length, or 0."""

    def on(self, node: cst.CSTNode) -> Interpreter: ...

    def standing_at(self, place: NodePlace) -> Interpreter:
        """The same for what is done on behalf of this call at a place in whatever file."""

    def text(self, node: cst.CSTNode) -> str:
        """The source of a node on one line."""

    def unknown(self, reason: str, *origins: Value, symbol: str = "", number: bool = False, opaque: bool = False, among: bool = False) -> Value:
        """What is not known: by its ``symbol`` in conditions, a Python ``number``, ``opaque`` if set out of sight, ``among`` if one of these."""

    def failure(self, reason: str) -> Value:
        """What is had where Python raises, if all is as it seems: no case, where there are others."""

    def write(self, cell: Fields, key: str, value: Value) -> None:
        """Set a field of a cell."""

    def narrow(self, value: Value) -> Value:
        """The value as it is under the current path condition."""

    def choice(self, options: Iterable[tuple[Guard, Value]]) -> Value:
        """One value of several under guards."""

    def lift(self, function: Callable[..., Value], *values: Value) -> Value:
        """Apply ``function``, which changes nothing, to each consistent combination of the values' alternatives."""

    def lift_call(self, function: Callable[[Value], Value], value: Value) -> Value:
        """Like ``lift`` for one value and a function that may change the state."""

    def foreign(self, symbol: str) -> Mapping[str, Value]:
        """What is stored on something that is not known, by its symbol."""

    def store_foreign(self, symbol: str, name: str, value: Callable[[Value | None], Value]) -> None: ...

    def written_into(self, before: Value, result: Value, reshaped: bool = False) -> Value:
        """A tensor after an operation in place, of which other names have other values from now on, and another shape where it is ``reshaped``."""

    def attribute(self, owner: Value, name: str) -> Value:
        """``owner.name``, case by case."""

    def call(self, callee: Value, args: Arguments) -> Value:
        """The result of a call, case by case."""

    def perform(self, callee: Value, args: Arguments) -> Value:
        """Call what can't say of itself what its call does: a function or class, a criterion, a layer, a model, something of a library."""

    def construct_base(self, instance: Value, cls: Value, args: Arguments) -> None:
        """Construct the layer, loss or container of torch that ``cls`` inherits from, as the content of the instance."""

    def call_declared(self, instance: Value, owner: Value | None, args: Arguments) -> Value | None:
        """The call of an object of a class of which it is declared what its calls do, ``owner`` at most, which has the ``forward``; else None."""

    def reset_network(self, network: Value, method: str, args: Arguments) -> None:
        """A method of a model of a library that gives it another head."""

    def call_operation(self, row: Op, args: Arguments) -> Value:
        """A call of a function or method of torch (for a method the receiver comes first)."""

    def operation(self, row: Op | str, bound: Mapping[str, Value]) -> Value:
        """The result of an operation of torch, or of the one with that name, on arguments that are bound to its parameters."""

    def trained(self, value: Value) -> Value:
        """``value.backward()``: the losses that went into it are trained on. Returns Python's None."""

    def from_python(self, made: Any) -> Value:
        """The value of what Python itself has computed: a constant, or a list of constants."""

    def new_tensor(self, facts: Facts) -> Value: ...

    def setter(self) -> Callable[[Value], None] | None:
        """Stores into the expression that the owner of this attribute came from; None where that is no place."""

    def module(self, path: str) -> Fields | None:
        """The global names of a module of the project, as they stand."""

    def module_member(self, path: str, name: str) -> Value | None:
        """A global name of a module, which is run for it, or a submodule."""

    def module_names(self, path: str) -> Mapping[str, Value]:
        """All global names of a module, which is run for it."""
