"""Builtin functions that make containers or go through them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import libcst as cst

from bcelint.trace.conditions.atoms import ALWAYS, Guard
from bcelint.trace.conditions.compatible import compatible
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.python.registry import Handler, Handlers
from bcelint.trace.state.site import Site
from bcelint.trace.state.truth import split
from bcelint.trace.values.asking import condition
from bcelint.trace.values.choices import Choice
from bcelint.trace.values.constants import Const
from bcelint.trace.values.contents import any_of
from bcelint.trace.values.dicts import new_dict
from bcelint.trace.values.externals import External
from bcelint.trace.values.lengths import each_length
from bcelint.trace.values.lists import new_list, reordered
from bcelint.trace.values.mapped import Mapped, dict_key, keywords_of, mapping_of, overlaid
from bcelint.trace.values.sets import SetCell, new_set
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.tuples import AtMost, Tuple, sequence_of
from bcelint.trace.values.unknowns import Unknown

builtin = Handlers()
MAX_CASES = 16
"""Of ``any`` and ``all``."""
MAX_RANGE = 64
MAX_BOUND = 60
"""The length of the name of what a running number stays below."""


def _content(at: Site, args: Arguments, index: int = 0) -> Tuple:
    if len(args.positional) <= index:
        return Tuple()
    return sequence_of(at, args.positional[index])


def _contents(at: Site, args: Arguments) -> Value:
    """The content case by case: of several lists each may be known."""
    return at.lift_call(lambda single: sequence_of(at, single), args.positional[0]) if args.positional else Tuple()


def _each_length(function: Handler, index: int = 0) -> Handler:
    """The function case by case, where an argument is one of several lists that are not equally long."""

    def handler(at: Site, args: Arguments) -> Value:
        if len(args.positional) <= index:
            return function(at, args)
        before, after = args.positional[:index], args.positional[index + 1 :]
        return each_length(at, args.positional[index], lambda single: function(at, replace(args, positional=(*before, single, *after))))

    return handler


@builtin("list")
def _list(at: Site, args: Arguments) -> Value:
    return new_list(_in_order(at, args, _contents(at, args)))


def _in_order(at: Site, args: Arguments, content: Value) -> Value:
    """The content as a list has it: in which order a set yields its items, is not known."""
    is_set = any(isinstance(value, SetCell) for value in args.positional)
    return Tuple((), any_of(at, content)) if is_set and isinstance(content, Tuple) and len(content.items) > 1 else content


@builtin("set")
def _set(at: Site, args: Arguments) -> Value:
    return new_set(_contents(at, args))


@builtin("frozenset")
def _frozenset(at: Site, args: Arguments) -> Value:
    return new_set(_contents(at, args), frozenset)


@builtin("sorted")
@_each_length
def _sorted(at: Site, args: Arguments) -> Value:
    return new_list(reordered(at, _content(at, args), args))


@builtin("reversed")
@_each_length
def _reversed(at: Site, args: Arguments) -> Value:
    content = _content(at, args)
    if content.rest is None:
        return Tuple(content.items[::-1])
    return Tuple((), any_of(at, content))


@builtin("tuple")
@_each_length
def _tuple(at: Site, args: Arguments) -> Value:
    return _in_order(at, args, _content(at, args))


@builtin("any")
@_each_length
def _any(at: Site, args: Arguments) -> Value:
    """As ``or`` between the items."""
    return _first(at, args, True)


@builtin("all")
@_each_length
def _all(at: Site, args: Arguments) -> Value:
    """As ``and`` between the items."""
    return _first(at, args, False)


def _first(at: Site, args: Arguments, wanted: bool) -> Value:
    """``wanted`` where one of the items is so, else the opposite."""
    content = _content(at, args)
    made: list[tuple[Guard, Value]] = []
    left: list[Guard] = [ALWAYS]
    for item in content.items:
        true, false = split(at, item)
        decides, goes_on = (true, false) if wanted else (false, true)
        made += [(guard | one, Const(wanted)) for guard in left for one in decides if compatible(guard, one)]
        left = [guard | one for guard in left for one in goes_on if compatible(guard, one)]
    if content.rest is not None or len(made) + len(left) > MAX_CASES:
        return at.unknown("any or all of what is not known", *content.items, *([content.rest] if content.rest else []))
    return at.choice([*made, *((guard, Const(not wanted)) for guard in left)])


@builtin("dict")
def _dict(at: Site, args: Arguments) -> Value:
    if args.positional and isinstance(args.positional[0], Choice):
        return at.lift_call(lambda single: _dict(at, replace(args, positional=(single, *args.positional[1:]))), args.positional[0])
    made = Mapped()
    if args.positional:
        mapping = mapping_of(at, args.positional[0])
        made = _of_pairs(at, args) if mapping is None else mapping
    elif args.open_positional:
        made = Mapped({}, at.unknown("a dict of arguments that are not followed"))
    return new_dict(overlaid(at, made, keywords_of(at, args)))


def _of_pairs(at: Site, args: Arguments) -> Mapped:
    """What a sequence of keys and values says, pair by pair."""
    content, made = _content(at, args), Mapped()
    for pair in content.items:
        parts = sequence_of(at, pair)
        if parts.rest is not None or len(parts.items) != 2:
            more = Mapped({}, at.unknown("a pair that is not followed"))
        else:
            key, value = parts.items
            more = Mapped({dict_key(key): value}) if isinstance(key, (Const, External)) else Mapped({}, value)
        made = overlaid(at, made, more)
    if content.rest is None:
        return made
    return overlaid(at, made, Mapped({}, at.unknown("pairs that are not followed", args.positional[0])))


@builtin("range", "xrange")
def _range(at: Site, args: Arguments) -> Value:
    numbers = [v.value for v in args.positional if isinstance(v, Const) and isinstance(v.value, int)]
    if len(numbers) == len(args.positional) and 1 <= len(numbers) <= 3:
        try:
            values = range(*numbers)
        except ValueError:
            return at.unknown("a range that fails")
        if not values[MAX_RANGE:]:  # not by its length, which may be too large for one
            return Tuple(tuple(Const(i) for i in values))
    return Tuple((), _running(at, "a number of a range", args.positional[0] if len(args.positional) == 1 else None))


def _running(at: Site, reason: str, bound: Value | None) -> Value:
    """A number that runs from 0 up to what it stays below."""
    number = at.unknown(reason, number=True)
    if not isinstance(bound, Unknown) or not bound.is_number or len(bound.symbol) > MAX_BOUND:
        return number
    return replace(number, below=bound.symbol)


@builtin("len")
def _len(at: Site, args: Arguments) -> Value:
    return at.lift(lambda value: value.length(at), args.positional[0]) if args.positional else at.unknown("len()")


@builtin("enumerate")
@_each_length
def _enumerate(at: Site, args: Arguments) -> Value:
    content = _content(at, args)
    start = args.positional[1] if len(args.positional) > 1 else args.keywords.get("start", Const(0))
    first = start.value if isinstance(start, Const) and isinstance(start.value, int) else None
    numbers = [_running(at, "a running number", None) if first is None else Const(first + i) for i in range(len(content.items))]
    items = tuple(map(Tuple, zip(numbers, content.items)))
    length = at.narrow(args.positional[0].length(at)) if first == 0 and args.positional else None
    rest = None if content.rest is None else Tuple((_running(at, "a running number", length), content.rest))
    return Tuple(items, rest)


@builtin("zip")
@_each_length
def _zip(at: Site, args: Arguments) -> Value:
    contents = [_content(at, args, i) for i in range(len(args.positional))]
    if args.open_positional or not contents:
        return Tuple((), at.unknown("zipped lists that are not followed"))
    if all(content.rest is None for content in contents):
        return Tuple(tuple(Tuple(row) for row in zip(*(content.items for content in contents))))
    known = min((len(content.items) for content in contents if content.rest is None), default=None)
    if known is not None:
        columns = [
            content.items[:known] if content.rest is None else content.items + (content.rest,) * (known - len(content.items)) for content in contents
        ]
        rows = tuple(Tuple(row) for row in zip(*columns))
        return Tuple(rows) if all(len(content.items) >= known for content in contents) else AtMost(rows)
    return Tuple((), Tuple(tuple(any_of(at, content) for content in contents)))


@builtin("map")
@partial(_each_length, index=1)
def _map(at: Site, args: Arguments) -> Value:
    if len(args.positional) != 2:
        return Tuple((), at.unknown("map over several lists"))
    function, content = args.positional[0], _content(at, args, 1)
    items = tuple(at.call(function, Arguments((item,))) for item in content.items[:MAX_RANGE])
    left = Tuple(content.items[MAX_RANGE:], content.rest)
    rest = at.call(function, Arguments((any_of(at, left),))) if left.items or left.rest else None
    return Tuple(items, rest)


@builtin("filter")
@partial(_each_length, index=1)
def _filter(at: Site, args: Arguments) -> Value:
    content = _content(at, args, 1)
    return Tuple((), any_of(at, content))


@builtin("next")
@_each_length
def _next(at: Site, args: Arguments) -> Value:
    content = _content(at, args)
    node = at.node
    is_new = isinstance(node, cst.Call) and bool(node.args) and isinstance(node.args[0].value, (cst.Call, cst.GeneratorExp))  # nothing was taken yet
    if content.items and is_new:
        return content.items[0]
    default = args.positional[1] if len(args.positional) > 1 else None
    if default is None:
        return content.items[0] if len(content.items) == 1 and content.rest is None else any_of(at, content)
    some = any_of(at, content)
    if isinstance(some, Unknown) or not (content.items or content.rest):
        return some if content.items or content.rest else default
    is_left = condition(at, at.unknown("whether an item is left"), "truth", None)
    return at.choice([(frozenset([is_left]), some), (frozenset([is_left.negated()]), default)])


@builtin("sum")
@_each_length
def _sum(at: Site, args: Arguments) -> Value:
    content = _content(at, args)
    start = args.positional[1] if len(args.positional) > 1 else args.keywords.get("start")
    if content.rest is None and not content.items:
        return start or Const(0)
    if content.rest is not None:
        losses = any_of(at, content)
        if isinstance(losses, Tensor):
            return Tensor(sources=losses.sources, losses=losses.losses, reason="a sum of unknown length")
        return at.unknown("a sum of unknown length", losses)
    total, *others = content.items if start is None else (start, *content.items)
    for item in others:
        total = at.binary("+", total, item)
    return total
