"""Which configuration file counts for a folder: the nearest one, up to the top of its repository, or of its project where there is none."""

from __future__ import annotations

import os

from bcelint.project.roots import CONFIGURATIONS, find_root


def files_in(folder: str) -> list[str]:
    """The files in a folder that may be its configuration, the one that wins first."""
    paths = [os.path.join(folder, name) for name in CONFIGURATIONS]
    return [path for path in paths if os.path.isfile(path)]


class Tops:
    """Tells where looking for a configuration ends. What was found out of a folder is kept."""

    def __init__(self) -> None:
        self._in_repository: dict[str, bool] = {}

    def is_top(self, folder: str) -> bool:
        """Whether nothing above ``folder`` counts for it."""
        if os.path.dirname(folder) == folder or _is_repository(folder):
            return True
        if self._has_repository(folder):
            return False
        root = find_root(folder)
        return folder == root or not folder.startswith(root.rstrip(os.sep) + os.sep)

    def _has_repository(self, folder: str) -> bool:
        if folder not in self._in_repository:
            parent = os.path.dirname(folder)
            self._in_repository[folder] = _is_repository(folder) or (parent != folder and self._has_repository(parent))
        return self._in_repository[folder]


def _is_repository(folder: str) -> bool:
    return os.path.lexists(os.path.join(folder, ".git"))
