"""Layers that only rearrange."""

from __future__ import annotations

from typing import Any

from bcelint.contracts import shapes
from bcelint.contracts.layers.rows import is_function, layer
from bcelint.contracts.operands import elements
from bcelint.contracts.ops.views import axis, given, sizes
from bcelint.contracts.rows import MOVED
from bcelint.contracts.schema import Args


def unflattened(args: Args) -> Any:
    return shapes.unflatten(given(args), axis(args), sizes(elements(args.arg("unflattened_size"))))


ROWS = (
    is_function("nn.Flatten", "start_dim=1, end_dim=-1", "torch.flatten"),
    layer("nn.Unflatten", "dim, unflattened_size", shape=unflattened, **MOVED),
    is_function("nn.PixelShuffle", "upscale_factor", "F.pixel_shuffle"),
    is_function("nn.PixelUnshuffle", "downscale_factor", "F.pixel_unshuffle"),
    is_function("nn.ChannelShuffle", "groups", "F.channel_shuffle"),
    is_function("nn.Fold", "output_size, kernel_size, dilation=1, padding=0, stride=1", "F.fold"),
    is_function("nn.Unfold", "kernel_size, dilation=1, padding=0, stride=1", "F.unfold"),
)
