"""Values that hang on nothing which the program leaves open: a test of one has one answer, also where it is not known here which."""

from __future__ import annotations

from bcelint.trace.interpreter import Items, Value
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import Const
from bcelint.trace.values.dicts import DictCell
from bcelint.trace.values.externals import External
from bcelint.trace.values.functions import Function
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.lists import ListCell
from bcelint.trace.values.mapped import Mapped
from bcelint.trace.values.supers import Super

MAX_DEPTH = 4
_PLAIN = (Class, Const, DictCell, External, Function, Instance, Items, ListCell, Mapped)


def is_determined(value: Value, depth: int = MAX_DEPTH) -> bool:
    """Whether a value is made of constants, functions and classes alone."""
    if isinstance(value, Super):
        value = value.receiver
    if depth == 0 or not isinstance(value, _PLAIN):
        return False
    if isinstance(value, External):  # ``sys.argv`` is set outside
        return value.name.startswith("builtins.") or not value.is_open()
    parts = value.fields.values() if isinstance(value, (DictCell, Instance, ListCell)) else value.parts()
    return (value.rest is None or is_determined(value.rest, depth - 1)) and all(is_determined(part, depth - 1) for part in parts)
