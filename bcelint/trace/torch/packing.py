"""``PackedSequence``: sequences of different lengths in one tensor, its ``data`` (source: torch.nn.utils.rnn docs)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bcelint.facts import Claim
from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.tuples import Tuple

NAMES = ("data", "batch_sizes", "sorted_indices", "unsorted_indices")


def is_packed(value: Value) -> bool:
    return isinstance(value, Tuple) and value.names == NAMES


def packed(at: Site, value: Value) -> Value:
    """The values of ``value`` in a tensor with one dimension less, which is open here."""
    data = at.lift(_flat, value)
    return Tuple((data, *(at.unknown(f"the {name} of a packed sequence") for name in NAMES[1:])), names=NAMES)


def _flat(value: Value) -> Value:
    return replace(value, facts=replace(value.facts, shape=None, axis=None), uid=fresh()) if isinstance(value, Tensor) else value


def _pack(at: Site, args: Arguments) -> Value:
    return packed(at, args.all()[0]) if args.all() else at.unknown("a packed sequence of nothing")


def _pad(at: Site, args: Arguments) -> Value:
    """What it was packed of, with zeros at the ends, and the lengths."""
    given = args.all()[0] if args.all() else None
    if not isinstance(given, Tuple) or not is_packed(given):
        return at.unknown("a packed sequence that is not known", *args.all())
    return Tuple((at.lift(_padded, given.items[0]), at.unknown("the lengths of sequences")))


def _padded(value: Value) -> Value:
    if not isinstance(value, Tensor):
        return value
    facts = value.facts
    interval = facts.interval
    hull = None if interval is None else replace(interval, low=min(interval.low, 0.0), high=max(interval.high, 0.0))
    ranged = None if hull is None or facts.range is None else Claim(hull, facts.range.steps)
    return replace(value, facts=replace(facts, range=ranged, shape=None), uid=fresh())


HANDLERS: dict[str, Callable[[Site, Arguments], Value]] = {
    "torch.nn.utils.rnn.pack_padded_sequence": _pack,
    "torch.nn.utils.rnn.pack_sequence": lambda at, args: packed(at, at.unknown("what a packed sequence is made of", *args.all())),
    "torch.nn.utils.rnn.pad_packed_sequence": _pad,
}
