"""Members of enums. They are constants, which are those that Python itself makes of the class: so they compare and hash as they do there."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bcelint.contracts.schema import Arg
from bcelint.trace.interpreter import Arguments, Interpreter, Value
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import Const
from bcelint.trace.values.functions import bind
from bcelint.trace.values.specials import COMPARING


@dataclass(frozen=True, eq=False)
class Member(Const):
    """A member of an enum; what was assigned to it is its ``given`` value."""

    cls: Class
    given: Value

    is_tested_by_call = True

    @property
    def compares_itself(self) -> bool:
        return any(self.cls.member(name) for name in COMPARING.values())

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        own = self.cls.member(name)
        if own is not None:
            return bind(at, own[0], self)
        if name in ("name", "_name_"):
            return Const(str(self.value.name))
        return self.given if name in ("value", "_value_") else super().attribute(at, name)

    def special(self, at: Interpreter, name: str, *args: Value) -> Value | None:
        """A special method of its class, called; None where the class has none of its own."""
        own = self.cls.member(name)
        return None if own is None else at.call(bind(at, own[0], self), Arguments(args))

    def call(self, at: Interpreter, args: Arguments) -> Value:
        own = self.cls.member("__call__")
        return super().call(at, args) if own is None else at.call(bind(at, own[0], self), args)

    def truth(self) -> bool | None:
        return None if self.cls.member("__bool__") else super().truth()

    def tested(self, at: Interpreter) -> Value:
        return self.special(at, "__bool__") or self

    def compare(self, at: Interpreter, op: str, other: Value) -> Value | None:
        return self.special(at, COMPARING[op], other) or super().compare(at, op, other)

    def is_of_class(self, cls: Value) -> bool | None:
        return self.cls.is_subclass(cls)

    def is_of_library_class(self, name: str) -> bool | None:
        module, _, last = name.rpartition(".")
        if module == "enum":
            return isinstance(self.value, getattr(enum, last, ()))
        return any(base.name == name for base in self.cls.external_bases()) or super().is_of_library_class(name)

    def type(self) -> Value | None:
        return self.cls

    def as_arg(self) -> Arg:
        """It is no constant for what makes a text of it where its class says how."""
        says_how = self.cls.member("__str__") or self.cls.member("__format__")
        return Arg(is_tensor=False) if says_how else super().as_arg()
