"""Normalising layers: unbounded, and logits where logits went in."""

from __future__ import annotations

from typing import Any

from bcelint.contracts.layers.rows import is_function, layer
from bcelint.contracts.operands import kind
from bcelint.contracts.schema import KEEP, Args
from bcelint.facts import UNBOUNDED, Kind


def logits_stay(args: Args) -> Any:
    return KEEP if kind(args.arg("input")) is Kind.LOGITS else None


def trained(args: Args) -> Any:
    """With its own weights gradient is born here; without, it goes through."""
    for name in ("affine", "elementwise_affine"):
        if args.constant(name) is False:
            return KEEP
    return True


NORM: dict[str, Any] = {"range": UNBOUNDED, "kind": logits_stay, "grad": trained}
BATCH = "num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None, *, bias=True"
LAZY = "eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None, *, bias=True"
INSTANCE = "num_features, eps=1e-05, momentum=0.1, affine=False, track_running_stats=False, device=None, dtype=None, *, bias=True"
ROWS = (
    *(layer(f"nn.BatchNorm{n}d", BATCH, **NORM) for n in (1, 2, 3)),
    *(layer(f"nn.LazyBatchNorm{n}d", LAZY, **NORM) for n in (1, 2, 3)),
    *(layer(f"nn.InstanceNorm{n}d", INSTANCE, **NORM) for n in (1, 2, 3)),
    *(layer(f"nn.LazyInstanceNorm{n}d", LAZY, **NORM) for n in (1, 2, 3)),
    layer(
        "nn.SyncBatchNorm",
        "num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, process_group=None, device=None, dtype=None, *, bias=True",
        **NORM,
    ),
    layer("nn.LayerNorm", "normalized_shape, eps=1e-05, elementwise_affine=True, bias=True, device=None, dtype=None", **NORM),
    layer(
        "nn.RMSNorm",
        "normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None",
        call="x",
        main="x",
        **{**NORM, "kind": None},
    ),
    layer("nn.GroupNorm", "num_groups, num_channels, eps=1e-05, affine=True, device=None, dtype=None, *, bias=True", **NORM),
    is_function("nn.LocalResponseNorm", "size, alpha=0.0001, beta=0.75, k=1.0", "F.local_response_norm"),
    is_function("nn.CosineSimilarity", "dim=1, eps=1e-08", "F.cosine_similarity", call="x1, x2"),
    is_function("nn.PairwiseDistance", "p=2.0, eps=1e-06, keepdim=False", "F.pairwise_distance", call="x1, x2"),
)
