"""Running a user's program in this process as python would: ``python SCRIPT ARGS…`` or ``python -m MODULE ARGS…``."""

from __future__ import annotations

import builtins
import importlib.machinery
import importlib.util
import io
import os
import sys
import types
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from bcelint.runtime.tracebacks import cleaned


class NoProgram(Exception):
    """There is nothing to run under that name."""


@dataclass(frozen=True)
class Program:
    """A program that is ready to run: its file, the folder or name that it is found by, and its arguments."""

    path: str
    arguments: tuple[str, ...]
    search: str
    """What python puts first on ``sys.path`` for it."""
    spec: importlib.machinery.ModuleSpec | None = None


def script(path: str, arguments: Sequence[str]) -> Program:
    """``python PATH``, a file or a folder with a ``__main__.py``. Raises ``NoProgram``."""
    if os.path.isdir(path):
        entry = os.path.join(path, "__main__.py")
        if not os.path.isfile(entry):
            raise NoProgram(f"can't find '__main__' module in {path!r}")
        return Program(entry, tuple(arguments), path)
    if not os.path.isfile(path):
        raise NoProgram(f"can't open file {path!r}: no such file")
    return Program(path, tuple(arguments), os.path.dirname(os.path.realpath(path)))


def module(name: str, arguments: Sequence[str]) -> Program:
    """``python -m NAME``. Raises ``NoProgram``."""
    _search_first(os.getcwd())
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(f"{name}.__main__")
    except (ImportError, ValueError) as error:
        raise NoProgram(f"error while finding module {name!r} ({error})") from None
    if spec is None or spec.origin is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
        raise NoProgram(f"no module named {name}, or none that is written in Python")
    return Program(spec.origin, tuple(arguments), os.getcwd(), spec)


def run(program: Program, watcher: AbstractContextManager[Any]) -> tuple[int, BaseException | None]:
    """Run it under ``watcher``. Returns its exit code, and the exception that ended it where there is one.

    Afterwards ``__main__`` and ``sys.argv`` stay the program's, whose threads and exit handlers may still want them.
    """
    _search_first(program.search)
    sys.argv = [program.path, *program.arguments]
    main = types.ModuleType("__main__")
    path = os.path.abspath(program.path)
    main.__dict__.update(__file__=path, __builtins__=builtins, __spec__=program.spec)
    if program.spec is not None:
        main.__package__, main.__loader__ = program.spec.parent, program.spec.loader
    else:
        main.__package__, main.__loader__ = None, importlib.machinery.SourceFileLoader("__main__", path)
    sys.modules["__main__"] = main
    try:
        with io.open_code(path) as file:
            code = compile(file.read(), path, "exec", dont_inherit=True)
        with watcher:
            exec(code, main.__dict__)
    except SystemExit as ended:
        return _exit_code(ended), None
    except BaseException as error:
        return 1, cleaned(error)
    return 0, None


def _search_first(path: str) -> None:
    """Put ``path`` where python puts the program's folder, in place of our own."""
    if not getattr(sys.flags, "safe_path", False):
        sys.path[:1] = [path]


def _exit_code(ended: SystemExit) -> int:
    """As python does it: a number is the code, None is 0, and anything else is shown and means 1."""
    if ended.code is None:
        return 0
    if isinstance(ended.code, int):
        return ended.code
    print(ended.code, file=sys.stderr)
    return 1
