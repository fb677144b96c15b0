"""The forms that the rows of the contract tables take.

A row names its functions by their canonical dotted names (``torch.nn.functional.softmax``, ``torch.Tensor.view``) and says, field by field,
what comes out: a value, ``KEEP`` (the claim of the main argument goes on), ``None`` (not known), or a function of the bound
arguments that returns one of these. No row may claim what does not hold for every argument it accepts.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Union

from bcelint.facts import NOTHING_KNOWN, UNBOUNDED, Claim, DType, Facts, Interval, Kind
from bcelint.places import BEFORE, Step


class Mark(enum.Enum):
    """Marks that are no values of their own."""

    KEEP = "keep"
    UNKNOWN = "unknown"
    REQUIRED = "required"
    REFUSED = "refused"


KEEP = Mark.KEEP
"""In a row: the main argument's claim goes on unchanged, steps included."""
UNKNOWN = Mark.UNKNOWN
"""Of an argument: passed, but no constant that is known."""
REQUIRED = Mark.REQUIRED
"""Of a parameter: it has no default."""
REFUSED = Mark.REFUSED
"""Of an outcome: torch raises."""


@dataclass(frozen=True)
class Param:
    """A parameter with its default; ``keyword_only`` as after a bare ``*`` in a signature."""

    name: str
    default: Any = REQUIRED
    keyword_only: bool = False


@dataclass(frozen=True)
class Arg:
    """One bound argument, as far as it is known.

    ``constant`` is a Python number, string, bool, None or tuple; ``symbol`` names a value that is not known but comparable (a batch
    size); ``items`` are the elements of a tuple or list, and ``rest`` stands for further ones of unknown number.
    """

    facts: Facts = NOTHING_KNOWN
    constant: Any = UNKNOWN
    symbol: str | None = None
    items: tuple[Arg, ...] | None = None
    rest: Arg | None = None
    is_tensor: bool | None = None
    """Whether it is a tensor; None where that is not known. A symbol that is no tensor is one number."""
    sources: frozenset[int] | None = frozenset()
    """Identities of the values it was computed from; None where they are not known. Two operands without a common
    source are independent, and interval arithmetic on them is tight."""
    is_size: bool | None = False
    """Of a sequence: whether it is a ``torch.Size``; None where that is not known."""


class Args:
    """The arguments of one call, bound to the parameter names of its row; for a layer, constructor and call together."""

    def __init__(self, bound: Mapping[str, Arg], params: Sequence[Param], star: Sequence[Arg] = ()) -> None:
        self._bound = bound
        self._defaults = {p.name: p.default for p in params}
        self.star = tuple(star)
        """Positional arguments beyond the named ones, as in ``x.view(2, -1)``: rows that take them name no parameter there."""

    def __contains__(self, name: str) -> bool:
        return name in self._bound

    def arg(self, name: str) -> Arg:
        """The argument ``name``; its default where it was not passed."""
        if name in self._bound:
            return self._bound[name]
        default = self._defaults.get(name, REQUIRED)
        return Arg() if default is REQUIRED else Arg(constant=default, is_tensor=False)

    def facts(self, name: str) -> Facts:
        return self.arg(name).facts

    def constant(self, name: str) -> Any:
        """The Python value of ``name`` (its default where it was not passed), or ``UNKNOWN``."""
        return self.arg(name).constant

    def independent(self, one: str, other: str) -> bool:
        """Whether the two arguments are known to be computed from different values."""
        left, right = self.arg(one).sources, self.arg(other).sources
        return left is not None and right is not None and not (left & right)

    def related(self, one: str, other: str) -> bool:
        """Whether the two arguments are known to be computed from one value."""
        left, right = self.arg(one).sources, self.arg(other).sources
        return left is not None and right is not None and bool(left & right)


FieldValue = Any
Field = Union[FieldValue, Callable[[Args], FieldValue]]


@dataclass(frozen=True)
class Result:
    """What one output is: for each fact ``KEEP``, ``None``, a value or a ready ``Claim``."""

    range: Any = None
    kind: Any = None
    axis: Any = None
    dtype: Any = None
    shape: Any = None
    grad: Any = KEEP
    uneven: bool = False
    """Its values come from several places, as those of ``cat`` do; else it is uneven where an argument is."""


@dataclass(frozen=True)
class Many:
    """A tuple of outputs that are alike (``chunk``, ``split``, ``unbind``); ``count`` is None where unknown."""

    each: Result
    count: int | None = None


Outcome = Union[Result, Many, tuple[Any, ...], Mark, None]
"""One output, many, a tuple of outcomes (nested, as LSTM returns), ``REFUSED``, or nothing known."""


@dataclass(frozen=True)
class Op:
    """A tensor function or method, or both under one row where they behave alike.

    In ``names``, ``torch.Tensor.x`` is the method x; its receiver is the first parameter. ``main`` is the parameter whose claims ``KEEP`` refers to.
    ``outcome`` replaces the five fields where the output is no single tensor, or where they hang together.
    """

    names: tuple[str, ...]
    params: tuple[Param, ...]
    source: str
    range: Field = None
    kind: Field = None
    axis: Field = None
    dtype: Field = KEEP
    shape: Field = KEEP
    grad: Field = KEEP
    main: str = "input"
    outcome: Callable[[Args], Outcome] | None = None
    variadic: bool = False
    """Positional arguments beyond ``params`` are collected in ``Args.star``."""
    attribute: bool = False
    """It is read, not called: ``x.T``, ``x.data``."""
    note: str = ""
    """What a trace calls it; the last part of the first name where empty."""

    @property
    def title(self) -> str:
        return self.note or self.names[0].rpartition(".")[2]


@dataclass(frozen=True)
class Layer:
    """A layer of ``torch.nn``. ``init`` are the parameters of its constructor, ``call`` those of its ``forward``.

    Where ``op`` is set, the layer is that function with the constructor's arguments passed along by name; else the fields say what comes out.
    """

    names: tuple[str, ...]
    source: str
    init: tuple[Param, ...] = ()
    call: tuple[Param, ...] = (Param("input"),)
    op: str | None = None
    range: Field = None
    kind: Field = None
    axis: Field = None
    dtype: Field = KEEP
    shape: Field = KEEP
    grad: Field = KEEP
    main: str = "input"
    outcome: Callable[[Args], Outcome] | None = None
    variadic: bool = False

    @property
    def title(self) -> str:
        return self.names[0].rpartition(".")[2]


class TargetForm(enum.Enum):
    """What a loss compares its prediction with."""

    PER_ELEMENT = "one number per element of the prediction"
    CLASSES = "class indices, or class probabilities"
    CLASS_INDICES = "class indices"
    DISTRIBUTION = "a probability distribution like the prediction"
    SEQUENCES = "label sequences"
    ANY = "anything: it is not said"


@dataclass(frozen=True)
class Target:
    """The contract of the target. ``range`` is what its values must lie in, where the loss has such a demand."""

    form: TargetForm
    range: Interval | None = None
    same_shape: bool = False
    """It must have the prediction's very shape (``(N, 1)`` against ``(N,)`` is an error)."""
    broadcasts: bool = False
    """Where shapes differ it is broadcast silently instead; with ``same_shape`` only the target is, and must expand to the prediction's shape."""
    dtype: DType | None = None
    """What dtype it must have, where that is declared; the rows of torch's own losses leave it to the rules, which know torch."""


@dataclass(frozen=True)
class Loss:
    """A loss of ``torch.nn`` and its function, with the contract of its arguments.

    ``wants`` is the kind of prediction it is made for, ``range`` what its values must lie in, and ``applies`` what the loss itself does to
    the prediction first (``sigmoid``, ``softmax``), which the caller must therefore not do.
    """

    name: str
    cls: str
    function: str | None
    wants: Kind | None
    source: str
    init: tuple[Param, ...] = ()
    call: tuple[Param, ...] = (Param("input"), Param("target"))
    func: tuple[Param, ...] = ()
    range: Interval = UNBOUNDED
    applies: str | None = None
    targets: Target = field(default=Target(TargetForm.PER_ELEMENT))
    prediction: str = "input"
    target: str = "target"
    autocasts: bool = True
    """False where torch refuses to compute it under CUDA autocast."""
    declared: bool = False
    """It is no loss of torch: its contract is declared knowledge."""
    unclear: str = ""
    """Why its contract is not known in this case; empty where it is."""

    @property
    def function_name(self) -> str:
        return (self.function or self.cls).rpartition(".")[2]


@dataclass(frozen=True)
class Wrapper:
    """A call that hands (one of) its arguments on: ``DistributedDataParallel(model)``, ``torch.compile(model)``, ``Variable(y)``.

    ``argument`` is the position of what comes out; ``all_arguments`` says that the tuple of all of them does (``apex.amp.initialize``).
    """

    names: tuple[str, ...]
    source: str
    argument: int = 0
    keyword: str | None = None
    """The name of that argument, where it may be passed by keyword."""
    all_arguments: bool = False
    splits: bool = False
    """What comes in is split along its first dimension, one part for each device, and put together again."""


def outcome_of(row: Op | Layer, args: Args) -> Outcome:
    """What the row says of one call, before the claims are attached to steps."""
    if row.outcome is not None:
        return row.outcome(args)

    def get(name: str) -> Any:
        value = getattr(row, name)
        return value(args) if callable(value) else value

    return Result(get("range"), get("kind"), get("axis"), get("dtype"), get("shape"), get("grad"))


def facts_of(result: Result, main: Facts, step: Step | None) -> Facts:
    """The facts of one output: kept claims from ``main``, new ones born at ``step``; of probabilities made of probabilities, both births."""
    steps = () if step is None else (step,)

    def claim(name: str) -> Any:
        value = getattr(result, name)
        if value is KEEP:
            return getattr(main, name)
        if value is None or isinstance(value, Claim):
            return value
        return Claim(value, (*steps, *before) if name == "kind" and value is Kind.PROBABILITIES else steps)

    births = main.kind.steps[:1] if main.kind is not None and main.kind.value is Kind.PROBABILITIES else ()
    before = [replace(birth, note=birth.note + BEFORE) for birth in births]
    axis = main.axis if result.axis is KEEP else result.axis
    return Facts(claim("range"), claim("kind"), axis, claim("dtype"), claim("shape"), claim("grad"))


def is_uneven(result: Result, operands: Iterable[Facts], facts: Facts, step: Step) -> bool:
    """Whether the values of an output come from several places: it was joined, or an operand was and the operation gives it no kind of its own."""
    is_new = facts.kind is not None and facts.kind.steps[:1] == (step,)
    return result.uneven or (not is_new and any(operand.uneven for operand in operands))


def floating(args: Args) -> Any:
    """The dtype field of an operation that makes floats of integers and keeps floats as they are."""
    dtype = args.facts("input").value("dtype")
    if dtype is None or dtype.is_floating or dtype is DType.COMPLEX:
        return KEEP
    return DType.FLOAT32
