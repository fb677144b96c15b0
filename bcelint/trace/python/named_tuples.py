"""``collections.namedtuple``: tuples whose items have names too."""

from __future__ import annotations

from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.externals import External
from bcelint.trace.values.functions import Partial
from bcelint.trace.values.lists import ListCell
from bcelint.trace.values.tuples import Tuple, sequence_of

MAKER = "collections.<namedtuple>"
"""The name of what such a class is here: a function that takes its names, and then its items."""


def namedtuple(at: Site, args: Arguments) -> Value:
    """``collections.namedtuple(name, fields)``: what makes tuples with these names."""
    given = args.positional[1] if len(args.positional) > 1 else args.keywords.get("field_names")
    fields = at.narrow(given) if given is not None else None
    if isinstance(fields, Const) and isinstance(fields.value, str):
        names: tuple[object, ...] = tuple(fields.value.replace(",", " ").split())
    else:
        content = sequence_of(at, fields) if isinstance(fields, (Tuple, ListCell)) else Tuple((), NONE)
        names = () if content.rest is not None else tuple(item.value if isinstance(item, Const) else None for item in content.items)
    if not names or not all(isinstance(name, str) for name in names) or set(args.keywords) - {"field_names"} or len(args.positional) > 2:
        return at.unknown("a namedtuple with fields or defaults that are not followed")
    return Partial(External(MAKER), (Const(names),), {})


def make(at: Site, args: Arguments) -> Value:
    """A tuple with names; they come first among the arguments."""
    names = args.positional[0].value if isinstance(args.positional[0], Const) else ()
    given = {**dict(zip(names, args.positional[1:])), **args.keywords}
    if args.open_positional or args.open_keywords or set(given) != set(names):
        return at.unknown("a namedtuple of arguments that are not followed", *args.all())
    return Tuple(tuple(given[name] for name in names), names=names)
