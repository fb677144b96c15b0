"""Arguments whose cases hang on what is set where it is not seen: a file, a command line that is read elsewhere."""

from __future__ import annotations

from bcelint.trace.conditions.asking import opaque, without_opaque
from bcelint.trace.conditions.atoms import Guard
from bcelint.trace.conditions.joining import either
from bcelint.trace.interpreter import Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.choices import Choice
from bcelint.trace.values.contents import common
from bcelint.trace.values.tensors import Tensor


def in_any_case(at: Site, value: Value) -> Value:
    """The value with what its cases have in common, where one of them is so whatever is set: ``1 if row["kind"] == "spam" else 0`` is an int.

    Nothing says that any one of these cases ever comes to be, so that nothing could be said of them one by one.
    """
    if not isinstance(value, Choice) or not any(opaque(guard) for guard, _ in value.alternatives):
        return value
    groups: dict[Guard, list[tuple[Guard, Value]]] = {}
    for guard, single in value.alternatives:
        groups.setdefault(without_opaque(guard), []).append((guard, single))
    options: list[tuple[Guard, Value]] = []
    for same in groups.values():
        guard = either(guard for guard, _ in same)
        is_one_kind = len({single.facts.value("kind") if isinstance(single, Tensor) else None for _, single in same}) == 1
        shared = common([single for _, single in same]) if len(same) > 1 and is_one_kind and not opaque(guard) else None
        options += same if shared is None else [(guard, shared)]
    return at.choice(options)
