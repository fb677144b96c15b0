"""What is asked of a tensor's dtype by the names of old, ``torch.LongTensor``, which say the device too."""

from __future__ import annotations

from dataclasses import replace

from bcelint.contracts.dtypes import TENSOR_TYPES
from bcelint.facts import DType, Facts
from bcelint.trace.interpreter import Interpreter, Value
from bcelint.trace.values.constants import Const
from bcelint.trace.values.unknowns import Unknown

_WIDTHS = {
    **dict.fromkeys((DType.FLOAT64, DType.INT64), 8),
    **dict.fromkeys((DType.FLOAT32, DType.INT32), 4),
    **dict.fromkeys((DType.FLOAT16, DType.BFLOAT16, DType.INT16), 2),
    **dict.fromkeys((DType.UINT8, DType.INT8, DType.BOOL), 1),
}
"""Bytes of an element."""
_GENERAL = {DType.FLOATING: "is_floating", DType.INTEGRAL: "is_integral"}


def is_of_type(facts: Facts, name: str) -> bool | None:
    """``isinstance(x, torch.LongTensor)``: not where the dtype is another one; where it is that one, the device decides."""
    module, _, last = name.rpartition(".")
    wanted = TENSOR_TYPES.get(last) if module in ("torch", "torch.cuda") else None
    dtype: DType | None = facts.value("dtype")
    if wanted is None or dtype is None or dtype is wanted:
        return None
    general = _GENERAL.get(dtype)
    return None if general is not None and getattr(wanted, general) else False


def type_name(at: Interpreter, facts: Facts, symbol: str) -> Value:
    """``x.type()``: one of two names, by the device."""
    last = next((name for name, dtype in TENSOR_TYPES.items() if dtype is facts.value("dtype")), "")
    unknown = at.unknown("the type of a tensor", symbol=f"{symbol}.type()")
    return replace(unknown, domain=(f"torch.{last}", f"torch.cuda.{last}")) if last and isinstance(unknown, Unknown) else unknown


def element_size(at: Interpreter, facts: Facts, symbol: str) -> Value:
    width = _WIDTHS.get(facts.value("dtype"))
    return Const(width) if width is not None else at.unknown("the size of an element", symbol=f"{symbol}.element_size()", number=True)
