"""Reading TOML: with the standard library from Python 3.11 on, else with tomli."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any


class BadToml(ValueError):
    """The text is no TOML."""


def load(path: str) -> dict[str, Any]:
    """The tables of a file. Raises OSError, and BadToml with the reason and the line."""
    with open(path, "rb") as file:
        return loads(file.read())


def loads(data: bytes) -> dict[str, Any]:
    """The tables in a text. Raises BadToml."""
    tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        found: dict[str, Any] = tomllib.loads(data.decode("utf-8-sig"))
        return found
    except UnicodeDecodeError:
        raise BadToml("is not written in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise BadToml(str(error)) from None
