"""Items of which it is not known how many there are."""

from __future__ import annotations

from dataclasses import replace

from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import BELOW, Unknown


def another(at: Site, value: Value) -> Value:
    """A further item of the same description, with an identity of its own."""
    if isinstance(value, Tuple):
        rest = None if value.rest is None else another(at, value.rest)
        return replace(value, items=tuple(another(at, item) for item in value.items), rest=rest)
    if isinstance(value, Unknown):
        symbol = f"#{fresh()}{BELOW}{value.below}" if value.below else f"#{fresh()}"
        return replace(value, symbol=symbol, loop=at.loop or value.loop, sources=None if value.sources is None else value.sources | {fresh()})
    if isinstance(value, Tensor):
        return replace(value, uid=fresh(), storage=value.base)
    return value
