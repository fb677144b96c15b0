"""Matrix products, linear maps and convolutions as functions, distances, and attention."""

from __future__ import annotations

from typing import Any

from bcelint.contracts import dtypes, intervals, shapes
from bcelint.contracts.elementwise import ANYTHING, shape
from bcelint.contracts.operands import gradient, interval, kind, same
from bcelint.contracts.rows import op, ops
from bcelint.contracts.schema import KEEP, Arg, Args, Outcome, Result
from bcelint.facts import NON_NEGATIVE, UNBOUNDED, DType, Interval, Kind, Shape


def product_range(args: Args, one: str, other: str) -> Interval | None:
    """A sum of products: its sign is sure where no factor is negative; two unbounded independent factors leave it unbounded."""
    left, right = interval(args.arg(one)), interval(args.arg(other))
    if left is None or right is None:
        return None
    if left.low >= 0 and right.low >= 0:
        return NON_NEGATIVE.loosely()
    if args.independent(one, other) and (intervals.unbounded(left) or intervals.unbounded(right)):
        return UNBOUNDED if _not_zero(left) and _not_zero(right) else ANYTHING
    return ANYTHING


def _not_zero(value: Interval) -> bool:
    return value.tight and not value.low == value.high == 0


def product_kind(args: Args, one: str, other: str) -> Any:
    for mine, theirs in ((args.arg(one), args.arg(other)), (args.arg(other), args.arg(one))):
        if kind(mine) is Kind.LOGITS and args.independent(one, other) and interval(theirs) is not None:
            return mine.facts.kind
    return None


def multiplied(one: str, other: str, shape_of: Any = shapes.matmul, promotes: bool = False) -> Any:
    """The outcome of a product of the parameters ``one`` and ``other``, which demands one dtype of both unless it promotes."""

    def outcome(args: Args) -> Outcome:
        left, right = args.arg(one), args.arg(other)
        ranged = product_range(args, one, other)
        a_kind = product_kind(args, one, other)
        joined = shape_of(shape(left), shape(right))
        dtype = dtypes.result(left, right) if promotes else tensor_dtype(left, right)
        return Result(same(left.facts.range, ranged), a_kind, None, dtype, joined, gradient((left, right)))

    return outcome


def tensor_dtype(left: Arg, right: Arg) -> DType | None:
    """Products demand one dtype of both operands, so that of either is that of the result."""
    known: list[DType] = [d for d in (left.facts.value("dtype"), right.facts.value("dtype")) if d is not None]
    exact = [d for d in known if d not in (DType.FLOATING, DType.INTEGRAL)]
    return next(iter(exact or known), None)


def _outer(left: Shape | None, right: Shape | None) -> Shape | None:
    one, other = (s.dims[0] if s is not None and len(s.dims) == 1 and not s.open else None for s in (left, right))
    return Shape((one, other))


def _scalar(left: Shape | None, right: Shape | None) -> Shape | None:
    return Shape(())


def _nothing(left: Shape | None, right: Shape | None) -> Shape | None:
    return None


def linear_shape(left: Shape | None, weight: Shape | None) -> Shape | None:
    """``F.linear``: the last dimension becomes the weight's first."""
    size = weight.dims[0] if weight is not None and not weight.open and len(weight.dims) == 2 else None
    if left is None:
        return None if size is None else Shape((size,), open=True)
    return shapes.with_dim(left, -1, size)


def mapped(args: Args) -> Outcome:
    """``F.linear`` and the convolutions: unbounded where an operand is, and logits only where one is a trained parameter's output."""
    ranged = product_range(args, "input", "weight")
    biased = args.arg("bias")
    if args.constant("bias") is not None and ranged is not None:
        added = interval(biased)
        ranged = None if added is None else intervals.add(ranged, added, args.independent("input", "bias"))
    return Result(ranged, None, None, tensor_dtype(args.arg("input"), args.arg("weight")), None, _any_grad(args))


def _any_grad(args: Args) -> Any:
    return gradient((args.arg("input"), args.arg("weight")))


def linear(args: Args) -> Outcome:
    result = mapped(args)
    assert isinstance(result, Result)
    joined = linear_shape(shape(args.arg("input")), shape(args.arg("weight")))
    return Result(result.range, None, None, result.dtype, joined, result.grad)


def summed_products(args: Args) -> Outcome:
    """``addmm``, ``baddbmm``: a matrix product added to a tensor; only the dtype is claimed."""
    return Result(None, None, None, KEEP, None, None)


def attended(args: Args) -> Any:
    """Attention averages the values with weights that sum to 1."""
    value = args.facts("value").interval
    return None if value is None else (value if intervals.unbounded(value) else None)


CONV = "input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1"
BACK = "input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1"
DISTANCES: dict[str, Any] = {"main": "x1", "range": NON_NEGATIVE.loosely(), "shape": None, "grad": None}

ROWS = (
    op("torch.matmul .matmul", "input, other", outcome=multiplied("input", "other")),
    op("torch.mm .mm", "input, mat2", outcome=multiplied("input", "mat2")),
    op("torch.bmm .bmm", "input, mat2", outcome=multiplied("input", "mat2")),
    op("torch.mv .mv", "input, vec", outcome=multiplied("input", "vec")),
    op("torch.dot .dot", "input, tensor", outcome=multiplied("input", "tensor", _scalar)),
    op("torch.inner .inner", "input, other", outcome=multiplied("input", "other", _nothing)),
    op("torch.outer .outer", "input, vec2", outcome=multiplied("input", "vec2", _outer, promotes=True)),
    op("torch.kron .kron", "input, other", outcome=multiplied("input", "other", _nothing, promotes=True)),
    op("torch.einsum", "equation, *operands", main="equation", dtype=None, shape=None, grad=None),
    op("torch.tensordot", "a, b, dims=2, out=None", main="a", outcome=multiplied("a", "b", _nothing)),
    op("torch.addmm .addmm", "input, mat1, mat2, *, beta=1, alpha=1", outcome=summed_products),
    op("torch.baddbmm .baddbmm", "input, batch1, batch2, *, beta=1, alpha=1", outcome=summed_products),
    op("torch.addcmul .addcmul torch.addcdiv .addcdiv", "input, tensor1, tensor2, *, value=1", dtype=None, shape=None, grad=None),
    op("torch.cdist", "x1, x2, p=2.0, compute_mode='use_mm_for_euclid_dist_if_necessary'", **DISTANCES),
    op("torch.dist .dist", "input, other, p=2", range=NON_NEGATIVE.loosely(), shape=Shape(()), grad=None, dtype=None),
    op("F.linear", "input, weight, bias=None", outcome=linear),
    op("F.bilinear", "input1, input2, weight, bias=None", main="input1", shape=None, grad=None),
    op("F.conv1d F.conv2d F.conv3d", CONV, outcome=mapped),
    op("F.conv_transpose1d F.conv_transpose2d F.conv_transpose3d", BACK, outcome=mapped),
    *ops(
        {"F.scaled_dot_product_attention": "query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, *, scale=None, enable_gqa=False"},
        main="query",
        range=attended,
        shape=None,
        grad=None,
    ),
    op(
        "F.embedding",
        "input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False",
        main="weight",
        range=lambda a: a.facts("weight").range if a.constant("max_norm") is None else None,
        shape=None,
    ),
)
