"""Which functions are entry points: those that nobody in the project calls."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator

from bcelint.trace.state.coverage import BARREN, DEAD, DECLARED, OVERRIDDEN, names_loss
from bcelint.trace.state.modules import SourceModule
from bcelint.trace.state.run import Run
from bcelint.trace.torch.declared import is_taken_on_trust
from bcelint.trace.values.classes import Class
from bcelint.trace.values.functions import Function
from bcelint.trace.values.instances import Instance

_FUNCTION = re.compile(r"([ \t]*)(?:async )?def (\w+)")


def functions_of(module: SourceModule) -> list[tuple[Function, Class | None]]:
    """The functions and methods of a module: entry points where nobody in the project calls them."""
    found: list[tuple[Function, Class | None]] = []
    for value in list(module.frame.fields.values()):
        if isinstance(value, Function) and value.closure.globals is module.frame:
            found.append((value, None))
        elif isinstance(value, Class) and value.scope is module.frame:
            inherited = {name: member for cls in reversed(list(value.mro())) for name, member in cls.fields.items()}
            found += [(member, value) for member in inherited.values() if isinstance(member, Function)]
    return found


def why_not(run: Run, function: Function, owner: Class | None) -> str | None:
    """Why a function is no entry point; "" where it is one, because nobody has called it yet, an inherited method on its own class; None of one
    that was called."""
    receiver = 0 if owner is None or owner is function.owner or function.role == "static" else owner.id
    if is_taken_on_trust(run, function):
        return DECLARED
    if (id(function.node), receiver) in run.executed:
        return None
    if receiver and owner is not None and _is_left_behind(run, function, owner):
        return OVERRIDDEN
    if run.dead.holds(function):
        return DEAD
    return BARREN if run.is_barren and not names_loss(run.project, function) else ""


def _is_left_behind(run: Run, function: Function, heir: Class) -> bool:
    """Whether an inherited method is called, in its own file, only by methods that the heir has overridden: nobody calls it on the heir then."""
    code, cls = function.closure.code, function.owner
    calls = run.dead.calls_in(code)[function.name]
    if not calls or not isinstance(cls, Class):
        return False
    replaced = [member for name, member in cls.fields.items() if isinstance(member, Function) and (heir.member(name) or (member,))[0] is not member]
    return calls <= sum(code.text(member.node).count(f"self.{function.name}(") for member in replaced)


def bodies(text: str) -> Iterator[tuple[str, str]]:
    """The name of each function in a text, and its own text, as far as it is indented."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        begin = _FUNCTION.match(line)
        if begin is not None:
            deeper = (f"{begin[1]} ", f"{begin[1]}\t", f"{begin[1]})")
            body = itertools.takewhile(lambda later: not later.strip() or later.startswith(deeper), lines[number + 1 :])  # noqa: B023
            yield begin[2], "\n".join((line, *body))


def is_test(root: str, path: str) -> bool:
    """Whether a file is a test by pytest's conventions: it is run when there are steps left."""
    parts = os.path.relpath(path, root).split(os.sep)
    return parts[-1].startswith(("test_", "conftest.")) or parts[-1].endswith("_test.py") or bool({"tests", "test"} & set(parts[:-1]))


def made_of(cls: Class) -> list[Instance]:
    """The objects of a class that the project has made by now."""
    return [instance for instance in cls.instances if isinstance(instance, Instance) and instance.fields]
