"""``collections.namedtuple``: tuples whose items have names too."""

from __future__ import annotations

import libcst as cst

from bcelint.trace.arguments import Arguments
from bcelint.trace.frames import Frame
from bcelint.trace.run import Run
from bcelint.trace.values import NONE, Const, External, ListCell, Partial, Tuple, Value

MAKER = "collections.<namedtuple>"
"""The name of what such a class is here: a function that takes its names, and then its items."""


def namedtuple(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    """``collections.namedtuple(name, fields)``: what makes tuples with these names."""
    from bcelint.trace import sequences

    given = args.positional[1] if len(args.positional) > 1 else args.keywords.get("field_names")
    fields = run.state.narrow(given) if given is not None else None
    if isinstance(fields, Const) and isinstance(fields.value, str):
        names: tuple[object, ...] = tuple(fields.value.replace(",", " ").split())
    else:
        content = sequences.sequence_of(run, frame, node, fields) if isinstance(fields, (Tuple, ListCell)) else Tuple((), NONE)
        names = () if content.rest is not None else tuple(item.value if isinstance(item, Const) else None for item in content.items)
    if not names or not all(isinstance(name, str) for name in names) or set(args.keywords) - {"field_names"} or len(args.positional) > 2:
        return run.unknown("a namedtuple with fields or defaults that are not followed", frame, node)
    return Partial(External(MAKER), (Const(names),), {})


def make(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    """A tuple with names; they come first among the arguments."""
    names = args.positional[0].value if isinstance(args.positional[0], Const) else ()
    given = {**dict(zip(names, args.positional[1:])), **args.keywords}
    if args.open_positional or args.open_keywords or set(given) != set(names):
        return run.unknown("a namedtuple of arguments that are not followed", frame, node, *args.all())
    return Tuple(tuple(given[name] for name in names), names=names)
