"""Writing files: each whole or not at all, those of one repair together, and never over what has changed in the meantime."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import signal
import stat
import threading
import tokenize
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bcelint.project.atomic import stage
from bcelint.project.source import is_notebook

CHANGED = "it has changed on disk since it was read; nothing was written to it"
READ_ONLY = "it is read-only"
NOTEBOOK = "notebooks are left alone"
TOGETHER = "its repair also lies in a file that can't be written"


@dataclass
class Written:
    """The files that were replaced, and those that were not, with the reason."""

    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Staged:
    """A new content beside the file that it will replace."""

    path: str
    real: str
    partial: str
    old: bytes


def write(before: Mapping[str, str], after: Mapping[str, str], groups: Sequence[frozenset[str]]) -> Written:
    """Put the texts ``after`` in place of ``before``. All new files are written first, and put in place only when all are there.

    ``groups`` are the files of each repair: where one of them can't be written, none is. Ctrl-C before the last step leaves every
    file as it was, and waits during it.
    """
    written = Written()
    contents: dict[str, tuple[bytes, bytes]] = {}
    for path in sorted(before):
        try:
            contents[path] = _contents(path, before[path], after[path])
        except _Unwritable as error:
            written.failed[path] = error.args[0]
    _spread(written.failed, groups, contents)
    staged: list[_Staged] = []
    try:
        for path, (old, new) in contents.items():
            real = os.path.realpath(path)
            staged.append(_Staged(path, real, stage(real, new), old))
        with _uninterrupted():
            _replace(staged, written)
    except OSError as error:
        for path in contents:
            if path not in written.done:
                written.failed[path] = f"nothing was written: {error.strerror or error}"
    finally:
        for each in staged:
            with contextlib.suppress(OSError):
                os.unlink(each.partial)
    return written


class _Unwritable(Exception):
    """Why a file can't be written."""


def _contents(path: str, before: str, after: str) -> tuple[bytes, bytes]:
    """The bytes on disk, and those to put there: the same encoding and byte order mark."""
    if is_notebook(path):
        raise _Unwritable(NOTEBOOK)
    try:
        with open(path, "rb") as file:
            old = file.read()
        mode = os.stat(path).st_mode
    except OSError as error:
        raise _Unwritable(error.strerror or str(error)) from None
    if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(path, os.W_OK):
        raise _Unwritable(READ_ONLY)
    mark = codecs.BOM_UTF8 if old.startswith(codecs.BOM_UTF8) else b""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(old).readline)
        encoding = "utf-8" if encoding == "utf-8-sig" else encoding
        if old[len(mark) :].decode(encoding) != before:
            raise _Unwritable(CHANGED)
        return old, mark + after.encode(encoding)
    except (SyntaxError, UnicodeError, LookupError):
        raise _Unwritable(CHANGED) from None


def _spread(failed: dict[str, str], groups: Iterable[frozenset[str]], contents: dict[str, tuple[bytes, bytes]]) -> None:
    """Take out the files that hang together with one that can't be written."""
    groups = list(groups)
    waiting = list(failed)
    while waiting:
        path = waiting.pop()
        for group in groups:
            if path in group:
                for other in group & contents.keys():
                    del contents[other]
                    failed[other] = TOGETHER
                    waiting.append(other)
    for path in failed:
        contents.pop(path, None)


def _replace(staged: Sequence[_Staged], written: Written) -> None:
    """Put all in place. Where one can't be, those before it get their old content back."""
    for each in staged:
        with open(each.real, "rb") as file:
            if file.read() != each.old:
                written.failed[each.path] = CHANGED
    if written.failed and any(each.path in written.failed for each in staged):
        for each in staged:
            written.failed.setdefault(each.path, "nothing was written, because another file has changed meanwhile")
        return
    try:
        for each in staged:
            os.replace(each.partial, each.real)
            written.done.append(each.path)
    except OSError:
        for each in staged:
            if each.path in written.done:
                os.replace(stage(each.real, each.old), each.real)
                written.done.remove(each.path)
        raise


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits until the block is done. Only the main thread can be asked for that, and only it gets one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt("interrupted; the files were written")
