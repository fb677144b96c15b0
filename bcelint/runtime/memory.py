"""What is known of each tensor that is alive. No tensor is kept alive by it."""

from __future__ import annotations

import itertools
import weakref
from types import FrameType
from typing import Any, Callable

import torch

from bcelint.facts import UNBOUNDED, Claim, DType, Facts, Shape
from bcelint.places import Place
from bcelint.runtime import frames

DTYPES = {
    torch.float16: DType.FLOAT16,
    torch.bfloat16: DType.BFLOAT16,
    torch.float32: DType.FLOAT32,
    torch.float64: DType.FLOAT64,
    torch.uint8: DType.UINT8,
    torch.int8: DType.INT8,
    torch.int16: DType.INT16,
    torch.int32: DType.INT32,
    torch.int64: DType.INT64,
    torch.bool: DType.BOOL,
    torch.complex64: DType.COMPLEX,
    torch.complex128: DType.COMPLEX,
}
MAX_OBSERVED = 10_000
MAX_SOURCES = 12
"""A tensor computed from more sources than this has unknown ones."""

_numbers = itertools.count(1)


class Known:
    """Facts with the reason why more is not known. Compared by identity: equal operations on equal inputs yield the very same one."""

    __slots__ = ("facts", "lost_at", "reason")

    def __init__(self, facts: Facts, reason: str = "", lost_at: Place | None = None) -> None:
        self.facts, self.reason, self.lost_at = facts, reason, lost_at


class Birth:
    """One activation of the operation that made a claim true, with the user's frames that were active then."""

    __slots__ = ("active",)

    def __init__(self, frame: FrameType | None) -> None:
        # A frame may be gone when it is asked for, and its address used again; by a frame of the same code hardly ever.
        self.active = frozenset((id(each), id(each.f_code)) for each in frames.users(frame))

    def within(self, frame: FrameType) -> bool:
        """Whether it happened in ``frame`` or in a call made from there."""
        return (id(frame), id(frame.f_code)) in self.active


class Record(weakref.ref):  # type: ignore[type-arg]
    """A weak reference to a tensor, with what is known of it."""

    __slots__ = ("birth", "key", "known", "losses", "sources", "version")

    known: Known
    birth: Birth | None
    sources: frozenset[int] | None
    losses: frozenset[int]
    version: int
    key: int

    def __new__(cls, tensor: torch.Tensor, forget: Callable[[Any], None]) -> Record:
        return super().__new__(cls, tensor, forget)

    def __init__(self, tensor: torch.Tensor, forget: Callable[[Any], None]) -> None:
        super().__init__(tensor, forget)  # type: ignore[call-arg]
        self.key = id(tensor)


class Memory:
    """The records of the tensors that are alive, by address."""

    def __init__(self) -> None:
        self._records: dict[int, Record] = {}
        self._observed: dict[object, Known] = {}

    def __len__(self) -> int:
        return len(self._records)

    def _forget(self, record: Record) -> None:
        if self._records.get(record.key) is record:
            del self._records[record.key]

    def forget(self, tensor: torch.Tensor) -> None:
        """What was known of the tensor holds no more."""
        self._records.pop(id(tensor), None)

    def store(
        self, tensor: torch.Tensor, known: Known, birth: Birth | None, sources: frozenset[int] | None, losses: frozenset[int] = frozenset()
    ) -> Record:
        record = Record(tensor, self._forget)
        record.known, record.birth, record.losses = known, birth, losses
        record.sources = None if sources is None or len(sources) > MAX_SOURCES else sources
        record.version = version(tensor)
        self._records[record.key] = record
        return record

    def record(self, tensor: torch.Tensor, just_changed: bool = False) -> Record:
        """The tensor's record; a new one of what can be seen of it where no operation was observed that made it.

        ``just_changed`` says that the last change of it in place is the one in hand: the record is of the values before.
        """
        found = self._records.get(id(tensor))
        if found is not None and found() is tensor:
            now = version(tensor)
            gradient = found.known.facts.grad
            if gradient is not None and gradient.value is not tensor.requires_grad and tensor.is_leaf:
                return self.store(tensor, self.observed(tensor, "it is trained itself"), None, found.sources, found.losses)
            if found.version == now or (just_changed and found.version == now - 1) or isinstance(tensor, torch.nn.Parameter):
                return found
            return self.store(tensor, self.observed(tensor, "it was changed in place"), None, None, found.losses)
        trained = isinstance(tensor, torch.nn.Parameter)
        reason = "a parameter" if trained else "no operation of torch was seen that made it"
        return self.store(tensor, self.observed(tensor, reason), None, frozenset([next(_numbers)]))

    def observed(self, tensor: torch.Tensor, reason: str, lost_at: Place | None = None) -> Known:
        """Nothing but dtype, shape and gradient; a trained parameter may be anything (as its row says)."""
        parameter = isinstance(tensor, torch.nn.Parameter) and tensor.requires_grad
        key = (tensor.dtype, shape(tensor), tensor.requires_grad, parameter, reason, lost_at)
        found = self._observed.get(key)
        if found is None:
            if len(self._observed) >= MAX_OBSERVED:
                self._observed.clear()
            ranged = Claim(UNBOUNDED) if parameter else None
            facts = Facts(ranged, None, None, dtype_claim(tensor), shape_claim(tensor), Claim(tensor.requires_grad))
            found = self._observed[key] = Known(facts, reason, lost_at)
        return found


def fresh_source() -> int:
    return next(_numbers)


def version(tensor: torch.Tensor) -> int:
    """The counter that every change in place advances, of the tensor and of all that share its memory; 0 where torch keeps none."""
    try:
        return tensor._version
    except RuntimeError:  # inference tensors
        return 0


def shape(tensor: torch.Tensor) -> tuple[int, ...] | None:
    try:
        return tuple(tensor.shape)
    except RuntimeError:  # nested tensors
        return None


def shape_claim(tensor: torch.Tensor) -> Claim[Shape] | None:
    dims = shape(tensor)
    return None if dims is None or not all(isinstance(d, int) for d in dims) else Claim(Shape(dims))


def dtype_claim(tensor: torch.Tensor) -> Claim[DType] | None:
    dtype = DTYPES.get(tensor.dtype)
    return None if dtype is None else Claim(dtype)
