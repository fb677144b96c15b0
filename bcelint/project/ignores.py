"""What git ignores: the ``.gitignore`` files around a path, and ``.git/info/exclude``."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pathspec


class IgnoreFiles:
    """The ignore files that bear on one folder, the nearest last. Immutable."""

    def __init__(self, specs: tuple[tuple[str, pathspec.GitIgnoreSpec], ...] = ()) -> None:
        self._specs = specs

    @classmethod
    def above(cls, folder: str) -> IgnoreFiles:
        """Those above ``folder``, up to the root of its repository; without the ones that ignore ``folder`` itself, which was asked for."""
        ancestors = [folder]
        while not os.path.lexists(os.path.join(ancestors[-1], ".git")):
            parent = os.path.dirname(ancestors[-1])
            if parent == ancestors[-1]:
                return cls()  # no repository
            ancestors.append(parent)
        top = ancestors[-1]
        files = [(top, os.path.join(top, ".git", "info", "exclude"))]
        files += [(above, os.path.join(above, ".gitignore")) for above in reversed(ancestors[1:])]
        specs = [(base, spec) for base, name in files for spec in _read(name)]
        return cls(tuple(each for each in specs if folder == each[0] or not cls((each,)).ignored(folder + "/")))

    def entering(self, folder: str, names: Collection[str]) -> IgnoreFiles:
        """With the ``.gitignore`` of ``folder``, if ``names``, what it holds, has one."""
        if ".gitignore" not in names:
            return self
        return IgnoreFiles(self._specs + tuple((folder, spec) for spec in _read(os.path.join(folder, ".gitignore"))))

    def ignored(self, path: str) -> bool:
        """Whether git would ignore ``path``, which ends in a slash if it is a folder; the nearest file that names it decides."""
        for base, spec in reversed(self._specs):
            verdict = spec.check_file(path[len(base) :].replace(os.sep, "/").lstrip("/")).include
            if verdict is not None:
                return verdict
        return False


def _read(path: str) -> Iterator[pathspec.GitIgnoreSpec]:
    import pathspec

    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return
    try:
        yield pathspec.GitIgnoreSpec.from_lines(lines)
    except ValueError:  # a pattern that git would skip; take the others
        yield pathspec.GitIgnoreSpec.from_lines([line for line in lines if _valid(line)])


def _valid(line: str) -> bool:
    import pathspec

    try:
        pathspec.GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
