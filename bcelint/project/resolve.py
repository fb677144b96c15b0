"""Which file of the project an import means."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence

from bcelint.project.stdlib import STDLIB

_INIT = "__init__.py"
IN_TABLES = frozenset({"torch"})
"""Packages that the contract tables speak of: known by these, also where the project is the package itself."""


class Resolver:
    """Resolves dotted names among ``files``, absolute paths below ``root``; asks the disk nothing."""

    def __init__(self, root: str, files: Collection[str], source_roots: Sequence[str] = ()) -> None:
        self._root = root
        self._source_roots = tuple(source_roots)
        self._files = frozenset(files)
        self._folders: set[str] = set()
        self._holders: dict[str, list[str]] = {}  # a name -> the folders that hold a module or folder of this name
        self._memo: dict[tuple[str, str, int], str | None] = {}
        for path in sorted(self._files):
            folder, base = os.path.split(path)
            if base != _INIT:
                self._holders.setdefault(base[:-3], []).append(folder)
            while folder not in self._folders and os.path.dirname(folder) != folder:
                self._folders.add(folder)
                above, base = os.path.split(folder)
                self._holders.setdefault(base, []).append(above)
                if folder == root:
                    break
                folder = above

    def resolve(self, importer: str, dotted: str, level: int) -> str | None:
        """See ``Project.resolve``."""
        key = (os.path.dirname(importer), dotted, level)
        if key not in self._memo:
            self._memo[key] = self._relative(*key) if level else self._absolute(*key[:2])
        return self._memo[key]

    def child(self, path: str, name: str) -> str | None:
        """See ``Project.child``."""
        if os.path.basename(path) == _INIT:
            return self._at(os.path.dirname(path), [name])
        return self._at(path, [name]) if path in self._folders else None

    def _relative(self, folder: str, dotted: str, level: int) -> str | None:
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        if dotted:
            return self._at(folder, dotted.split("."))
        return self._folder(folder)

    def _absolute(self, folder: str, dotted: str) -> str | None:
        parts = dotted.split(".")
        if not all(parts) or parts[0] in IN_TABLES:
            return None
        standard = parts[0] in STDLIB
        portion = None  # of a namespace package: anything else by this name goes before it
        for place in self._search_path(folder):
            if standard and (place not in (folder, self._root) or self._is_package(place)):
                continue
            found = self._at(place, parts)
            if found is not None and self._is_regular(place, parts[0]):
                return found
            portion = portion or found
        return portion or (None if standard else self._elsewhere(parts))

    def _search_path(self, folder: str) -> Iterator[str]:
        """The importer's folder (as when it is run as a script), the declared source roots, the folders around it, the root's own place last."""
        yield folder
        yield from self._source_roots
        while True:
            yield folder
            if folder == self._root or os.path.dirname(folder) == folder:
                break
            folder = os.path.dirname(folder)
        if self._is_package(folder):
            yield os.path.dirname(folder)

    def _elsewhere(self, parts: list[str]) -> str | None:
        """In a source root anywhere in the project, such as ``src``, if only one fits."""
        places = [place for place in self._holders.get(parts[0], ()) if not self._is_package(place)]
        for regular in (True, False):
            found = {self._at(place, parts) for place in places if self._is_regular(place, parts[0]) is regular} - {None}
            if found:
                return found.pop() if len(found) == 1 else None
        return None

    def _at(self, folder: str, parts: list[str]) -> str | None:
        for part in parts[:-1]:
            folder = os.path.join(folder, part)
        if folder not in self._folders and len(parts) > 1:
            return None
        path = os.path.join(folder, parts[-1])
        package = os.path.join(path, _INIT)
        if package in self._files:
            return package
        if path + ".py" in self._files:
            return path + ".py"
        return path if path in self._folders else None

    def _folder(self, folder: str) -> str | None:
        package = os.path.join(folder, _INIT)
        if package in self._files:
            return package
        return folder if folder in self._folders else None

    def _is_package(self, folder: str) -> bool:
        return os.path.join(folder, _INIT) in self._files

    def _is_regular(self, folder: str, name: str) -> bool:
        path = os.path.join(folder, name)
        return path + ".py" in self._files or os.path.join(path, _INIT) in self._files
