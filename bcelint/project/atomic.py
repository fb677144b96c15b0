"""Writing a file that is there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat


def write_text(path: str, text: str) -> None:
    """Put ``text``, in UTF-8, into the file ``path``. A file that is there keeps its mode, a new one gets what the umask leaves.

    Through a symbolic link the file behind it is written; a pipe or a terminal is written to as it is. Raises ``OSError``.
    """
    data = text.encode("utf-8", "backslashreplace")
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "wb") as stream:
            stream.write(data)
        return
    real = os.path.realpath(path)
    partial = stage(real, data)
    try:
        os.replace(partial, real)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise


def stage(real: str, data: bytes) -> str:
    """The path of a new file with ``data`` beside ``real`` (no link), to be put in its place with ``os.replace``.

    It has the mode and, where that may be, the owner of ``real``; where there is none, what the umask leaves. Raises ``OSError``, and leaves
    nothing behind then.
    """
    known = os.stat(real) if os.path.exists(real) else None
    mode = 0o666 if known is None else stat.S_IMODE(known.st_mode) | stat.S_IWUSR
    partial = os.path.join(os.path.dirname(real), f".{os.path.basename(real)}.{secrets.token_hex(4)}.bcelint")
    try:
        with open(partial, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if known is not None:
            shutil.copymode(real, partial)
            if hasattr(os, "chown"):
                with contextlib.suppress(OSError):
                    os.chown(partial, known.st_uid, known.st_gid)
                    os.chmod(partial, stat.S_IMODE(known.st_mode))
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise
    return partial
