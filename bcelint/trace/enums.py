"""Enums. Their members are constants, which are those that Python itself makes of the class: so they compare and hash as they do there."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

from bcelint.trace.values import Class, Const, Function, Mapped, Tuple, Value

_MIXINS: dict[str, tuple[Any, type | None]] = {
    "enum.Enum": (enum.Enum, None),
    "enum.IntEnum": (enum.IntEnum, None),
    "enum.StrEnum": (enum.Enum, str),
}


@dataclass(frozen=True, eq=False)
class Member(Const):
    """A member of an enum; what was assigned to it is its ``given`` value."""

    cls: Class
    given: Value

    @property
    def name(self) -> str:
        return str(self.value.name)


def define(cls: Class) -> None:
    """Make members of the attributes of a class that is an enum."""
    bases = [base.name for base in cls.external_bases()]
    kind = next((_MIXINS[name] for name in bases if name in _MIXINS), None)
    given = {name: value for name, value in cls.fields.items() if not name.startswith("_") and not isinstance(value, (Function, Class))}
    if kind is None or not given:
        return
    base, mixin = kind
    mixin = str if "builtins.str" in bases else int if "builtins.int" in bases else mixin
    try:
        made: Any = base(cls.name, [(name, _plain(value)) for name, value in given.items()], **({"type": mixin} if mixin else {}))
    except Exception:  # what Python refuses, or what hangs on values that are not known
        return
    cls.members = {name: Member(made[name], cls, value) for name, value in given.items()}
    cls.fields.update(cls.members)


def attribute(member: Member, name: str) -> Value | None:
    """What an enum gives each of its members."""
    if name in ("name", "_name_"):
        return Const(member.name)
    return member.given if name in ("value", "_value_") else None


def by_value(cls: Class) -> Mapped | None:
    """The members of an enum by their values; None where one of these is not known."""
    given = [(member.given, member) for member in cls.members.values()]
    known = {value.value: member for value, member in given if isinstance(value, Const)}
    return Mapped(known) if all(isinstance(value, Const) for value, _ in given) else None


def _plain(value: Value) -> Any:
    """What stands for a value in Python: itself, or a thing that is equal to nothing else."""
    if isinstance(value, Tuple) and value.rest is None:
        return tuple(map(_plain, value.items))
    return value.value if isinstance(value, Const) else object()
