"""Functions that nobody in sight calls and that set what others read: whoever calls the others may have called those before, or not.

A configuration's defaults, say, which ``merge_from_file`` overwrites: in the functions of a library, they are not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import partial

from bcelint.trace.conditions.atoms import Atom
from bcelint.trace.entries import bodies
from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Value
from bcelint.trace.state.modules import SourceModule
from bcelint.trace.state.site import Site
from bcelint.trace.values.asked import READING
from bcelint.trace.values.cells import Cell
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.classes import Class
from bcelint.trace.values.criteria import Criterion
from bcelint.trace.values.dicts import DictCell
from bcelint.trace.values.functions import Function
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.modules import Module
from bcelint.trace.values.options import Namespace

SETS, HANDS_ON = 0, 1
"""What a function may do to the things outside of it: it sets something in them, or hands them to others."""
_READING = "|".join(sorted(READING | {"copy"}))
"""Methods that change nothing."""
_INSIDE = r"(?:\.\w+|\[[^]\n]{0,80}\]){1,6}"
"""``.model.head``, ``["head"]``: something in a thing."""


def setting_functions(module: SourceModule) -> dict[str, int]:
    """The names of the functions of a module that may set something outside of themselves, with what they do.

    Told by their text: ``global``, ``cfg.size = 3``, ``cfg["size"] += 1``, ``setattr(cfg, …)``, ``cfg.update(…)``; ``merge(path, cfg)``.
    """
    objects = _names(module, (DictCell, Instance, Namespace))
    things = rf"(?:{objects}|{_names(module, (Class, Module))})"
    sets = rf"\bglobal\b|\b{things}{_INSIDE}\s*(?:[-+*/|&]|//|\*\*)?=(?!=)|\b[sd]e[tl]attr\({things}\b|\bdel {things}{_INSIDE}"
    calls = rf"\b(?:{objects})(?:{_INSIDE})?\.(?!(?:{_READING})\()\w+\("
    text = module.code.source.text
    found: dict[str, int] = {}
    for does, pattern in ((SETS, re.compile(f"{sets}|{calls}")), (HANDS_ON, re.compile(rf"[(,=]\s*(?:{objects})\s*[,)]"))):
        if pattern.search(text):
            found.update((name, does) for name, body in bodies(text) if name not in found and pattern.search(body))
    return found


def _names(module: SourceModule, kinds: tuple[type[Value], ...]) -> str:
    """A pattern of the names of such things in a module."""
    names = [name for name, value in module.frame.fields.items() if any(isinstance(single, kinds) for _, single in alternatives(value))]
    return "|".join(map(re.escape, sorted(names))) or "(?!)"


def try_setter(at: Site, function: Function, call: Callable[[], None], receivers: Collection[Cell]) -> None:
    """Evaluate a function that nobody calls. What it has set outside of itself and its ``receivers`` is so from now on, or as it was before: in
    cases of which nothing says that they come to be.
    """
    born = fresh()
    _, changes = at.state.changes_of(call)
    outside = {where: change for where, change in changes.items() if change[0].id < born and change[0] not in receivers and not _makes(change)}
    at.state.undo(outside)

    def set_again() -> None:
        for cell, key, old, new in outside.values():
            if new is not None and not _is_model(old):
                at.write(cell, key, new)

    called = Atom(f"#{fresh()}", "truth", None, True, partial(str, f"{function.qualname} was called"), opaque=True)
    at.state.branches([(frozenset([called]), set_again), (frozenset([called.negated()]), lambda: None)])


def _makes(change: tuple[Cell, str, Value | None, Value | None]) -> bool:
    """Whether a model is put where there was none: without it, nothing that needs it would run."""
    _, _, old, new = change
    return (old is None or old.constant is None) and _is_model(new)


def _is_model(value: Value | None) -> bool:
    """Whether it is a model or a criterion: another one in its place is meant for what the function itself does."""
    return value is not None and all(single.is_module or isinstance(single, Criterion) for _, single in alternatives(value))
