"""What several values have in common, where it is not known which one is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bcelint.facts import Claim, Facts, Interval
from bcelint.trace.values import Layer, Tensor, Unknown, Value, fresh, merged_sources


def common(values: Sequence[Value]) -> Tensor | Layer | None:
    """One tensor that says what holds of each of several: the hull of their ranges (which only some of them may fill), and what they
    have in common. Of layers of one kind, one whose arguments are those that they share. None for other values.
    """
    layers = [value for value in values if isinstance(value, Layer)]
    if layers and len(layers) == len(values) and all(layer.row is layers[0].row for layer in layers):
        return _common_layer(layers)
    tensors = [value for value in values if isinstance(value, Tensor)]
    if not tensors or len(tensors) < len(values):
        return None
    first = tensors[0]

    def same(name: str) -> Any:
        claims = [getattr(t.facts, name) for t in tensors]
        return claims[0] if all(c is not None and c.value == claims[0].value for c in claims) else None

    ranges = [t.facts.range for t in tensors if t.facts.range is not None]
    hull = None
    if len(ranges) == len(tensors):
        intervals = [r.value for r in ranges]
        interval = Interval(min(i.low for i in intervals), max(i.high for i in intervals), tight=False)
        hull = ranges[0] if all(i == intervals[0] for i in intervals) else Claim(interval, ranges[-1].steps)
    axis = first.facts.axis if all(t.facts.axis == first.facts.axis for t in tensors) else None
    facts = Facts(hull, same("kind"), axis, same("dtype"), same("shape"), same("grad"))
    losses = frozenset().union(*(t.losses for t in tensors))
    lost = next((t for t in tensors if t.reason), first)
    return Tensor(facts, merged_sources(*tensors), first.via, losses, lost.reason, lost.lost_at)


def _common_layer(layers: Sequence[Layer]) -> Layer:
    names = {name for layer in layers for name in layer.args}
    args: dict[str, Value] = {}
    for name in names:
        given = [layer.args.get(name) for layer in layers]
        first = given[0]
        same = first is not None and all(value is not None and value.key() == first.key() for value in given)
        args[name] = first if same and first is not None else Unknown(f"{name} differs from layer to layer", symbol=f"#{fresh()}")
    return replace(layers[0], args=args)
