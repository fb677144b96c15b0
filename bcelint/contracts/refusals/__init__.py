"""What torch refuses: calls that raise, as far as that shows from the dtypes and shapes of their arguments (measured, torch 2.13).

A path on which one of them stands ends there; nothing behind it may be judged by what it would have returned.
"""

from __future__ import annotations

from bcelint.contracts.refusals.by_axis import (
    does_not_expand,
    has_fewer_counts,
    holds_other_number,
    is_no_order,
    is_reversed,
    no_axis,
    no_axis_of_parts,
)
from bcelint.contracts.refusals.by_dtype import EXACT, FLOATING, Refuses, absent, given, mixed, only
from bcelint.contracts.refusals.by_size import (
    does_not_fit_equation,
    last_sizes_differ,
    no_broadcast,
    no_cat,
    no_product,
    no_stack,
    of_other_rank,
    one_value_each,
    ranks_differ,
    size_differs,
)
from bcelint.contracts.rows import spelled
from bcelint.contracts.schema import Args, Layer, Op
from bcelint.facts import DType


def refuses(row: Op | Layer, args: Args) -> bool:
    """Whether a call of ``row`` with such arguments raises for certain."""
    return any(check(args) for check in _CHECKS.get(row.names[0], ()))


_NO_EXACT = only("input", *FLOATING)
_TWO = no_broadcast("input", "other")
_SOFTMAXES = "torch.softmax F.softmax torch.special.softmax F.softmin torch.log_softmax F.log_softmax torch.special.log_softmax"
_TABLE: tuple[tuple[str, tuple[Refuses, ...]], ...] = (
    ("F.one_hot", (only("tensor", DType.INT64),)),
    ("torch.gather torch.index_select torch.scatter .scatter_add torch.index_add", (only("index", DType.INT32, DType.INT64), no_axis("dim"))),
    ("torch.gather torch.scatter .scatter_add", (ranks_differ("input", "index"),)),
    ("torch.take", (only("index", DType.INT64),)),
    ("torch.take_along_dim", (only("indices", DType.INT64),)),
    ("nn.Embedding nn.EmbeddingBag F.embedding", (only("input", DType.INT32, DType.INT64),)),
    ("torch.masked_select torch.masked_fill .masked_fill_", (only("mask", DType.BOOL, DType.UINT8), no_broadcast("input", "mask"))),
    ("torch.where", (given("input", only("condition", DType.BOOL, DType.UINT8)), no_broadcast("condition", "input"), _TWO)),
    ("torch.bitwise_not torch.bincount", (only("input", *EXACT),)),
    ("torch.bitwise_and torch.bitwise_or torch.bitwise_xor", (only("input", *EXACT), only("other", *EXACT), _TWO)),
    ("F.gumbel_softmax", (only("logits", *FLOATING),)),
    (f"{_SOFTMAXES} torch.mean", (absent("dtype", _NO_EXACT),)),  # else the input is cast first
    ("torch.bernoulli", (absent("p", _NO_EXACT),)),
    ("torch.std F.normalize F.layer_norm F.batch_norm", (_NO_EXACT,)),
    ("F.batch_norm nn.BatchNorm1d nn.BatchNorm2d nn.BatchNorm3d", (one_value_each,)),
    (
        f"{_SOFTMAXES} torch.sum torch.mean torch.prod torch.argmax torch.max torch.min torch.amax torch.std torch.logsumexp torch.cumsum "
        "torch.cumprod torch.topk torch.squeeze torch.norm torch.all torch.median torch.sort torch.argsort torch.chunk torch.unbind torch.select "
        "torch.narrow torch.count_nonzero torch.tensor_split",
        (no_axis("dim"),),
    ),
    ("torch.split", (no_axis("dim", of="tensor"),)),
    ("torch.flip", (no_axis("dims"),)),
    ("torch.transpose", (no_axis("dim0", "dim1"),)),
    ("torch.swapaxes", (no_axis("axis0", "axis1"),)),
    ("torch.movedim", (no_axis("source", "destination"),)),
    ("torch.unsqueeze", (no_axis("dim", more=1),)),
    ("torch.flatten", (no_axis("start_dim", "end_dim"), is_reversed)),
    ("torch.permute .permute", (is_no_order,)),
    ("torch.t", (of_other_rank(0, 1, 2),)),
    ("torch.reshape", (holds_other_number,)),
    (".expand torch.broadcast_to", (does_not_expand,)),
    (".repeat", (has_fewer_counts,)),
    (
        "torch.add .add_ torch.sub .sub_ torch.mul .mul_ torch.div .div_ torch.true_divide torch.floor_divide torch.remainder torch.maximum "
        "torch.minimum torch.eq torch.ne torch.lt torch.le torch.gt torch.ge torch.logical_and torch.logical_or torch.logical_xor torch.isclose",
        (_TWO,),
    ),
    ("torch.pow", (no_broadcast("input", "exponent"),)),
    ("torch.matmul", (mixed("input", "other"), no_product("input", "other"))),
    ("torch.mm torch.bmm", (mixed("input", "mat2"), no_product("input", "mat2"))),
    *((name, (of_other_rank(rank), of_other_rank(rank, of="mat2"))) for name, rank in (("torch.mm", 2), ("torch.bmm", 3))),
    ("torch.einsum", (does_not_fit_equation,)),
    ("F.linear", (mixed("input", "weight"), last_sizes_differ("input", "weight"))),
    ("torch.stack", (no_stack, no_axis_of_parts(more=1))),
    ("torch.cat", (no_cat, no_axis_of_parts())),
    ("nn.Linear", (_NO_EXACT, size_differs(-1, "in_features"))),
    ("nn.LSTM nn.GRU nn.RNN", (_NO_EXACT, of_other_rank(2, 3), size_differs(-1, "input_size"))),
    ("nn.LayerNorm", (_NO_EXACT, size_differs(-1, "normalized_shape"))),
    ("nn.BatchNorm1d", (_NO_EXACT, of_other_rank(2, 3), size_differs(1, "num_features"))),
    ("nn.BatchNorm2d", (_NO_EXACT, of_other_rank(4), size_differs(1, "num_features"))),
    ("nn.BatchNorm3d", (_NO_EXACT, of_other_rank(5), size_differs(1, "num_features"))),
    ("nn.GroupNorm", (_NO_EXACT, size_differs(1, "num_channels"))),
    *((f"nn.Conv{n}d nn.ConvTranspose{n}d", (_NO_EXACT, of_other_rank(n + 1, n + 2), size_differs(-n - 1, "in_channels"))) for n in (1, 2, 3)),
    *((f"F.max_pool{n}d F.avg_pool{n}d F.adaptive_max_pool{n}d", (of_other_rank(n + 1, n + 2),)) for n in (1, 2, 3)),
    ("F.interpolate", (of_other_rank(3, 4, 5),)),
)
_CHECKS: dict[str, tuple[Refuses, ...]] = {}
for _names, _checks in _TABLE:
    for _name in spelled(_names):
        _CHECKS[_name] = (*_CHECKS.get(_name, ()), *_checks)
