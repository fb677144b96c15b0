"""Layers and containers of torch: constructing and calling them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bcelint.contracts import frameworks, tables
from bcelint.contracts.refusals.of_layers import refuses_size
from bcelint.contracts.schema import REQUIRED
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.site import Site
from bcelint.trace.torch.operations import apply, bind, lacks, operation
from bcelint.trace.torch.packing import is_packed, packed
from bcelint.trace.values.constants import Const
from bcelint.trace.values.containers import new_container
from bcelint.trace.values.contents import CONTENT
from bcelint.trace.values.dicts import DictCell
from bcelint.trace.values.layers import Layer
from bcelint.trace.values.mapped import Mapped
from bcelint.trace.values.nn_modules import made_at
from bcelint.trace.values.raised import Raised
from bcelint.trace.values.tuples import Tuple, sequence_of

_SIZED = frozenset({"in_features", "out_features", "in_channels", "out_channels", "num_features"})
"""What is set on a layer to make one of another size of it; a weight that is shared with another layer has the same."""


def construct(at: Site, name: str, args: Arguments) -> Value | None:
    """``nn.Linear(20, 1)``, ``nn.Sequential(…)``: the layer or container, or None where ``name`` is no such thing."""
    if name in frameworks.CONTAINERS:
        return _container(at, name.rpartition(".")[2], args)
    row = tables.layer(name)
    if row is None:
        return None
    if lacks(row.init, args):
        return Raised(f"{name} lacks an argument")
    positional = [p.name for p in row.init if not p.keyword_only]
    bound = dict(zip(positional, args.positional))
    bound.update(args.keywords)
    if any(refuses_size(row, param, value.constant, bound) for param, value in bound.items()):
        return Raised(f"{name} takes no float for a size")
    if args.open_positional or args.open_keywords:
        for param in row.init:
            bound.setdefault(param.name, at.unknown(f"{param.name}: it comes out of arguments that are not followed"))
    return Layer(row, bound, at.place)


def _container(at: Site, name: str, args: Arguments) -> Value:
    items: dict[Any, Value] = {}
    rest: Value | None = None
    given = args.positional
    if len(given) == 1 and isinstance(given[0], DictCell):
        content = given[0].fields.get(CONTENT)
        if isinstance(content, Mapped):
            return new_container(name, content)
        rest = at.unknown("layers that are not followed")
    elif name in ("ModuleList", "ParameterList") and given:
        sequence = sequence_of(at, given[0])
        items, rest = {str(i): item for i, item in enumerate(sequence.items)}, sequence.rest
    else:
        items = {str(i): item for i, item in enumerate(given)}
        if args.open_positional:
            rest = at.unknown("layers of unknown number")
    if name in ("ModuleDict", "ParameterDict") and given and not isinstance(given[0], DictCell):
        items, rest = {}, at.unknown("modules that are not followed")
    return new_container(name, Mapped(items, rest))


def call_layer(at: Site, layer: Layer, args: Arguments) -> Value:
    """``layer(x)``. A recurrent layer takes packed sequences too, and returns one then."""
    first = args.positional[0] if args.positional else None
    if isinstance(first, Tuple) and is_packed(first):
        result = call_layer(at, layer, replace(args, positional=(first.items[0], *args.positional[1:])))
        return replace(result, items=(packed(at, result.items[0]), *result.items[1:])) if isinstance(result, Tuple) and result.items else result
    row = layer.row
    fitted = bind(row.call, args, row.variadic)
    if fitted is None:
        reason = f"a call of {row.title} that does not fit its signature"
        has_too_many = len(args.positional) > len(row.call) and not row.variadic
        return at.failure(reason) if has_too_many else at.unknown(reason, *args.all())
    bound, extra = fitted
    if row.op is not None:
        op = tables.op(row.op)
        if op is None:
            return at.unknown(f"{row.op} is not in the tables", *args.all())
        names = {p.name for p in op.params}
        passed = {name: value for name, value in layer.args.items() if name in names}
        defaults = {p.name: Const(p.default) for p in row.init if p.name in names and p.default is not REQUIRED}
        merged = {**defaults, **passed, **bound}
        ordered = {p.name: merged[p.name] for p in op.params if p.name in merged}
        return operation(at, op, ordered, extra)
    params = (*row.init, *row.call)
    known = {p.name for p in params}
    is_as_made = _SIZED.isdisjoint(at.foreign(made_at(layer.place)))
    everything = {**{name: value for name, value in layer.args.items() if name in known and is_as_made}, **bound}
    if layer.has_modes:
        everything["training"] = Const(layer.is_training(at) or None)
    return apply(at, row, params, everything, extra, layer)
