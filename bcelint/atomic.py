"""Writing a file that is there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil


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
    partial = os.path.join(os.path.dirname(real), f".{os.path.basename(real)}.{secrets.token_hex(4)}.bcelint")
    try:
        with open(partial, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(real):
            shutil.copymode(real, partial)
        os.replace(partial, real)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise
