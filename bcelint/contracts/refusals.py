"""What torch refuses: calls that raise, as far as that shows from the dtypes and shapes of their arguments (measured, torch 2.13).

A path on which one of them stands ends there; nothing behind it may be judged by what it would have returned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bcelint.contracts import operands
from bcelint.contracts.rows import spelled
from bcelint.contracts.schema import Arg, Args, Layer, Op
from bcelint.facts import Dim, DType, Shape

Refuses = Callable[[Args], bool]
_FLOATING = (DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64, DType.FLOATING)
_EXACT = (DType.UINT8, DType.INT8, DType.INT16, DType.INT32, DType.INT64, DType.INTEGRAL, DType.BOOL)


def refuses(row: Op | Layer, args: Args) -> bool:
    """Whether a call of ``row`` with such arguments raises for certain."""
    return any(check(args) for check in _CHECKS.get(row.names[0], ()))


def refuses_indices(prediction: Shape | None, target: Shape | None) -> bool:
    """Whether ``cross_entropy`` and ``nll_loss`` raise for certain on scores and class indices of such shapes: these are ``(N, d…)`` beside
    ``(N, C, d…)``. Nothing is said of two shapes of one rank, which may be class probabilities; an open one may be that of one sample, without N.
    """
    if prediction is None or target is None or target.rank is None or prediction.min_rank == 0:
        return False
    if prediction.rank is None:
        return target.rank < prediction.min_rank - 2
    if target.rank == prediction.rank:
        return False
    return target.rank != prediction.rank - 1 or any(map(_differ, prediction.dims[:1] + prediction.dims[2:], target.dims))


def _is_none_of(arg: Arg, allowed: Sequence[DType]) -> bool:
    """Whether the dtype of ``arg`` is known, and none of those."""
    dtype = operands.dtype(arg)
    if dtype is None or dtype in allowed or dtype is DType.COMPLEX:
        return False
    if dtype is DType.INTEGRAL:
        return not any(one.is_integral for one in allowed)
    return dtype is not DType.FLOATING or not any(one.is_floating for one in allowed)


def _only(name: str, *allowed: DType) -> Refuses:
    return lambda args: _is_none_of(args.arg(name), allowed)


def _given(name: str, check: Refuses) -> Refuses:
    """The same where ``name`` is passed."""
    return lambda args: name in args and check(args)


def _absent(name: str, check: Refuses) -> Refuses:
    """The same where ``name`` is not passed."""
    return lambda args: args.constant(name) is None and check(args)


def _mixed(one: str, other: str) -> Refuses:
    """Numbers of one kind times those of the other: nothing is promoted in a product of matrices."""

    def check(args: Args) -> bool:
        a, b = args.arg(one), args.arg(other)
        return (_is_none_of(a, _EXACT) and _is_none_of(b, _FLOATING)) or (_is_none_of(a, _FLOATING) and _is_none_of(b, _EXACT))

    return check


def _differ(one: Dim, other: Dim) -> bool:
    return isinstance(one, int) and isinstance(other, int) and one != other


def _of_other_rank(*ranks: int) -> Refuses:
    """The number of dimensions is known, and none of those."""

    def check(args: Args) -> bool:
        shape = args.facts("input").value("shape")
        return shape is not None and (shape.rank not in ranks if shape.rank is not None else shape.min_rank > max(ranks))

    return check


def _size_differs(axis: int, wanted: str) -> Refuses:
    """The size along ``axis`` is another than the one that the layer was made for."""

    def check(args: Args) -> bool:
        shape, size = args.facts("input").value("shape"), operands.whole(args.arg(wanted))
        return shape is not None and size is not None and _differ(shape.dim(axis), size)

    return check


def _one_value_each(args: Args) -> bool:
    """A batch of one sample has one value for each channel, whose variance says nothing; in evaluation mode that is not asked for."""
    shape = args.facts("input").value("shape")
    if args.constant("training") is not True or shape is None or shape.rank is None or shape.rank < 2:
        return False
    return all(size == 1 for size in (*shape.dims[:1], *shape.dims[2:]))


def _out_of_range(args: Args) -> bool:
    """``dim`` names no dimension of the input."""
    shape, axis = args.facts("input").value("shape"), operands.whole(args.arg("dim"))
    if shape is None or shape.rank is None or axis is None:
        return False
    rank = max(shape.rank, 1)
    return not -rank <= axis < rank


def _no_broadcast(one: str, other: str) -> Refuses:
    """Two sizes at one place differ, and none of them is 1."""

    def check(args: Args) -> bool:
        a, b = args.facts(one).value("shape"), args.facts(other).value("shape")
        if a is None or b is None:
            return False
        return any(_differ(x, y) and 1 not in (x, y) for x, y in zip(reversed(a.dims), reversed(b.dims)))

    return check


def _no_product(one: str, other: str) -> Refuses:
    """The inner sizes of a product of matrices differ."""

    def check(args: Args) -> bool:
        a, b = args.facts(one).value("shape"), args.facts(other).value("shape")
        if a is None or b is None or not a.dims or not b.dims or b.open:
            return False
        return _differ(a.dims[-1], b.dims[-1 if len(b.dims) == 1 else -2])

    return check


def _no_stack(args: Args) -> bool:
    """The parts of ``stack`` differ in shape."""
    parts = _parts(args)
    return any(len(part.dims) != len(parts[0].dims) or any(map(_differ, part.dims, parts[0].dims)) for part in parts[1:])


def _no_cat(args: Args) -> bool:
    """The parts of ``cat`` differ in rank, or in a size beside the one along which they are joined."""
    parts = [part for part in _parts(args) if part.dims not in ((0,), (None,))]  # an empty part of one dimension fits to all
    axis = operands.whole(args.arg("dim"))
    if len({len(part.dims) for part in parts}) > 1:
        return True
    if axis is None or not parts:
        return False
    along = axis % len(parts[0].dims) if parts[0].dims else 0
    return any(i != along and _differ(size, parts[0].dims[i]) for part in parts[1:] for i, size in enumerate(part.dims))


def _parts(args: Args) -> list[Shape]:
    """The shapes of the parts that are joined; those whose rank is not known are left out."""
    listed = operands.elements(args.arg("tensors")) or ()
    shapes = [arg.facts.value("shape") for arg in listed]
    return [shape for shape in shapes if shape is not None and not shape.open]


_NO_EXACT = _only("input", *_FLOATING)
_TWO = _no_broadcast("input", "other")
_SOFTMAXES = "torch.softmax F.softmax torch.special.softmax F.softmin torch.log_softmax F.log_softmax torch.special.log_softmax"
_TABLE: tuple[tuple[str, tuple[Refuses, ...]], ...] = (
    ("F.one_hot", (_only("tensor", DType.INT64),)),
    ("torch.gather torch.index_select torch.scatter .scatter_add torch.index_add", (_only("index", DType.INT32, DType.INT64),)),
    ("torch.take", (_only("index", DType.INT64),)),
    ("torch.take_along_dim", (_only("indices", DType.INT64),)),
    ("nn.Embedding nn.EmbeddingBag F.embedding", (_only("input", DType.INT32, DType.INT64),)),
    ("torch.masked_select torch.masked_fill .masked_fill_", (_only("mask", DType.BOOL, DType.UINT8), _no_broadcast("input", "mask"))),
    ("torch.where", (_given("input", _only("condition", DType.BOOL, DType.UINT8)), _no_broadcast("condition", "input"), _TWO)),
    ("torch.bitwise_not torch.bincount", (_only("input", *_EXACT),)),
    ("torch.bitwise_and torch.bitwise_or torch.bitwise_xor", (_only("input", *_EXACT), _only("other", *_EXACT), _TWO)),
    ("F.gumbel_softmax", (_only("logits", *_FLOATING),)),
    (f"{_SOFTMAXES} torch.mean", (_absent("dtype", _NO_EXACT),)),  # else the input is cast first
    ("torch.bernoulli", (_absent("p", _NO_EXACT),)),
    ("torch.std F.normalize F.layer_norm F.batch_norm", (_NO_EXACT,)),
    ("F.batch_norm nn.BatchNorm1d nn.BatchNorm2d nn.BatchNorm3d", (_one_value_each,)),
    (
        f"{_SOFTMAXES} torch.sum torch.mean torch.prod torch.argmax torch.max torch.min torch.amax torch.std torch.logsumexp torch.cumsum "
        "torch.topk torch.squeeze",
        (_out_of_range,),
    ),
    (
        "torch.add .add_ torch.sub .sub_ torch.mul .mul_ torch.div .div_ torch.true_divide torch.floor_divide torch.remainder torch.maximum "
        "torch.minimum torch.eq torch.ne torch.lt torch.le torch.gt torch.ge torch.logical_and torch.logical_or torch.logical_xor torch.isclose",
        (_TWO,),
    ),
    ("torch.pow", (_no_broadcast("input", "exponent"),)),
    ("torch.matmul", (_mixed("input", "other"), _no_product("input", "other"))),
    ("torch.mm torch.bmm", (_mixed("input", "mat2"), _no_product("input", "mat2"))),
    ("F.linear", (_mixed("input", "weight"),)),
    ("torch.stack", (_no_stack,)),
    ("torch.cat", (_no_cat,)),
    ("nn.Linear", (_NO_EXACT, _size_differs(-1, "in_features"))),
    ("nn.LSTM nn.GRU nn.RNN", (_NO_EXACT, _size_differs(-1, "input_size"))),
    ("nn.LayerNorm", (_NO_EXACT, _size_differs(-1, "normalized_shape"))),
    ("nn.BatchNorm1d", (_NO_EXACT, _of_other_rank(2, 3), _size_differs(1, "num_features"))),
    ("nn.BatchNorm2d", (_NO_EXACT, _of_other_rank(4), _size_differs(1, "num_features"))),
    ("nn.BatchNorm3d", (_NO_EXACT, _of_other_rank(5), _size_differs(1, "num_features"))),
    ("nn.GroupNorm", (_NO_EXACT, _size_differs(1, "num_channels"))),
    *((f"nn.Conv{n}d nn.ConvTranspose{n}d", (_NO_EXACT, _of_other_rank(n + 1, n + 2), _size_differs(-n - 1, "in_channels"))) for n in (1, 2, 3)),
    *((f"F.max_pool{n}d F.avg_pool{n}d F.adaptive_max_pool{n}d", (_of_other_rank(n + 1, n + 2),)) for n in (1, 2, 3)),
)
_CHECKS: dict[str, tuple[Refuses, ...]] = {}
for _names, _checks in _TABLE:
    for _name in spelled(_names):
        _CHECKS[_name] = (*_CHECKS.get(_name, ()), *_checks)
