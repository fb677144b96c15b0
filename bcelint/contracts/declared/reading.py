"""Reads declared knowledge from tables, as TOML holds them, and says where they are wrong."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from bcelint.contracts.declared.expressions import Expression
from bcelint.contracts.declared.rows import ANYTHING, Signature

_PLAIN = re.compile(r"[A-Za-z0-9_-]+(?:\[\d+\])?")


class BadTable(ValueError):
    """A key or value that is not understood: ``key`` is its dotted path."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key = key
        self.reason = reason


def dotted(path: str, key: object) -> str:
    """The path of ``key`` in the table ``path``, as TOML writes it."""
    text = str(key)
    text = text if _PLAIN.fullmatch(text) else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{path}.{text}" if path else text


def nearest(given: object, valid: Collection[str]) -> str:
    """``; did you mean x?``, or the list of what may stand there."""
    found = difflib.get_close_matches(str(given), list(valid), 1)
    return f"did you mean {found[0]}?" if found else f"it may be {' or '.join(_listed(sorted(valid)))}"


def _listed(words: list[str]) -> Iterator[str]:
    if len(words) > 1:
        yield ", ".join(words[:-1])
    yield words[-1]


class Table:
    """A table of TOML, checked as it is read. Where ``keys`` are given, it may hold no others. All raise BadTable."""

    def __init__(self, data: Any, path: str, keys: Collection[str] | None = None) -> None:
        if not isinstance(data, Mapping):
            raise BadTable(path, f"is {described(data)} and should be a table")
        self.data = data
        self.path = path
        for key in () if keys is None else data:
            if keys is not None and key not in keys:
                raise self.bad(key, f"unknown key; {nearest(key, keys)}")

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def key(self, key: object) -> str:
        return dotted(self.path, key)

    def bad(self, key: object, reason: str) -> BadTable:
        return BadTable(self.key(key), reason)

    def get(self, key: str) -> Any:
        """The value, or None where there is none."""
        return self.data.get(key)

    def text(self, key: str) -> str | None:
        value = self.get(key)
        if value is not None and not isinstance(value, str):
            raise self.bad(key, f"is {described(value)} and should be a string")
        return value

    def flag(self, key: str) -> bool | None:
        value = self.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.bad(key, f"is {described(value)} and should be true or false")
        return value

    def integer(self, key: str) -> int | None:
        value = self.get(key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise self.bad(key, f"is {described(value)} and should be an integer")
        return value

    def texts(self, key: str) -> tuple[str, ...] | None:
        value = self.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.bad(key, f"is {described(value)} and should be a list of strings")
        return tuple(value)

    def word(self, key: str, valid: Collection[str]) -> str | None:
        """A string out of ``valid``."""
        value = self.text(key)
        if value is not None and value not in valid:
            raise self.bad(key, f"{value!r} is not known; {nearest(value, valid)}")
        return value

    def signature(self, key: str) -> Signature:
        text = self.text(key)
        if text is None:
            return ANYTHING
        try:
            return signature(text)
        except (SyntaxError, ValueError, AssertionError):
            raise self.bad(key, f"{text!r} is no list of parameters as it stands in a def") from None

    def expression(self, key: str) -> Expression:
        text = self.text(key)
        if text is None:
            raise self.bad(key, "is missing")
        try:
            return Expression(text)
        except ValueError as error:
            raise self.bad(key, f"{text!r}: {error}") from None


def described(value: Any) -> str:
    """What a value is in TOML's words."""
    names = {bool: "a boolean", str: "a string", int: "an integer", float: "a float", list: "an array", dict: "a table"}
    return names.get(type(value), f"a {type(value).__name__}")


def signature(text: str) -> Signature:
    """Parameters written as in a ``def``; ``...`` is a default that is not known. SyntaxError or ValueError where they are not."""
    import ast
    from dataclasses import replace

    from bcelint.contracts import rows
    from bcelint.contracts.schema import UNKNOWN

    parsed = ast.parse(f"def f({text}): ...").body
    if len(parsed) != 1 or not isinstance(parsed[0], ast.FunctionDef):
        raise ValueError(text)
    params = tuple(replace(param, default=UNKNOWN) if param.default is ... else param for param in rows.signature(text))
    arguments = parsed[0].args
    return Signature(params, arguments.vararg is not None, arguments.kwarg is not None)
