"""Where a project begins."""

from __future__ import annotations

import os

PYPROJECT = "pyproject.toml"
OWN = "bcelint.toml"
CONFIGURATIONS = (OWN, PYPROJECT)
"""The files that may hold the configuration, the one that wins first."""
_MARKERS = (".git", PYPROJECT, "setup.py", "setup.cfg")
_INSTALLED = ("site-packages", "dist-packages")


def find_root(path: str) -> str:
    """The root of the project that the file or folder ``path`` belongs to, as an absolute path.

    That is the nearest folder with a repository or packaging files, or with our own configuration where there are none; an installed
    package is a project of its own (for a lone installed module, the file itself); else the working directory, if ``path`` lies below it; else
    the folder of the outermost package.
    """
    path = os.path.abspath(path)
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    below = path
    configured = ""
    for ancestor in _upwards(path):
        if os.path.basename(ancestor) in _INSTALLED:
            return below
        if any(os.path.lexists(os.path.join(ancestor, marker)) for marker in _MARKERS):
            return ancestor
        if not configured and os.path.isfile(os.path.join(ancestor, OWN)):
            configured = ancestor
        below = ancestor
    if configured:
        return configured
    working = os.getcwd()
    if folder == working or folder.startswith(working.rstrip(os.sep) + os.sep):
        return working
    while is_package(os.path.dirname(folder)) and is_package(folder):
        folder = os.path.dirname(folder)
    return folder


def is_package(folder: str) -> bool:
    """Whether ``folder`` holds an ``__init__.py``."""
    return os.path.isfile(os.path.join(folder, "__init__.py"))


def _upwards(path: str) -> list[str]:
    folders = [path]
    while os.path.dirname(folders[-1]) != folders[-1]:
        folders.append(os.path.dirname(folders[-1]))
    return folders
