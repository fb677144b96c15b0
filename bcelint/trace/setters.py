"""Functions that nobody in sight calls and that set what others read: whoever calls the others may have called those before.

A configuration's defaults, say, which ``merge_from_file`` overwrites: in the functions of a library, they are not known.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Value
from bcelint.trace.state.modules import SourceModule
from bcelint.trace.state.site import Site
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import Const
from bcelint.trace.values.dicts import DictCell
from bcelint.trace.values.functions import Function
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.mapped import Mapped
from bcelint.trace.values.modules import Module
from bcelint.trace.values.options import Namespace

_READING = "copy|get|items|keys|values"
"""Methods of dicts that change nothing."""
_FUNCTION = re.compile(r"([ \t]*)(?:async )?def (\w+)")


def setting_functions(module: SourceModule) -> dict[str, int]:
    """The names of functions of a module that set something outside of themselves (0), or may have others do that (1).

    Told by their text, since it is only about which functions are tried first.
    """
    objects = _names(module, (DictCell, Instance, Namespace))
    spaces = _names(module, (Class, Module))
    item = r"(?:\.\w+|\[[^]]*\])"
    place = rf"\b(?:{objects}|{spaces})\b{item}"
    sets = rf"\bglobal\b|{place}+\s*(?:[-+*/|&]|//|\*\*)?=(?!=)|\b[sd]e[tl]attr\((?:{objects}|{spaces})\b|\bdel {place}"
    changes = rf"\b(?:{objects})\b{item}*\.(?!(?:{_READING})\()\w+\("
    found: dict[str, int] = {}
    for rank, pattern in enumerate((f"{sets}|{changes}", rf"[(,=]\s*(?:{objects})\s*[,)]")):
        text = module.code.source.text
        if re.search(rf"^[ \t].*?(?:{pattern})", text, re.MULTILINE):
            found.update((name, rank) for name, body in _functions(text) if name not in found and re.search(pattern, body))
    return found


def _functions(text: str) -> Iterator[tuple[str, str]]:
    """The name of each function and its text, as far as it is indented."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        begin = _FUNCTION.match(line)
        if begin is not None:
            deeper = (f"{begin[1]} ", f"{begin[1]}\t", f"{begin[1]})")
            body = itertools.takewhile(lambda later: not later.strip() or later.startswith(deeper), lines[number + 1 :])  # noqa: B023
            yield begin[2], "\n".join((line, *body))


def _names(module: SourceModule, kinds: tuple[type[Value], ...]) -> str:
    """A pattern of the names of such things in a module."""
    names = [name for name, value in module.frame.fields.items() if any(isinstance(single, kinds) for _, single in alternatives(value))]
    return "|".join(map(re.escape, sorted(names))) or "(?!)"


def lose_settings(at: Site, function: Function, call: Callable[[], None]) -> None:
    """Try a function that nobody calls: what it has set of the settings that were there before, may be so or not from now on."""
    born = fresh()
    _, changes = at.state.changes_of(call)
    for cell, key, old, new in changes.values():
        if cell.id < born and old is not None and new is not None:
            at.write(cell, key, _lost(at, f"{function.qualname} may set it, which nobody in sight calls", old, new))


def _lost(at: Site, reason: str, old: Value, new: Value) -> Value:
    if isinstance(old, Mapped) and isinstance(new, Mapped):
        return replace(new, items={name: _lost(at, reason, old.items.get(name, item), item) for name, item in new.items.items()})
    is_another = isinstance(old, Const) and old.value is not None and old.key() != new.key()
    return at.unknown(reason, opaque=True) if is_another else new
