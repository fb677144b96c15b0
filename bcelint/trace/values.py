"""The values that expressions have under abstract evaluation."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Optional, Union

import libcst as cst

from bcelint.contracts.schema import Layer as LayerRow
from bcelint.contracts.schema import Loss as LossRow
from bcelint.facts import NOTHING_KNOWN, Facts
from bcelint.places import Step
from bcelint.trace.conditions import ALWAYS, Literal

if TYPE_CHECKING:
    from bcelint.contracts.declared.rows import DeclaredLoss
    from bcelint.trace.enums import Member
    from bcelint.trace.frames import Frame
    from bcelint.trace.modules import SourceModule
    from bcelint.trace.networks import Network
    from bcelint.trace.nodeplace import NodePlace

FunctionNode = Union[cst.FunctionDef, cst.Lambda]
Sources = Optional[frozenset[int]]

_ids = itertools.count(1)
MAX_SOURCES = 48


def fresh() -> int:
    """A new identity."""
    return next(_ids)


class Value:
    """Anything an expression may have as its value. ``noun`` is what a message calls it."""

    noun: ClassVar[str] = "value"

    def key(self) -> Any:
        """Two values with equal keys are the same as far as any verdict goes."""
        return id(self)


@dataclass(frozen=True, eq=False)
class Unknown(Value):
    """Not known, and why. ``symbol`` is its identity in conditions."""

    reason: str
    place: NodePlace | None = None
    symbol: str = ""
    sources: Sources = frozenset()
    loop: int = 0
    """The loop whose iterations change it, 0 where none does."""
    opaque: bool = False
    """It is set where it is not seen: no case may be made of it."""
    facts: Facts = NOTHING_KNOWN
    """What is known all the same, should it be a tensor: that its gradient is cut, say."""
    is_number: bool = False
    """It is a Python number, such as a size."""
    domain: tuple[Any, ...] = ()
    """All values that it may have, where they are known."""

    def key(self) -> Any:
        return ("unknown", self.symbol or id(self))


@dataclass(frozen=True, eq=False)
class Const(Value):
    """A Python constant: None, bool, number, string or bytes."""

    noun = "constant"
    value: Any

    def key(self) -> Any:
        return ("const", type(self.value), self.value)


@dataclass(frozen=True, eq=False)
class Tensor(Value):
    """A tensor. ``via`` is the way it took; ``losses`` are the loss calls whose results went into it."""

    noun = "tensor"
    facts: Facts = NOTHING_KNOWN
    sources: Sources = frozenset()
    via: tuple[Step, ...] = ()
    losses: frozenset[int] = frozenset()
    reason: str = ""
    lost_at: NodePlace | None = None
    model: Network | None = None
    """It may as well be this model, which returns such tensors: what is declared does not say which."""
    uid: int = field(default_factory=fresh)

    def key(self) -> Any:
        facts = self.facts
        claims = tuple((claim.value, claim.steps) if claim else None for claim in (facts.range, facts.kind, facts.dtype, facts.shape, facts.grad))
        return ("tensor", claims, facts.axis, self.losses, self.reason if facts == NOTHING_KNOWN else "", self.model and self.model.id)

    def through(self, step: Step) -> Tensor:
        """The same tensor, one step on."""
        return self if len(self.via) >= 12 else replace(self, via=(*self.via, step))


@dataclass(frozen=True, eq=False)
class Tuple(Value):
    """An immutable sequence. ``rest`` stands for further items of unknown number, all alike."""

    noun = "tuple"
    items: tuple[Value, ...] = ()
    rest: Value | None = None
    names: tuple[str, ...] = ()
    """The field names of a namedtuple."""

    def key(self) -> Any:
        return ("tuple", tuple(item.key() for item in self.items), self.rest and self.rest.key())


@dataclass(frozen=True, eq=False)
class Mapped(Value):
    """The content of a dict: items under known keys, and ``rest`` for values under keys that are not known."""

    noun = "dict"
    items: Mapping[Any, Value] = field(default_factory=dict)
    rest: Value | None = None

    def key(self) -> Any:
        return ("mapped", tuple((k, v.key()) for k, v in self.items.items()), self.rest and self.rest.key())


class Cell(Value):
    """A thing with changeable fields. All writes go through ``State.write``, which can take them back."""

    noun = "object"

    def __init__(self) -> None:
        self.id = fresh()
        self.fields: dict[str, Value] = {}


CONTENT = "<content>"
"""The field that holds a container's content, or a subclassed layer's native part."""


class ListCell(Cell):
    """A list or set; its content is a ``Tuple``."""

    noun = "list"


class DictCell(Cell):
    """A dict; its content is a ``Mapped``."""

    noun = "dict"


class Container(Cell):
    """``nn.Sequential``, ``ModuleList``, ``ModuleDict`` …; its content is a ``Mapped`` from names (``"0"``, ``"1"`` …) to modules."""

    noun = "module container"

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class Instance(Cell):
    """An object of a class of the project. A class that inherits from a layer, loss or container of torch has that one as its content."""

    noun = "object"

    def __init__(self, cls: Class) -> None:
        super().__init__()
        self.cls = cls


class Class(Cell):
    """A class of the project; its fields are the class attributes."""

    noun = "class"

    def __init__(self, name: str, module: SourceModule, node: cst.ClassDef, bases: tuple[Value, ...]) -> None:
        super().__init__()
        self.name = name
        self.module = module
        self.node = node
        self.bases = bases
        self.is_dataclass = False
        self.members: dict[str, Member] = {}
        """By their names, if it is an enum."""
        self.instances: list[Instance] = []

    def mro(self) -> Iterator[Class]:
        """The project's classes among the bases, depth first, each once, the last occurrence counting as in Python's order."""
        order: list[Class] = []
        self._collect(order, 0)
        seen: set[int] = set()
        kept = [c for c in reversed(order) if not (c.id in seen or seen.add(c.id))]  # type: ignore[func-returns-value]
        return reversed(kept)

    def _collect(self, order: list[Class], depth: int) -> None:
        order.append(self)
        if depth < 12:
            for base in self.bases:
                if isinstance(base, Class):
                    base._collect(order, depth + 1)

    def external_bases(self) -> list[External]:
        """The bases that lie outside of the project."""
        return [base for cls in self.mro() for base in cls.bases if isinstance(base, External) and base.name != "builtins.object"]

    def has_unknown_base(self) -> bool:
        return any(not isinstance(base, (Class, External)) for cls in self.mro() for base in cls.bases)

    def member(self, name: str) -> tuple[Value, Class] | None:
        """The class attribute ``name`` and the class that holds it."""
        for cls in self.mro():
            if name in cls.fields:
                return cls.fields[name], cls
        return None


@dataclass(frozen=True, eq=False)
class Function(Value):
    """A function, method or lambda of the project. ``role`` is how a class hands it out: plain, static, class or property."""

    noun = "function"
    name: str
    node: FunctionNode
    module: SourceModule
    closure: Frame | None
    defaults: Mapping[str, Value]
    owner: Class | None = None
    role: str = "plain"
    decorator: str = ""
    """An unknown decorator that may change what a call returns."""
    autocast: Value | None = None
    """The autocast that decorates it."""

    def key(self) -> Any:
        return ("function", id(self.node), id(self.closure))

    @property
    def qualname(self) -> str:
        return f"{self.owner.name}.{self.name}" if self.owner else self.name


@dataclass(frozen=True, eq=False)
class Bound(Value):
    """A function with its receiver."""

    noun = "method"
    function: Function
    receiver: Value

    def key(self) -> Any:
        return ("bound", self.function.key(), self.receiver.key())


@dataclass(frozen=True, eq=False)
class Partial(Value):
    """``functools.partial``."""

    noun = "partial"
    function: Value
    args: tuple[Value, ...]
    keywords: Mapping[str, Value]


@dataclass(frozen=True, eq=False)
class External(Value):
    """Something outside of the project, by its canonical dotted name: ``torch.nn.functional.relu``, ``builtins.len``."""

    noun = "library object"
    name: str

    def key(self) -> Any:
        return ("external", self.name)


@dataclass(frozen=True, eq=False)
class Method(Value):
    """A method of a value that is no object of the project: of a tensor, list, dict, string, layer or unknown thing."""

    noun = "method"
    receiver: Value
    name: str
    place: NodePlace | None = None
    assign: Callable[[Value], None] | None = None
    """Stores into the expression that the receiver came from, for in-place methods."""


@dataclass(frozen=True, eq=False)
class Module(Value):
    """A module or namespace package of the project."""

    noun = "module"
    path: str

    def key(self) -> Any:
        return ("module", self.path)


@dataclass(frozen=True, eq=False)
class Super(Value):
    """``super()``: looks up after ``owner`` in the receiver's order of classes."""

    noun = "super() object"
    owner: Class
    receiver: Value


@dataclass(frozen=True, eq=False)
class Layer(Value):
    """A layer of torch with the arguments of its constructor."""

    noun = "layer"
    row: LayerRow
    args: Mapping[str, Value]
    place: NodePlace

    def key(self) -> Any:
        return ("layer", self.row.names[0], tuple((k, v.key()) for k, v in sorted(self.args.items())), id(self.place.node))


@dataclass(frozen=True, eq=False)
class Criterion(Value):
    """A loss with the arguments of its constructor."""

    noun = "criterion"
    row: LossRow
    options: Mapping[str, Value]
    unknown_keywords: tuple[str, ...]
    place: NodePlace
    declared: DeclaredLoss | None = None
    """Its row, where it is no loss of torch."""

    def key(self) -> Any:
        return ("criterion", self.row.name, id(self.place.node), tuple((k, v.key()) for k, v in self.options.items()))


@dataclass(frozen=True, eq=False)
class Loader(Value):
    """A ``DataLoader``: iterating it yields batches of what ``dataset[i]`` returns."""

    noun = "data loader"
    dataset: Value
    options: Mapping[str, Value]


@dataclass(frozen=True, eq=False)
class Choice(Value):
    """One of several values, each under its guard."""

    alternatives: tuple[tuple[frozenset[Literal], Value], ...]

    def key(self) -> Any:
        return ("choice", tuple((guard, value.key()) for guard, value in self.alternatives))


NONE = Const(None)


def is_number(value: Value) -> bool:
    """Whether a value is a Python number, known or not."""
    return value.is_number if isinstance(value, Unknown) else isinstance(value, Const) and isinstance(value.value, (int, float))


def alternatives(value: Value) -> tuple[tuple[frozenset[Literal], Value], ...]:
    """The cases of a value; one, always, for a value that has no alternatives."""
    return value.alternatives if isinstance(value, Choice) else ((ALWAYS, value),)


def sources_of(value: Value) -> Sources:
    """What a value was computed from; None where that is not known."""
    if isinstance(value, (Tensor, Unknown)):
        return value.sources
    if isinstance(value, Choice):
        return merged_sources(*(v for _, v in value.alternatives))
    if isinstance(value, Tuple):
        return merged_sources(*value.items, *([value.rest] if value.rest else []))
    if isinstance(value, ListCell):
        content = value.fields.get(CONTENT)
        return sources_of(content) if content else frozenset()
    return frozenset()


def merged_sources(*values: Value) -> Sources:
    """The union of the values' sources; None as soon as one is not known or they are too many."""
    total: frozenset[int] = frozenset()
    for value in values:
        sources = sources_of(value)
        if sources is None:
            return None
        total |= sources
    return total if len(total) <= MAX_SOURCES else None
