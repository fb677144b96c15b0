"""What torch refuses by the dtypes of the arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bcelint.contracts import operands
from bcelint.contracts.schema import Arg, Args
from bcelint.facts import DType

Refuses = Callable[[Args], bool]
FLOATING = (DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64, DType.FLOATING)
EXACT = (DType.UINT8, DType.INT8, DType.INT16, DType.INT32, DType.INT64, DType.INTEGRAL, DType.BOOL)


def _is_none_of(arg: Arg, allowed: Sequence[DType]) -> bool:
    """Whether the dtype of ``arg`` is known, and none of those."""
    dtype = operands.dtype(arg)
    if dtype is None or dtype in allowed or dtype is DType.COMPLEX:
        return False
    if dtype is DType.INTEGRAL:
        return not any(one.is_integral for one in allowed)
    return dtype is not DType.FLOATING or not any(one.is_floating for one in allowed)


def only(name: str, *allowed: DType) -> Refuses:
    return lambda args: _is_none_of(args.arg(name), allowed)


def given(name: str, check: Refuses) -> Refuses:
    """The same where ``name`` is passed."""
    return lambda args: name in args and check(args)


def absent(name: str, check: Refuses) -> Refuses:
    """The same where ``name`` is not passed."""
    return lambda args: args.constant(name) is None and check(args)


def mixed(one: str, other: str) -> Refuses:
    """Numbers of one kind times those of the other: nothing is promoted in a product of matrices."""

    def check(args: Args) -> bool:
        a, b = args.arg(one), args.arg(other)
        return (_is_none_of(a, EXACT) and _is_none_of(b, FLOATING)) or (_is_none_of(a, FLOATING) and _is_none_of(b, EXACT))

    return check
