"""What the methods of a tensor do that torch's tables have, for tensors and for what may be one."""

from __future__ import annotations

from collections.abc import Callable

from bcelint.contracts import frameworks, tables
from bcelint.contracts.schema import UNKNOWN
from bcelint.trace.interpreter import Arguments, Interpreter, Value

RANK = ("dim", "ndimension")
"""The methods that return how many dimensions there are."""
SETTINGS = frozenset("dtype device requires_grad is_cuda layout".split())
INNER = frozenset(
    "is_leaf is_sparse is_sparse_csr is_quantized is_meta is_cpu is_mps is_xpu is_nested is_mkldnn itemsize nbytes names name grad_fn output_nr "
    "retains_grad".split()
)
"""Further attributes that are no methods and no tensors (dir(torch.Tensor), torch 2.13); no case is made of them."""
_METHODS = frozenset(
    "backward data_ptr element_size get_device is_complex is_contiguous is_floating_point is_pinned is_shared item nelement numel pin_memory "
    "register_hook requires_grad_ retain_grad share_memory_ size storage stride tolist".split()
)
"""Further methods, which are no operations."""

_RESHAPING = frozenset("as_strided_ resize_ resize_as_ set_ squeeze_ swapaxes_ swapdims_ t_ transpose_ unsqueeze_".split())


def call_method(at: Interpreter, receiver: Value, name: str, args: Arguments, assign: Callable[[Value], None] | None) -> Value:
    """A method by its row. One that changes its tensor in place changes what the receiver's expression holds."""
    row = tables.method(name)
    if row is not None:
        result = at.call_operation(row, args.behind(receiver))
    else:
        result = at.unknown(f".{name}() of a tensor is not followed", receiver, *args.all())
    if not name.endswith("_") or name.endswith("__"):
        return result
    changed = at.written_into(receiver, result, name in _RESHAPING)
    if row is not None and assign is not None:
        assign(changed)
    return changed


def moves_only(name: str, args: Arguments) -> bool:
    """Whether a call that may move a tensor or module elsewhere leaves its dtype alone."""
    return name in ("to", "cuda", "cpu", "type") and not any(map(_says_dtype, args.all()))


def _says_dtype(value: Value) -> bool:
    arg = value.as_arg()
    return bool(arg.is_tensor) or not (arg.constant is UNKNOWN or isinstance(value.constant, (str, bool)) or isinstance(arg.constant, tuple))


def is_attribute(name: str) -> bool:
    """Whether tensors have an attribute of that name, and arrays have not."""
    return name in ("backward", "detach", "grad", "is_cuda", "requires_grad", "cuda", "cpu", "numpy", "grad_fn", "device")


def is_method(name: str) -> bool:
    """Whether tensors have a method of that name, and no attribute that the program may set."""
    return tables.method(name) is not None or name in frameworks.SELF_METHODS or name in RANK or name in _METHODS
