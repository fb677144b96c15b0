"""What a method of a string returns, where the string is known: ``name.lower()`` is "bce" where ``name`` is "BCE"."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from bcelint.trace.conditions.atoms import Atom, holds, values_of

METHODS = tuple("lower upper strip title capitalize casefold startswith endswith replace removeprefix removesuffix __contains__".split())
_CALL = re.compile(rf"(.+)\.({'|'.join(METHODS)})(\(.*\))")


_ENDS: dict[str, Callable[[str, str], bool]] = {"startswith": str.startswith, "endswith": str.endswith}
Call = tuple[str, str, tuple[Any, ...]]
"""The symbol of a string, a method of it, and the arguments."""


@lru_cache(maxsize=1000)
def called(symbol: str) -> Call | None:
    """The symbol of the string, its method and the arguments, where ``symbol`` is what a method returns."""
    found = _CALL.fullmatch(symbol)
    if found is None:
        return None
    try:
        arguments = ast.literal_eval("()" if found[3] == "()" else f"{found[3][:-1]},)")
    except (SyntaxError, ValueError):
        return None
    return found[1], found[2], tuple(arguments)


def agree(symbol: str, atoms: Iterable[Atom], about_base: Sequence[Atom]) -> bool:
    """Whether what is said of a method's result can be so for one of the values that its string may have. True where these are not known."""
    call = called(symbol)
    values: list[Any] = [value for atom in about_base for value in values_of(atom)]
    if call is None or not values:
        return True
    _, name, arguments = call
    possible = [value for value in values if isinstance(value, str) and all(holds(atom, value) is not False for atom in about_base)]
    asked = list(atoms)
    return any(all(holds(atom, getattr(value, name)(*arguments)) is not False for atom in asked) for value in possible)


def asks_of_methods(symbols: Iterable[str]) -> bool:
    """Whether one of the symbols is what a method of a string returns."""
    return any(symbol.endswith(")") and called(symbol) is not None for symbol in symbols)


def consistent_with_bases(one: Mapping[str, Sequence[Atom]], other: Mapping[str, Sequence[Atom]]) -> bool:
    """Whether what ``one`` says of methods of strings agrees with what ``other`` says of the strings."""
    for symbol, atoms in one.items():
        call = called(symbol) if symbol.endswith(")") else None
        if call is None:
            continue
        if call[0] in other and not agree(symbol, atoms, other[call[0]]):
            return False
        if call[1] in _ENDS and _is_so(atoms) and any(_is_so(asked) and not _fit(call, called(known)) for known, asked in other.items()):
            return False
    return True


def _is_so(atoms: Iterable[Atom]) -> bool:
    return any(atom.op == "truth" and atom.truth for atom in atoms)


def _fit(one: Call, other: Call | None) -> bool:
    """Whether a string can begin, or end, in both ways."""
    if other is None or one[:2] != other[:2] or not all(isinstance(end, str) for end in (*one[2], *other[2])):
        return True
    asks = _ENDS[one[1]]
    return any(asks(a, b) or asks(b, a) for a in one[2][:1] for b in other[2][:1])
