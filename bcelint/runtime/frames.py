"""Frames of the running program: which are the user's, and where in their file they stand."""

from __future__ import annotations

import enum
import linecache
import os
import sys
import sysconfig
from collections.abc import Iterator
from types import CodeType, FrameType
from typing import Any

import torch

from bcelint.places import FixedPlace


class Origin(enum.Enum):
    """Whose code a frame runs."""

    USER = "the user's"
    COMPREHENSION = "a comprehension or generator expression of the user's"
    LIBRARY = "the standard library's or an installed package's"
    TORCH = "torch's, or bcelint's own"
    MAINTENANCE = "torch's optimizers and initialisers, whose operations say nothing of a loss"
    COMPILER = "torch's, where it calls a function that was compiled"


def _folder(path: str) -> str:
    return os.path.realpath(path) + os.sep


_TORCH = _folder(os.path.dirname(torch.__file__))
_OWN = _folder(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_MAINTENANCE = (os.path.join(_TORCH, "optim") + os.sep, os.path.join(_TORCH, "nn", "init.py"))
_COMPILER = os.path.join(_TORCH, "_dynamo") + os.sep
_COMPILED = {"compile_wrapper"}  # torch 2.6 and later; other functions of that folder are on the stack of every optimizer
_LIBRARIES = tuple({_folder(path) for name, path in sysconfig.get_paths().items() if name in ("stdlib", "platstdlib", "purelib", "platlib")})
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_GENERATED = ("<frozen ", "<__array_function__", "<attrs ")
_COMPREHENSIONS = {"<listcomp>", "<genexpr>", "<setcomp>", "<dictcomp>"}

# By identity: code of equal text is equal, whatever file it is from. What is seen is kept, so that an id stays its own.
_origins: dict[int, tuple[Origin, CodeType]] = {}
_places: dict[tuple[int, int], FixedPlace] = {}
maintenance: set[int] = set()
"""The code met so far that is of ``Origin.MAINTENANCE``, for a quick answer: an optimizer's step is mostly such calls."""


def origin(code: CodeType) -> Origin:
    """Whose code it is, by its file."""
    found = _origins.get(id(code))
    if found is None:
        found = _origins[id(code)] = (_classified(code), code)
        if found[0] is Origin.MAINTENANCE:
            maintenance.add(id(code))
    return found[0]


def _classified(code: CodeType) -> Origin:
    name = code.co_filename
    if name.startswith("<"):
        return Origin.LIBRARY if name.startswith(_GENERATED) else _of_the_user(code)
    path = os.path.realpath(name)
    if path.startswith(_TORCH):
        if path.startswith(_MAINTENANCE):
            return Origin.MAINTENANCE
        return Origin.COMPILER if path.startswith(_COMPILER) and code.co_name in _COMPILED else Origin.TORCH
    if path.startswith(_OWN):
        return Origin.TORCH
    if path.startswith(_LIBRARIES) or any(part in path for part in _INSTALLED):
        return Origin.LIBRARY
    return _of_the_user(code)


def _of_the_user(code: CodeType) -> Origin:
    return Origin.COMPREHENSION if code.co_name in _COMPREHENSIONS else Origin.USER


OWN = (Origin.USER, Origin.COMPREHENSION)
compiled_calls = 0
"""How often a call of a function that was compiled with ``torch.compile`` was met on the stack."""


def users(frame: FrameType | None) -> Iterator[FrameType]:
    """The frames of the user's code, from ``frame`` outwards."""
    global compiled_calls
    while frame is not None:
        whose = origin(frame.f_code)
        if whose in OWN:
            yield frame
        elif whose is Origin.COMPILER:
            compiled_calls += 1
        frame = frame.f_back


def nearest(frame: FrameType | None) -> FrameType | None:
    """The nearest frame of the user's; else the nearest outside of torch; else None."""
    library = None
    while frame is not None:
        whose = origin(frame.f_code)
        if whose in OWN:
            return frame
        if library is None and whose is Origin.LIBRARY:
            library = frame
        frame = frame.f_back
    return library


def outside_torch(frame: FrameType | None) -> FrameType | None:
    """The nearest frame that is not torch's: the user's or a library's."""
    while frame is not None and origin(frame.f_code) not in (*OWN, Origin.LIBRARY):
        frame = frame.f_back
    return frame


def place(frame: FrameType) -> FixedPlace:
    """Where ``frame`` stands: the span of the expression from Python 3.11 on, before that the line alone (column 1)."""
    key = (id(frame.f_code), frame.f_lasti)
    found = _places.get(key)
    if found is None:
        origin(frame.f_code)
        found = _places[key] = place_in(frame.f_code, frame.f_lasti, frame.f_lineno)
    return found


def place_in(code: CodeType, instruction: int, line: int) -> FixedPlace:
    """The place of one instruction (an offset in bytes) of ``code``."""
    path = code.co_filename if code.co_filename.startswith("<") else os.path.abspath(code.co_filename)
    if sys.version_info >= (3, 11):
        for number, span in enumerate(code.co_positions()):
            if number == instruction // 2:
                first, last, start, end = span
                if first is None or last is None or start is None or end is None:
                    break
                return FixedPlace(path, first, _column(path, first, start), last, _column(path, last, end))
    return FixedPlace(path, line)


def _column(path: str, line: int, offset: int) -> int:
    """The column, from 1 and in characters, at a byte offset in a line."""
    text = linecache.getline(path, line)
    return (offset if text.isascii() else len(text.encode()[:offset].decode(errors="replace"))) + 1


def qualified_name(code: CodeType) -> str:
    """The name of the function, qualified from Python 3.11 on."""
    return str(getattr(code, "co_qualname", code.co_name))


def arguments(frame: FrameType) -> list[Any]:
    """What the parameters of the function in ``frame`` hold now."""
    code = frame.f_code
    if not code.co_flags & 0x1:  # not optimised: the body of a module or class, which has no parameters
        return []
    count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 0x4) + bool(code.co_flags & 0x8)
    names = code.co_varnames[:count]
    held = frame.f_locals
    values = [held[name] for name in names if name in held]
    # Before Python 3.13 that is a copy, which the frame keeps and with it every tensor in it; nobody else has it.
    if sys.version_info < (3, 13) and sys.getrefcount(held) <= 3:
        held.clear()
    return values
