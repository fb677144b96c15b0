"""Names of dtypes, and their promotion in arithmetic as torch does it (torch.result_type docs)."""

from __future__ import annotations

from typing import Any

from bcelint.contracts.schema import Arg, Args
from bcelint.facts import DType, Facts, Interval

DEFAULT = DType.FLOAT32
"""What a Python float makes: torch's default dtype, unless the program sets another."""

TENSOR_TYPES = {
    "FloatTensor": DType.FLOAT32,
    "DoubleTensor": DType.FLOAT64,
    "HalfTensor": DType.FLOAT16,
    "BFloat16Tensor": DType.BFLOAT16,
    "LongTensor": DType.INT64,
    "IntTensor": DType.INT32,
    "ShortTensor": DType.INT16,
    "CharTensor": DType.INT8,
    "ByteTensor": DType.UINT8,
    "BoolTensor": DType.BOOL,
}
"""``torch.FloatTensor`` and its like."""
_NAMES = {
    "float": DType.FLOAT32,
    "double": DType.FLOAT64,
    "half": DType.FLOAT16,
    "long": DType.INT64,
    "int": DType.INT32,
    "short": DType.INT16,
    "char": DType.INT8,
    "byte": DType.UINT8,
    "cfloat": DType.COMPLEX,
    "cdouble": DType.COMPLEX,
    "complex32": DType.COMPLEX,
    "complex64": DType.COMPLEX,
    "complex128": DType.COMPLEX,
    **TENSOR_TYPES,
}
_NAMES.update({d.value: d for d in DType if d not in (DType.FLOATING, DType.INTEGRAL, DType.COMPLEX)})
_PYTHON = {"float": DType.FLOAT64, "int": DType.INT64, "bool": DType.BOOL}


def named(constant: Any) -> DType | None:
    """The dtype of a constant: a ``DType``, ``"torch.float32"``, ``"torch.LongTensor"``, the type ``float``, ``"builtins.float"``."""
    if isinstance(constant, DType):
        return constant
    if isinstance(constant, type):
        return _PYTHON.get(constant.__name__)
    if not isinstance(constant, str):
        return None
    if constant.startswith("builtins."):
        return _PYTHON.get(constant[9:])
    if constant.startswith("torch."):
        return _NAMES.get(constant.rpartition(".")[2])
    return None


def asked(args: Args, name: str = "dtype") -> DType | bool | None:
    """The dtype passed as ``name``: False where none is asked for (absent or None), None where it is not known."""
    constant = args.constant(name)
    if constant is None or (name not in args and not isinstance(constant, (str, DType))):
        return False
    return named(constant)


LIMITS = {
    DType.BOOL: (0.0, 1.0),
    DType.UINT8: (0.0, 255.0),
    DType.INT8: (-128.0, 127.0),
    DType.INT16: (-32768.0, 32767.0),
    DType.INT32: (-(2.0**31), 2.0**31 - 1),
}
"""The values that a dtype can hold. Of int64 and the floats this says nothing: nobody runs into their ends."""


def fits(interval: Interval | None, dtype: DType | None) -> Interval | None:
    """``interval`` if the dtype can hold it; else all that it can hold, since integers wrap around."""
    if interval is None or dtype not in LIMITS:
        return interval
    low, high = LIMITS[dtype]
    return interval if low <= interval.low and interval.high <= high else Interval(low, high, tight=False)


def category(dtype: DType) -> int:
    if dtype is DType.BOOL:
        return 0
    if dtype.is_integral:
        return 1
    return 2 if dtype.is_floating else 3


_ORDER = [DType.INT8, DType.INT16, DType.INT32, DType.INT64]


def promoted(one: DType, other: DType, sized: bool) -> DType:
    """The dtype of tensor ∘ tensor. ``sized`` says that both are known to have dimensions: a 0-d operand does not widen its category."""
    if one is other:
        return one
    if category(one) != category(other):
        return max(one, other, key=category)
    if category(one) == 3:
        return DType.COMPLEX
    floating = category(one) == 2
    if not sized or DType.FLOATING in (one, other) or DType.INTEGRAL in (one, other):
        return DType.FLOATING if floating else DType.INTEGRAL
    pair = {one, other}
    if floating:
        if DType.FLOAT64 in pair:
            return DType.FLOAT64
        return DType.FLOAT32
    if DType.UINT8 in pair:
        wider = max(_ORDER.index(d) for d in pair if d is not DType.UINT8)
        return _ORDER[max(wider, 1)]
    return max(one, other, key=_ORDER.index)


def with_scalar(dtype: DType, constant: Any) -> DType | None:
    """The dtype of tensor ∘ Python number: the number counts by category alone."""
    if isinstance(constant, bool):
        return dtype
    if isinstance(constant, int):
        return DType.INT64 if dtype is DType.BOOL else dtype
    if isinstance(constant, float):
        return dtype if category(dtype) >= 2 else DEFAULT
    return None


def result(one: Arg, other: Arg) -> DType | None:
    """The dtype of ``one ∘ other``; an operand is a tensor, a Python number, or not known."""
    left, right = _dtype(one.facts), _dtype(other.facts)
    if left is not None and right is not None:
        return promoted(left, right, _sized(one.facts) and _sized(other.facts))
    for dtype, operand in ((left, other), (right, one)):
        if dtype is None:
            continue
        if is_number(operand.constant):
            return with_scalar(dtype, operand.constant)
        if operand.is_tensor is False and category(dtype) >= 2:  # some number; nobody multiplies by complex ones
            return dtype
    return None


def true_division(dtype: DType | None) -> DType | None:
    """Integers divide to floats."""
    return DEFAULT if dtype is not None and category(dtype) < 2 else dtype


def is_number(constant: Any) -> bool:
    return isinstance(constant, (bool, int, float))


def _dtype(facts: Facts) -> DType | None:
    return None if facts.dtype is None else facts.dtype.value


def _sized(facts: Facts) -> bool:
    return facts.shape is not None and facts.shape.value.min_rank >= 1
