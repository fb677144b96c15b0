"""Enums: the members of a class, and looking them up."""

from __future__ import annotations

import enum
from typing import Any

from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import Const
from bcelint.trace.values.enums import Member
from bcelint.trace.values.externals import External
from bcelint.trace.values.functions import Function
from bcelint.trace.values.mapped import Mapped, item_under
from bcelint.trace.values.tuples import Tuple

_MIXINS: dict[str, tuple[Any, type | None]] = {
    "Enum": (enum.Enum, None),
    "IntEnum": (enum.IntEnum, None),
    "Flag": (enum.Flag, None),
    "IntFlag": (enum.IntFlag, None),
    "StrEnum": (enum.Enum, str),
}
"""By the last part of their names: libraries have bases of their own beside those of the standard library."""


class _Text(str, enum.Enum):
    """``enum.StrEnum``, which Python has since 3.11."""

    __str__ = str.__str__

    def __format__(self, format_spec: str) -> str:
        return str.__format__(self, format_spec)


_PLAIN: dict[str, type] = {f"builtins.{kind.__name__}": kind for kind in (bytes, complex, float, int, str)}
"""Types whose values the members may be, too."""
AUTO = "enum.auto()"
"""What a call of ``enum.auto`` stands as until the class is made."""


def is_enum(cls: Class) -> bool:
    return any(base.name.rpartition(".")[2] in _MIXINS for base in cls.external_bases())


def define(cls: Class) -> None:
    """Make members of the attributes of a class that is an enum."""
    bases = [base.name for base in cls.external_bases()]
    kind = next((_MIXINS[last] for last in (name.rpartition(".")[2] for name in bases) if last in _MIXINS), None)
    given = {name: value for name, value in cls.fields.items() if not name.startswith("_") and not isinstance(value, (Function, Class))}
    if kind is None or not given or any(cls.member(name) for name in ("__new__", "_generate_next_value_")):
        return
    base, mixin = kind
    mixin = next((_PLAIN[name] for name in bases if name in _PLAIN), mixin)
    if "enum.StrEnum" in bases:
        base, mixin = _Text, None
    try:
        made: Any = base(
            cls.name,
            [(name, _plain(value, name, str if base is _Text else mixin)) for name, value in given.items()],
            **({"type": mixin} if mixin else {}),
        )
    except Exception:  # what Python refuses, or what hangs on values that are not known
        return
    cls.members.update({name: Member(made[name], cls, Const(made[name].value) if _is_auto(value) else value) for name, value in given.items()})
    cls.fields.update(cls.members)


def called(at: Site, cls: Class, args: Arguments) -> Value:
    """``Kind("a")``."""
    members = _by_value(cls)
    if members is None or len(args.positional) != 1:
        return at.unknown(f"a member of {cls.name}", *args.all())
    written = args.written(["value"]).get("value", at.node)

    def one(key: Value) -> Value:
        if isinstance(key, Member) and key.cls is cls:
            return key
        found = item_under(at, members, key, written)
        return at.unknown(f"what {cls.name} makes of other values", key) if found.is_raised and cls.member("_missing_") is not None else found

    return at.lift(one, args.positional[0])


def _by_value(cls: Class) -> Mapped | None:
    """The members of an enum by their values; None where one of these is not known."""
    given = {member: member.given for member in cls.members.values() if isinstance(member, Member)}
    known = {value.value: member for member, value in given.items() if isinstance(value, Const)}
    return Mapped(known) if all(isinstance(value, Const) for value in given.values()) else None


def _is_auto(value: Value) -> bool:
    return isinstance(value, External) and value.name == AUTO


def _plain(value: Value, name: str = "", mixin: type | None = None) -> Any:
    """What stands for a value in Python: itself, or a thing that is equal to nothing else."""
    if _is_auto(value):
        return name.lower() if mixin is str else enum.auto()
    if isinstance(value, Tuple) and value.rest is None:
        return tuple(map(_plain, value.items))
    return value.value if isinstance(value, Const) else object()
