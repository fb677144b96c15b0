"""Builtin functions that make numbers, and the like."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from bcelint.contracts.schema import UNKNOWN
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.python.registry import Handlers
from bcelint.trace.state.site import Site
from bcelint.trace.state.truth import split
from bcelint.trace.values.asked import call_symbol
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.constants import Const
from bcelint.trace.values.enums import Member
from bcelint.trace.values.plain import constants_of
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.typed import as_text, spoken
from bcelint.trace.values.unknowns import Unknown

builtin = Handlers()


def _number(at: Site, args: Arguments, name: str) -> Value:
    if args.open_positional:
        return at.unknown(f"{name}() of arguments that are not followed", *args.positional)
    if name in ("int", "float") and not all(map(_is_whole, args.positional)):  # of a number of many cases nearly no misuse hangs on which it is
        return _one(at, name, args.positional, args)
    return at.lift(lambda *values: _one(at, name, values, args), *args.positional)


def _is_whole(value: Value) -> bool:
    """Whether it is a flag or a whole number in all cases, which is what it was before."""
    return all(
        single.is_number if isinstance(single, Unknown) else isinstance(single, Const) and isinstance(single.value, int)
        for _, single in alternatives(value)
    )


def _one(at: Site, name: str, values: tuple[Value, ...], args: Arguments) -> Value:
    if len(values) == 1 and name in ("min", "max"):
        constants = constants_of(values[0])
        values = values if constants is None else tuple(map(Const, constants))
    if name in ("repr", "str") and len(values) == 1 and values[0].text() is not None:
        return as_text(values[0])
    if name == "str" and len(values) == 1 and isinstance(values[0], Member):
        values = (spoken(at, values[0]),)
    if values and all(v.constant is not UNKNOWN for v in values) and not args.keywords:
        try:
            return Const(_PYTHON_NUMBERS[name](*(v.constant for v in values)))
        except Exception:
            return at.unknown(f"{name}() of a constant")
    if name == "bool" and len(values) == 1:
        true, false = split(at.on(args.nodes[0]) if args.nodes else at, values[0])
        return at.choice([*((guard, Const(True)) for guard in true), *((guard, Const(False)) for guard in false)])
    if name == "abs" and len(values) == 1 and isinstance(values[0], Tensor):
        return at.operation("torch.abs", {"input": values[0]})
    if name == "int" and len(values) == 1 and isinstance(values[0], Unknown) and values[0].is_number and not values[0].symbol.startswith("float("):
        return values[0]  # as far as a condition goes: it is compared with whole numbers either way
    symbol = call_symbol(name, replace(args, positional=values)) if name in _PYTHON_NUMBERS else ""
    return at.unknown(f"a {name or 'number'} that is not known", *values, symbol=symbol, number=name in ("int", "float", "round"))


_PYTHON_NUMBERS: dict[str, Any] = {f.__name__: f for f in (abs, bool, float, int, max, min, repr, round, str)}
for _name in _PYTHON_NUMBERS:
    builtin(_name)(partial(_number, name=_name))
