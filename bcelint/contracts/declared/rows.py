"""The rows that declared knowledge is read into."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, Union

from bcelint.contracts.declared.expressions import Expression, LayerCall
from bcelint.contracts.schema import UNKNOWN, Loss, Param
from bcelint.facts import DType, Interval, Kind

Size = Union[int, Expression, None]
"""One dimension: its size, a size by parameters, or None where it is not known."""
R = TypeVar("R", "DeclaredLoss", "DeclaredCall")


@dataclass(frozen=True)
class Signature:
    """Parameters in order. ``args`` and ``kwargs`` say that further positional and keyword arguments are taken."""

    params: tuple[Param, ...] = ()
    args: bool = False
    kwargs: bool = False

    @property
    def names(self) -> frozenset[str]:
        return frozenset(param.name for param in self.params)


ANYTHING = Signature(args=True, kwargs=True)
"""Of what is declared without a signature: it takes any arguments."""


@dataclass(frozen=True)
class Returns:
    """What a call returns.

    ``form`` is ``tensor`` (with the facts below), ``unknown``, ``head`` (what the model's head makes), ``argument`` (the one named
    ``argument``), ``arguments`` (all of them, in order), or ``items``, ``attributes`` or ``tuple``, which hold ``parts``; of ``names`` the
    parts are known, but not their places.
    """

    form: str = "tensor"
    kind: Kind | None = None
    range: Interval | None = None
    axis: int | None = None
    dtype: DType | str | None = None
    """A string is the name of the argument whose dtype it has; so for ``shape``."""
    shape: tuple[Size, ...] | str | None = None
    open: bool = False
    """An unknown number of dimensions stands before those of ``shape``."""
    gradient: bool | None = None
    keeps: str = ""
    """The argument whose facts go on where nothing else is said."""
    argument: str = ""
    parts: tuple[tuple[str, Returns], ...] = ()


@dataclass(frozen=True)
class Cases(Generic[R]):
    """What holds instead under a condition on the arguments; the first condition that is true decides."""

    options: tuple[tuple[Expression, R], ...] = ()

    def choose(self, otherwise: R, lookup: Callable[[str], Any], known: Signature | None = None) -> R | None:
        """The row that holds for these arguments; None where that is not known. Conditions on more than ``known`` are left out."""
        possible = self.possible(otherwise, lookup, known)
        return possible[0] if len(possible) == 1 else None

    def possible(self, otherwise: R, lookup: Callable[[str], Any], known: Signature | None = None) -> list[R]:
        """The rows of which one holds."""
        found: list[R] = []
        for when, row in self.options:
            if known is not None and not when.names <= known.names:
                continue
            holds = when.value(lookup)
            if holds is UNKNOWN or holds:
                found.append(row)
            if holds is not UNKNOWN and holds:
                return found
        found.append(otherwise)
        return found


@dataclass(frozen=True)
class DeclaredLoss:
    """A loss, class or function. ``loss`` is its contract; ``unclear`` says that it is not known (in this case)."""

    names: tuple[str, ...]
    source: str
    loss: Loss
    init: Signature = ANYTHING
    call: Signature = ANYTHING
    function: bool | None = None
    """Whether the name is called with the prediction itself; None where that is not said."""
    unclear: bool = False
    cases: Cases[DeclaredLoss] = field(default_factory=Cases)

    @property
    def is_result(self) -> bool:
        """Whether a call of a class computes the loss itself."""
        return self.function is True


@dataclass(frozen=True)
class DeclaredCall:
    """A function or class that is no loss: a tensor comes out, or a model, whose own result ``returns`` then describes.

    ``init`` are the parameters of the call, ``call`` those of the model that it makes. ``model`` is None where it may be either.
    A model may have a ``head``, an attribute that is applied last and holds ``layers``; ``rank`` is that of what reaches it.
    """

    names: tuple[str, ...]
    source: str
    returns: Returns
    init: Signature = ANYTHING
    call: Signature = ANYTHING
    model: bool | None = None
    head: str = ""
    layers: tuple[LayerCall, ...] = ()
    layer_names: tuple[str, ...] = ()
    """What the layers are called in the head; empty where they are numbered, and one alone is the head itself."""
    rank: int = 2
    resets: Mapping[str, Signature] = field(default_factory=dict)
    """Methods that make the layers anew, with other arguments for those of ``init`` that they name."""
    cases: Cases[DeclaredCall] = field(default_factory=Cases)

    @property
    def is_result(self) -> bool:
        """Whether a call of a class is said to return no object, but the result itself."""
        return self.model is False

    @property
    def title(self) -> str:
        return self.names[0].rpartition(".")[2]


def agreed(rows: Sequence[DeclaredCall]) -> DeclaredCall | None:
    """What holds in every one of ``rows``, which are cases of one; None where they differ in more than where things stand."""
    first = rows[0]
    if any((row.layers, row.rank) != (first.layers, first.rank) for row in rows):
        return None
    returns = first.returns
    if any(row.returns != returns for row in rows):
        if any(row.returns.form != "attributes" for row in rows):
            return None
        parts = [part for part in returns.parts if all(part in row.returns.parts for row in rows)]
        returns = Returns("names", parts=tuple(parts))
    if any((row.head, row.layer_names) != (first.head, first.layer_names) for row in rows):
        first = replace(first, head="", layer_names=())
    return replace(first, returns=returns)


@dataclass(frozen=True)
class Declarations:
    """All rows of one origin, by every name that they have."""

    losses: Mapping[str, DeclaredLoss] = field(default_factory=dict)
    calls: Mapping[str, DeclaredCall] = field(default_factory=dict)
