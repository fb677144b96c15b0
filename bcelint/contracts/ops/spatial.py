"""Pooling, interpolation, padding, and other operations on images and signals."""

from __future__ import annotations

from typing import Any

from bcelint.contracts import intervals, windows
from bcelint.contracts.elementwise import loosened
from bcelint.contracts.operands import elements, gradient, interval, kind, recast, same, whole
from bcelint.contracts.ops.views import given
from bcelint.contracts.rows import MEASURED, MOVED, op, ops
from bcelint.contracts.schema import KEEP, Args, Outcome, Result
from bcelint.contracts.shapes import size
from bcelint.facts import Dim, Interval, Kind, Shape


def resized(rank: int, **window: bool) -> Any:
    """A shape field: channels stay, the last ``rank`` sizes are those that the window leaves, where they are known."""

    def field(args: Args) -> Any:
        return spatial(given(args), windows.slid(args, given(args), rank, **window))

    return field


def spatial(shape: Shape | None, sizes: tuple[Dim, ...]) -> Shape | None:
    """``shape`` with other sizes at its end; of an unknown one only these are known."""
    if shape is None or len(shape.dims) <= len(sizes):
        return Shape(sizes, open=True) if any(s is not None for s in sizes) else None
    return Shape((*shape.dims[: -len(sizes)], *sizes), shape.open)


def asked_sizes(args: Args, rank: int) -> tuple[Dim, ...]:
    """``output_size``: one for all, or one each, None where it is the input's."""
    listed = elements(args.arg("output_size"))
    if listed is not None:
        return tuple(size(a) for a in listed) if len(listed) == rank else (None,) * rank
    return (size(args.arg("output_size")),) * rank


def to_size(rank: int) -> Any:
    return lambda args: spatial(given(args), asked_sizes(args, rank))


def pooled_kind(args: Args) -> Any:
    """Means of logits are logits, and of probabilities, probabilities."""
    return KEEP if kind(args.arg("input")) in (Kind.LOGITS, Kind.PROBABILITIES) else None


def averaged(args: Args) -> Any:
    """A mean, with the zeros of the padding; a divisor of one's own may stretch it."""
    if args.constant("divisor_override") not in (None,) and "divisor_override" in args:
        return None
    claim = args.facts("input").range
    if claim is None or intervals.unbounded(claim.value):
        return claim
    return recast(claim, Interval(min(claim.value.low, 0.0), max(claim.value.high, 0.0), tight=False))


def with_indices(shape_of: Any) -> Any:
    """Maxima, and their positions with ``return_indices``."""

    def outcome(args: Args) -> Outcome:
        if args.constant("return_indices") is not False:
            return None
        return Result(loosened(args), KEEP, None, KEEP, shape_of(args), KEEP)

    return outcome


def interpolated(args: Args) -> Outcome:
    """bicubic overshoots; the other modes take values or means of values."""
    mode, shape = args.constant("mode"), given(args)
    safe = mode in ("nearest", "linear", "bilinear", "trilinear", "area", "nearest-exact")
    ranged = loosened(args) if safe or (args.facts("input").interval == Interval(-intervals.INF, intervals.INF)) else None
    a_kind = pooled_kind(args) if safe else (KEEP if kind(args.arg("input")) is Kind.LOGITS else None)
    sizes: tuple[Dim, ...] = ()
    if shape is not None and not shape.open:
        rank = len(shape.dims) - 2
        listed = elements(args.arg("size")) if "size" in args else None
        sizes = tuple(size(a) for a in listed) if listed is not None and len(listed) == rank else (None,) * rank
        if listed is None and whole(args.arg("size")) is not None:
            sizes = (whole(args.arg("size")),) * rank
        return Result(ranged, a_kind, None, KEEP, Shape((*shape.dims[:2], *sizes)), KEEP)
    return Result(ranged, a_kind, None, KEEP, None, KEEP)


def padded(args: Args) -> Outcome:
    """Constant padding adds its value; the other modes repeat what is there."""
    claim, mode = args.facts("input").range, args.constant("mode")
    shape = _padded_shape(args)
    if mode in ("reflect", "replicate", "circular"):
        return Result(KEEP, KEEP, None, KEEP, shape, KEEP)
    value = Interval(0.0, 0.0) if args.constant("value") is None else interval(args.arg("value"))
    if mode != "constant" or claim is None or value is None:
        return Result(None, None, None, KEEP, shape, KEEP)
    ranged = intervals.hull((claim.value, value))
    inside = claim.value.low <= value.low and value.high <= claim.value.high
    return Result(same(claim, ranged), KEEP if inside else None, None, KEEP, shape, KEEP)


def _padded_shape(args: Args) -> Shape | None:
    shape, widths = given(args), elements(args.arg("pad"))
    if shape is None or widths is None or len(widths) % 2 or len(widths) // 2 > len(shape.dims):
        return None
    dims = list(shape.dims)
    for i in range(len(widths) // 2):
        before, after, old = whole(widths[2 * i]), whole(widths[2 * i + 1]), dims[-1 - i]
        added = None if before is None or after is None else before + after
        dims[-1 - i] = old if added == 0 else old + added if isinstance(old, int) and added is not None else None
    return Shape(tuple(dims), shape.open)


def shuffled(args: Args) -> Shape | None:
    """``pixel_shuffle``: r² channels become one of r times the height and width."""
    shape, factor = given(args), whole(args.arg("upscale_factor"))
    if shape is None or factor is None or factor < 1 or len(shape.dims) < 3:
        return None
    channels, height, width = shape.dims[-3:]
    less = channels // factor**2 if isinstance(channels, int) else None
    more = [d * factor if isinstance(d, int) else None for d in (height, width)]
    return Shape((*shape.dims[:-3], less, *more), shape.open)


def unit_weights(args: Args) -> Any:
    """``grid_sample`` takes means, and zeros beyond the border."""
    return averaged(args) if args.constant("mode") in ("bilinear", "nearest") else None


def powered(args: Args) -> Any:
    claim = args.facts("input").range
    return claim if claim is not None and intervals.unbounded(claim.value) else None


MAX = "input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False"
AVG = "input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True"
ROWS = (
    *(op(f"F.max_pool{n}d", MAX, outcome=with_indices(resized(n)), source=MEASURED) for n in (1, 2, 3)),
    op("F.avg_pool1d", AVG, range=averaged, kind=pooled_kind, shape=resized(1, dilation=False)),
    *(op(f"F.avg_pool{n}d", f"{AVG}, divisor_override=None", range=averaged, kind=pooled_kind, shape=resized(n, dilation=False)) for n in (2, 3)),
    *(op(f"F.adaptive_avg_pool{n}d", "input, output_size", range=loosened, kind=pooled_kind, shape=to_size(n)) for n in (1, 2, 3)),
    *(
        op(f"F.adaptive_max_pool{n}d", "input, output_size, return_indices=False", outcome=with_indices(to_size(n)), source=MEASURED)
        for n in (1, 2, 3)
    ),
    *(
        op(
            f"F.lp_pool{n}d",
            "input, norm_type, kernel_size, stride=None, ceil_mode=False",
            range=None,
            shape=resized(n, dilation=False, padding=False),
        )
        for n in (1, 2)
    ),
    op(
        "F.interpolate",
        "input, size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None, antialias=False",
        outcome=interpolated,
    ),
    op("F.upsample", "input, size=None, scale_factor=None, mode='nearest', align_corners=None", outcome=interpolated),
    op("F.upsample_nearest F.upsample_bilinear", "input, size=None, scale_factor=None", range=loosened, kind=pooled_kind, shape=None),
    op("F.pad", "input, pad, mode='constant', value=None", outcome=padded),
    op("F.pixel_shuffle torch.pixel_shuffle", "input, upscale_factor", **MOVED, shape=shuffled),
    op("F.pixel_unshuffle torch.pixel_unshuffle", "input, downscale_factor", **MOVED, shape=None),
    op("F.channel_shuffle torch.channel_shuffle", "input, groups", **MOVED),
    op(
        "F.grid_sample",
        "input, grid, mode='bilinear', padding_mode='zeros', align_corners=None",
        range=unit_weights,
        shape=None,
        grad=lambda a: gradient((a.arg("input"), a.arg("grid"))),
    ),
    op("F.unfold", "input, kernel_size, dilation=1, padding=0, stride=1", range=averaged, shape=None),
    *ops({"F.fold": "input, output_size, kernel_size, dilation=1, padding=0, stride=1"}, range=powered, shape=None),
)
