"""Casts, moves between devices, and copies."""

from __future__ import annotations

import math
import re
from typing import Any

from bcelint.contracts import dtypes, intervals
from bcelint.contracts.elementwise import held
from bcelint.contracts.operands import interval, recast
from bcelint.contracts.rows import KEPT, op, ops
from bcelint.contracts.schema import KEEP, Arg, Args, Result
from bcelint.facts import UNIT, DType, Interval, Kind


def cast(facts_of: Arg, dtype: DType | None) -> Result:
    """The tensor in ``dtype``; None stands for a dtype that is not known. Integers lose the fraction, and bools all but truth."""
    given, before = interval(facts_of), facts_of.facts.value("dtype")
    claim = facts_of.facts.range
    if dtype is not None and dtype is before:
        return Result(KEEP, KEEP, KEEP, KEEP, KEEP, KEEP)
    if dtype is None:
        loose = None if given is None else Interval(min(given.low, 0.0), max(given.high, 0.0), tight=False)
        return Result(recast(claim, loose), None, None, None, KEEP, None)
    if dtype.is_floating:
        return Result(KEEP, KEEP, KEEP, dtype, KEEP, KEEP)
    if dtype is DType.BOOL:
        return Result(UNIT, None, None, dtype, KEEP, False)
    if dtype is DType.COMPLEX:
        return Result(None, None, None, dtype, KEEP, KEEP)
    exact = given is not None and (intervals.unbounded(given) or (before is not None and not before.is_floating))
    sure = exact and given is not None and given.tight
    whole = None if given is None else Interval(_trunc(given.low), _trunc(given.high), sure)
    return Result(recast(claim, held(whole, dtype)), None, None, dtype, KEEP, False)


def _trunc(x: float) -> float:
    return x if math.isinf(x) else float(math.trunc(x))


def to(dtype: DType) -> Any:
    return lambda args: cast(args.arg("input"), dtype)


_OF_DEVICE = re.compile(r"\.device(?:@\d+)?$|^torch\.device\(")
"""In the symbol of what is not known."""
SAME = Result(KEEP, KEEP, KEEP, KEEP, KEEP, KEEP)


def moved(args: Args) -> Result:
    """``.to``: a dtype, a device, another tensor, or two of these. What may be a dtype and is not known takes the dtype away."""
    given = [args.arg(n) for n in ("dtype", "device", "other") if n in args]
    given += [a for a in args.star if not isinstance(a.constant, bool)][:2]
    if "dtype" in args and args.constant("dtype") is None:
        given.remove(args.arg("dtype"))
    dtype: DType | bool | None = False
    for arg in given:
        found = dtypes.named(arg.constant)
        if found is not None:
            dtype = found
        elif arg.facts.dtype is not None:
            dtype = arg.facts.dtype.value
        elif arg is not _device(args) and not _is_device(arg) and not isinstance(dtype, DType):
            dtype = None
    return SAME if dtype is False else cast(args.arg("input"), dtype if isinstance(dtype, DType) else None)


def _device(args: Args) -> Arg | None:
    return args.arg("device") if "device" in args else None


def _is_device(arg: Arg) -> bool:
    """A device is written as text or a number, made by ``torch.device``, or asked of something: ``x.device``, ``args.device``."""
    written = arg.constant is None or isinstance(arg.constant, (int, str))
    return written or bool(arg.symbol and _OF_DEVICE.search(arg.symbol))


def typed(args: Args) -> Result:
    """``.type("torch.FloatTensor")``, ``.type(torch.float32)``."""
    return cast(args.arg("input"), dtypes.named(args.constant("dtype")))


def like_other(args: Args) -> Result:
    dtype = args.facts("other").value("dtype")
    return cast(args.arg("input"), dtype)


def array(args: Args) -> Result:
    """A numpy array: the values, beyond gradients."""
    return Result(KEEP, KEEP, KEEP, KEEP, KEEP, False)


def _kind_without_grad(args: Args) -> Any:
    return KEEP


ROWS = (
    op(".float", "input", outcome=to(DType.FLOAT32)),
    op(".double", "input", outcome=to(DType.FLOAT64)),
    op(".half", "input", outcome=to(DType.FLOAT16)),
    op(".bfloat16", "input", outcome=to(DType.BFLOAT16)),
    op(".long", "input", outcome=to(DType.INT64)),
    op(".int", "input", outcome=to(DType.INT32)),
    op(".short", "input", outcome=to(DType.INT16)),
    op(".char", "input", outcome=to(DType.INT8)),
    op(".byte", "input", outcome=to(DType.UINT8)),
    op(".bool", "input", outcome=to(DType.BOOL)),
    op(".to", "input, *args, dtype=None, device=None, other=None, non_blocking=False, copy=False, memory_format=None", outcome=moved),
    op(".type", "input, dtype=None, non_blocking=False", outcome=typed),
    op(".type_as", "input, other", outcome=like_other),
    *ops({".cpu": "input, *, memory_format=None", ".cuda": "input, device=None, non_blocking=False, memory_format=None"}, **KEPT),
    *ops({".pin_memory .share_memory_ .resolve_conj": "input", "torch.clone .clone": "input, *, memory_format=None"}, **KEPT),
    *ops({".contiguous": "input, *, memory_format=None", ".requires_grad_": "input, requires_grad=True"}, **KEPT),
    op("torch.detach .detach .detach_ torch.detach_", "input", **KEPT, grad=False),
    op(".numpy", "input, *, force=False", outcome=array),
    op("torch.Tensor.__array__", "input, dtype=None", outcome=array),
    op(".data", "input", **KEPT, grad=False, attribute=True),
)
KINDS = (Kind.PROBABILITIES, Kind.LOG_PROBABILITIES, Kind.LOGITS)
