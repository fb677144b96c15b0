"""Pooling, upsampling and padding as layers."""

from __future__ import annotations

from typing import Any

from bcelint.contracts import intervals
from bcelint.contracts.layers.rows import is_function, layer
from bcelint.contracts.operands import elements, interval, same, whole
from bcelint.contracts.ops.spatial import interpolated, spatial
from bcelint.contracts.ops.views import given
from bcelint.contracts.rows import MOVED
from bcelint.contracts.schema import KEEP, Arg, Args, Outcome
from bcelint.facts import Interval

MAX = "kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False"
AVG = "kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True"


def with_mode(mode: str) -> Any:
    def outcome(args: Args) -> Outcome:
        bound = {n: args.arg(n) for n in ("input", "size", "scale_factor") if n in args}
        return interpolated(Args({**bound, "mode": Arg(constant=mode, is_tensor=False)}, ()))

    return outcome


def filled_range(args: Args) -> Any:
    """Constant padding adds its value, zero padding a zero."""
    claim = args.facts("input").range
    value = interval(args.arg("value")) if args.constant("value") is not None and "value" in args else Interval(0.0, 0.0)
    if claim is None or value is None:
        return None
    return same(claim, intervals.hull((claim.value, value)))


def filled_kind(args: Args) -> Any:
    claim = args.facts("input").range
    return KEEP if claim is not None and filled_range(args) is claim else None


def widened(rank: int) -> Any:
    """Sizes grow by the padding, one width for all sides or one for each, the last dimension's first."""

    def field(args: Args) -> Any:
        listed, one = elements(args.arg("padding")), whole(args.arg("padding"))
        widths = [one] * (2 * rank) if one is not None else [whole(a) for a in listed or ()]
        shape = given(args)
        if len(widths) != 2 * rank:
            return spatial(shape, (None,) * rank)
        sizes = []
        for i in range(rank):
            before, after, old = widths[2 * i], widths[2 * i + 1], shape.dim(-1 - i) if shape is not None else None
            sizes.append(old + before + after if isinstance(old, int) and before is not None and after is not None else None)
        return spatial(shape, tuple(reversed(sizes)))

    return field


ROWS = (
    *(is_function(f"nn.MaxPool{n}d", MAX, f"F.max_pool{n}d") for n in (1, 2, 3)),
    is_function("nn.AvgPool1d", AVG, "F.avg_pool1d"),
    *(is_function(f"nn.AvgPool{n}d", f"{AVG}, divisor_override=None", f"F.avg_pool{n}d") for n in (2, 3)),
    *(is_function(f"nn.AdaptiveAvgPool{n}d", "output_size", f"F.adaptive_avg_pool{n}d") for n in (1, 2, 3)),
    *(is_function(f"nn.AdaptiveMaxPool{n}d", "output_size, return_indices=False", f"F.adaptive_max_pool{n}d") for n in (1, 2, 3)),
    *(is_function(f"nn.LPPool{n}d", "norm_type, kernel_size, stride=None, ceil_mode=False", f"F.lp_pool{n}d") for n in (1, 2)),
    is_function("nn.Upsample", "size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None", "F.interpolate"),
    layer("nn.UpsamplingNearest2d", "size=None, scale_factor=None", outcome=with_mode("nearest")),
    layer("nn.UpsamplingBilinear2d", "size=None, scale_factor=None", outcome=with_mode("bilinear")),
    *(layer(f"nn.ReflectionPad{n}d", "padding", shape=widened(n), **MOVED) for n in (1, 2, 3)),
    *(layer(f"nn.ReplicationPad{n}d", "padding", shape=widened(n), **MOVED) for n in (1, 2, 3)),
    *(layer(f"nn.CircularPad{n}d", "padding", shape=widened(n), **MOVED) for n in (1, 2, 3)),
    *(layer(f"nn.ZeroPad{n}d", "padding", shape=widened(n), range=filled_range, kind=filled_kind) for n in (1, 2, 3)),
    *(layer(f"nn.ConstantPad{n}d", "padding, value", shape=widened(n), range=filled_range, kind=filled_kind) for n in (1, 2, 3)),
)
