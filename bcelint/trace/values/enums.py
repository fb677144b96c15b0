"""Members of enums. They are constants, which are those that Python itself makes of the class: so they compare and hash as they do there."""

from __future__ import annotations

from dataclasses import dataclass

from bcelint.trace.interpreter import Interpreter, Value
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import Const
from bcelint.trace.values.functions import bind


@dataclass(frozen=True, eq=False)
class Member(Const):
    """A member of an enum; what was assigned to it is its ``given`` value."""

    cls: Class
    given: Value

    def is_of_class(self, cls: Value) -> bool | None:
        return self.cls.is_subclass(cls)

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        if name in ("name", "_name_"):
            return Const(str(self.value.name))
        if name in ("value", "_value_"):
            return self.given
        own = self.cls.member(name)
        return super().attribute(at, name) if own is None else bind(at, own[0], self)
