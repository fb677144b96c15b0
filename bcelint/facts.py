"""What is known of one tensor: range, kind, dtype, shape and gradient, each with the steps that made it true.

What is not known is ``None``; nothing here is ever guessed. Both witnesses, the static tracer and the runtime watcher, speak in these words.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar, Union

from bcelint.places import Step

T = TypeVar("T")


@dataclass(frozen=True)
class Interval:
    """A closed interval that holds every value of a tensor.

    ``tight`` says that the values really can come near both ends. It is False where interval arithmetic may have widened the
    truth (``x - x.min()`` is not unbounded below): such a bound can prove a call right, but never wrong.
    """

    low: float
    high: float
    tight: bool = True

    def within(self, other: Interval, slack: float = 0.0) -> bool:
        """Whether every value lies in ``other``, give or take ``slack``."""
        return self.low >= other.low - slack and self.high <= other.high + slack

    def loosely(self) -> Interval:
        """The same bound, no longer claimed to be reached."""
        return replace(self, tight=False)

    def __str__(self) -> str:
        if self.low == -math.inf and self.high == math.inf:
            return "any real number"
        left = "(-inf" if self.low == -math.inf else f"[{self.low:g}"
        right = "inf)" if self.high == math.inf else f"{self.high:g}]"
        return f"{left}, {right}"


UNBOUNDED = Interval(-math.inf, math.inf)
UNIT = Interval(0.0, 1.0)
SYMMETRIC = Interval(-1.0, 1.0)
NON_NEGATIVE = Interval(0.0, math.inf)
NON_POSITIVE = Interval(-math.inf, 0.0)


class Kind(enum.Enum):
    """What the numbers stand for, by the operation that made them."""

    LOGITS = "logits"
    PROBABILITIES = "probabilities"
    LOG_PROBABILITIES = "log-probabilities"


class DType(enum.Enum):
    """A torch dtype. ``FLOATING`` and ``INTEGRAL`` stand for any width of theirs, where the width is not known."""

    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    FLOATING = "floating"
    UINT8 = "uint8"
    INT8 = "int8"
    INT16 = "int16"
    INT32 = "int32"
    INT64 = "int64"
    INTEGRAL = "integral"
    BOOL = "bool"
    COMPLEX = "complex"

    @property
    def is_floating(self) -> bool:
        return self in _FLOATING

    @property
    def is_integral(self) -> bool:
        """True for the integer dtypes; bool is not one of them."""
        return self in _INTEGRAL


_FLOATING = {DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64, DType.FLOATING}
_INTEGRAL = {DType.UINT8, DType.INT8, DType.INT16, DType.INT32, DType.INT64, DType.INTEGRAL}

Dim = Union[int, str, None]
"""One dimension: its size, a symbol that two shapes may share (``batch_size``), or None where unknown."""


@dataclass(frozen=True)
class Shape:
    """The dimensions that are known. When ``open``, ``dims`` are the trailing ones and an unknown number stands before them."""

    dims: tuple[Dim, ...]
    open: bool = False

    @property
    def rank(self) -> int | None:
        return None if self.open else len(self.dims)

    @property
    def min_rank(self) -> int:
        return len(self.dims)

    def dim(self, axis: int) -> Dim:
        """The size along ``axis`` (negative axes count from the end), or None where unknown."""
        if axis < 0:
            return self.dims[axis] if -axis <= len(self.dims) else None
        if self.open:
            return None
        return self.dims[axis] if axis < len(self.dims) else None

    def __str__(self) -> str:
        """As torch's docs write it: ``(N, 3)``, ``(…, 1)``. N is the first dimension where its size is not known; another one is a question mark."""
        sizes = [str(size) if isinstance(size, int) else "?" for size in self.dims]
        if not self.open:
            sizes[:1] = ["N" if size == "?" else size for size in sizes[:1]]
            return "(" + ", ".join(sizes) + ("," if len(sizes) == 1 else "") + ")"
        known = next((axis for axis, size in enumerate(sizes) if size != "?"), None)
        if known is None:
            return f"({len(sizes)} or more dimensions)" if sizes else "(…)"
        return "(" + ", ".join(["…", *sizes[known:]]) + ")"


@dataclass(frozen=True)
class Claim(Generic[T]):
    """One fact, with the steps from the place where it was born."""

    value: T
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Facts:
    """All that is known of one tensor. ``grad`` is False where the gradient is cut, True where it is known to flow."""

    range: Claim[Interval] | None = None
    kind: Claim[Kind] | None = None
    axis: int | None = None
    """The dimension that a softmax ran over; None for a sigmoid, or where unknown."""
    dtype: Claim[DType] | None = None
    shape: Claim[Shape] | None = None
    grad: Claim[bool] | None = None
    uneven: bool = False
    """Its values come from several places, each with a range of its own (``cat``, a list in the code): a part need not reach what the whole does."""

    def value(self, field: str) -> Any:
        """The bare value of the fact ``field`` (``"range"``, ``"kind"`` …), or None."""
        claim = getattr(self, field)
        return None if claim is None else claim.value

    @property
    def interval(self) -> Interval | None:
        return None if self.range is None else self.range.value

    def of_part(self) -> Facts:
        """What holds of the elements at some places of the tensor."""
        return self._bound() if self.uneven else self

    def of_some(self) -> Facts:
        """What holds of some of the elements, where it is not known of which: of data the range is a bound, which they need not reach. What a model
        returns takes any value anywhere.
        """
        is_output = self.grad is not None and self.grad.value
        return self.of_part() if is_output else self._bound()

    def of_asked(self) -> Facts:
        """What holds of elements that were picked for their values: logits between 0 and 1 may as well be probabilities."""
        bound = self._bound()
        return replace(bound, kind=None) if self.kind is not None and self.kind.value is Kind.LOGITS else bound

    def _bound(self) -> Facts:
        return self if self.range is None else replace(self, range=replace(self.range, value=self.range.value.loosely()))

    @property
    def what(self) -> str:
        """How a message calls these values: ``logits``, ``probabilities``, ``values in [-1, 1]``."""
        if self.kind is not None:
            return self.kind.value.value
        if self.range is not None:
            return "unbounded values" if self.range.value == UNBOUNDED else f"values in {self.range.value}"
        return "values of unknown range"


NOTHING_KNOWN = Facts()
