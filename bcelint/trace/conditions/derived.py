"""What a method of a string returns, where the string is known: ``name.lower()`` is "bce" where ``name`` is "BCE"."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from bcelint.trace.conditions.atoms import Atom, holds, values_of

METHODS = tuple("lower upper strip title capitalize casefold startswith endswith replace removeprefix removesuffix __contains__".split())
_CALL = re.compile(rf"(.+)\.({'|'.join(METHODS)})(\(.*\))")


@lru_cache(maxsize=1000)
def called(symbol: str) -> tuple[str, str, tuple[Any, ...]] | None:
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


def consistent_with_bases(one: Mapping[str, list[Atom]], other: Mapping[str, list[Atom]]) -> bool:
    """Whether what ``one`` says of methods of strings agrees with what ``other`` says of the strings."""
    for symbol, atoms in one.items():
        call = called(symbol) if symbol.endswith(")") else None
        if call is not None and call[0] in other and not agree(symbol, atoms, other[call[0]]):
            return False
    return True
