"""Which configuration file counts for a path: the nearest one, up to the top of its repository, or of its project where there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator

OWN = "bcelint.toml"
PYPROJECT = "pyproject.toml"


def candidates(folder: str, root: str) -> Iterator[str]:
    """Files that may be the configuration of what lies in ``folder``, the nearest first; ``root`` is the project's."""
    top = _repository(folder) or root
    while True:
        for name in (OWN, PYPROJECT):
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                yield path
        parent = os.path.dirname(folder)
        if folder == top or parent == folder or not _is_below(folder, top):
            return
        folder = parent


def _repository(folder: str) -> str | None:
    while not os.path.lexists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


def _is_below(folder: str, top: str) -> bool:
    return folder.startswith(top.rstrip(os.sep) + os.sep)
