"""Which files are meant by the paths on a command line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Callable

from bcelint.project.ignores import IgnoreFiles
from bcelint.project.source import NOTEBOOK

SKIPPED = frozenset(
    {
        ".git", ".hg", ".svn", ".tox", ".nox", ".venv", ".eggs", "node_modules", "site-packages", "__pycache__",
        ".mypy_cache", ".pytest_cache", ".ruff_cache", ".ipynb_checkpoints",
    }
)  # fmt: skip
"""Names of folders that hold no code of the project. A folder given by its path is always entered."""


def skipped(path: str) -> bool:
    """Whether ``path``, which ends in a slash if it is a folder, is one of the folders that hold no code of a project."""
    return path.endswith("/") and os.path.basename(path[:-1]) in SKIPPED


def discover(paths: Sequence[str], *, warn: Callable[[str, str], None], excluded: Callable[[str], bool] = skipped) -> list[str]:
    """The Python files and notebooks at and below ``paths``: absolute, sorted, each once; what git ignores, and virtual environments, left out.

    A file that is given itself is always taken. ``excluded`` tells of each file, and of each folder with a slash at its end, whether
    it is left out besides. ``warn`` gets each path that is missing and each folder that can't be read, absolute, and the reason.
    """
    found: dict[str, str] = {}  # real path -> path as it was reached
    for given in paths:
        path = os.path.abspath(given)
        if os.path.isdir(path):
            _walk(path, found, warn, excluded)
        elif os.path.isfile(path):
            found.setdefault(os.path.realpath(path), path)
        elif os.path.lexists(path):
            warn(path, "neither a file nor a folder")
        else:
            warn(path, "no such file or folder")
    return sorted(found.values())


def _walk(top: str, found: dict[str, str], warn: Callable[[str, str], None], excluded: Callable[[str], bool]) -> None:
    """Adds what lies below the folder ``top``; links come last, so that a file is known by its own path where it has one."""
    seen: set[str] = set()
    folders = [(top, IgnoreFiles.above(top))]
    links: list[tuple[str, IgnoreFiles]] = []
    linked_files: list[str] = []
    while folders or links:
        folder, ignores = folders.pop() if folders else links.pop()
        real = os.path.realpath(folder)
        if real in seen:
            continue
        seen.add(real)
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            warn(folder, f"can't be read: {error.strerror or error}")
            continue
        names = {entry.name for entry in entries}
        if folder != top and ("pyvenv.cfg" in names or "conda-meta" in names):
            continue
        ignores = ignores.entering(folder, names)
        for entry in entries:
            try:
                is_folder, is_link = entry.is_dir(), entry.is_symlink()
                is_file = entry.name.endswith((".py", NOTEBOOK)) and entry.is_file()
            except OSError:
                continue
            if is_folder and not excluded(entry.path + "/") and not ignores.ignored(entry.path + "/"):
                (links if is_link else folders).append((entry.path, ignores))
            elif is_file and not excluded(entry.path) and not ignores.ignored(entry.path):
                if is_link:
                    linked_files.append(entry.path)
                else:
                    found.setdefault(os.path.realpath(entry.path), entry.path)
    for path in sorted(linked_files):
        found.setdefault(os.path.realpath(path), path)
