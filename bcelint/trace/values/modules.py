"""Modules of the project, and what ``vars()`` shows of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Interpreter, Value
from bcelint.trace.values.cells import DYNAMIC
from bcelint.trace.values.dicts import DictCell, new_dict
from bcelint.trace.values.mapped import Mapped
from bcelint.trace.values.unknowns import Unknown


@dataclass(frozen=True, eq=False)
class Module(Value):
    """A module or namespace package of the project."""

    noun = "module"
    path: str

    def key(self) -> Any:
        return ("module", self.path)

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        return names_of(at.module_names(self.path)) if name == "__dict__" else at.module_member(self.path, name)

    def store(self, at: Interpreter, name: str, value: Value, after: Callable[[Value | None], Value]) -> None:
        scope = at.module(self.path)
        if scope is not None:
            at.write(scope, name, value)


def names_of(fields: Mapping[str, Value]) -> DictCell:
    """``vars(…)``, as it is now."""
    rest = Unknown("an attribute that may be set", symbol=f"#{fresh()}", opaque=True) if DYNAMIC in fields else None
    return new_dict(Mapped({name: value for name, value in fields.items() if name.isidentifier()}, rest))
