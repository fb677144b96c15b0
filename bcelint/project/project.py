"""A project: its files, who imports whom, and where an analysis has to start. Nothing is read before it is asked for."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

from bcelint.project.files import discover
from bcelint.project.imports import ImportLine, defines, import_lines, names_a_loss
from bcelint.project.parse import parse
from bcelint.project.reach import Reach
from bcelint.project.resolve import Resolver
from bcelint.project.roots import find_root as find_root
from bcelint.project.source import BadInput, Source, is_notebook, read_bytes, read_source, source_from_text

if TYPE_CHECKING:
    import libcst


class Project:
    """The Python files and notebooks below ``root`` (or ``files``), with the unsaved text of ``overlay`` in place of what is on disk."""

    def __init__(self, root: str, files: Sequence[str] | None = None, overlay: Mapping[str, str] | None = None) -> None:
        self.root = os.path.abspath(root)
        self._given = files
        self._overlay = {os.path.abspath(path): text for path, text in (overlay or {}).items()}
        self._sources: dict[str, Source] = {}
        self._modules: dict[str, libcst.Module | BadInput] = {}
        self.asked: set[str] = set()
        """The files whose text was asked for."""
        self._cells: dict[str, bytes] = {}
        self._losses: dict[str, bool] = {}
        self._lines: dict[str, list[ImportLine]] = {}
        self._imports: dict[str, frozenset[str]] = {}

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The absolute paths of the project's files, sorted."""
        found = discover([self.root], warn=lambda line: None) if self._given is None else map(os.path.abspath, self._given)
        return tuple(sorted({*found, *self._overlay}))

    def source(self, path: str) -> Source:
        """The text of ``path``; raises BadInput."""
        path = os.path.abspath(path)
        self.asked.add(path)
        if path not in self._sources:
            overlaid = self._overlay.get(path)
            self._sources[path] = read_source(path) if overlaid is None else source_from_text(path, overlaid)
        return self._sources[path]

    def module(self, path: str) -> libcst.Module:
        """The tree of ``path``, parsed once; raises BadInput, every time it is asked for."""
        path = os.path.abspath(path)
        self.asked.add(path)
        known = self._modules.get(path)
        if known is None:
            try:
                known = parse(self.source(path))
            except BadInput as error:
                known = error
            self._modules[path] = known
        if isinstance(known, BadInput):
            raise BadInput(known.path, known.reason)
        return known

    def digest(self, path: str) -> str:
        """Stands for what is in ``path``, also where that can't be read as text."""
        return blake2b(self._bytes(path), digest_size=16).hexdigest()

    def trim(self, limit: int) -> bool:
        """Drops all trees and texts from memory, and says so, if they hold more than ``limit`` characters of source.

        They come back when they are asked for.
        """
        if sum(len(source.text) for source in self._sources.values()) <= limit:
            return False
        self._modules.clear()
        self._sources.clear()
        return True

    def resolve(self, importer: str, dotted: str, level: int = 0) -> str | None:
        """The file that ``import dotted``, or ``from <level dots>dotted import``, means in the file ``importer``.

        None if that is no file of the project. For a package that is its ``__init__.py``, for a namespace package the folder.
        """
        return self._resolver.resolve(os.path.abspath(importer), dotted, level)

    def child(self, path: str, name: str) -> str | None:
        """The submodule ``name`` of the package whose ``__init__.py`` or namespace folder is ``path``, or None."""
        return self._resolver.child(path, name)

    def children(self, path: str) -> list[str]:
        """The names of the submodules of the package whose ``__init__.py`` or namespace folder is ``path``."""
        folder = os.path.dirname(path) if path.endswith(".py") else path
        names = [os.path.basename(file)[: -len(".py")] for file in self.files if os.path.dirname(file) == folder and not is_notebook(file)]
        return [name for name in names if name != "__init__"]

    def names_loss(self, path: str) -> bool:
        """Whether the code in ``path`` names one of torch's losses; False where it can't be read."""
        path = os.path.abspath(path)
        if path not in self._losses:
            self._losses[path] = names_a_loss(self._code(path))
        return self._losses[path]

    def imports(self, path: str) -> frozenset[str]:
        """The files that ``path`` imports directly, or takes a name from through the ``__init__`` files of packages."""
        path = os.path.abspath(path)
        if path not in self._imports:
            self._imports[path] = frozenset(self._edges(path)) - {path}
        return self._imports[path]

    def importers(self, path: str) -> frozenset[str]:
        """The files whose ``imports`` hold ``path``."""
        return self._importers.get(os.path.abspath(path), frozenset())

    def entries(self, targets: Collection[str] | None = None) -> list[str]:
        """The files to start from, so that every loss call that involves one of ``targets`` (None: any file) is seen.

        Those are the targets and whoever imports them, over any number of files, as far as a loss is in reach. Files that nobody imports
        come first.
        """
        chosen = set(self._reached)
        if targets is not None:
            chosen &= self._with_importers(map(os.path.abspath, targets))
        return sorted(chosen, key=lambda path: (bool(self.importers(path)), path))

    @cached_property
    def _resolver(self) -> Resolver:
        return Resolver(self.root, [path for path in self.files if not is_notebook(path)])

    @cached_property
    def _reached(self) -> frozenset[str]:
        return Reach(self.files, self._code, self.importers).files

    @cached_property
    def _importers(self) -> dict[str, frozenset[str]]:
        importers: dict[str, set[str]] = {}
        for path in self.files:
            for imported in self.imports(path):
                importers.setdefault(imported, set()).add(path)
        return {path: frozenset(those) for path, those in importers.items()}

    def _with_importers(self, paths: Iterable[str]) -> set[str]:
        reached = set(paths)
        waiting = list(reached)
        while waiting:
            fresh = self.importers(waiting.pop()) - reached
            reached |= fresh
            waiting += fresh
        return reached

    def _bytes(self, path: str) -> bytes:
        if path in self._overlay:
            return self._overlay[path].encode("utf-8", "surrogatepass")
        try:
            return read_bytes(path)
        except BadInput:
            return b""

    def _code(self, path: str) -> bytes:
        """What is read of a file before it is parsed, if it is: its bytes, for a notebook those of its cells."""
        if not is_notebook(path):
            return self._bytes(path)
        if path not in self._cells:
            from bcelint.project.notebooks import as_written

            try:
                text = as_written(path, self._bytes(path).decode("utf-8-sig", "replace"))
            except BadInput:
                text = ""
            self._cells[path] = text.encode("utf-8", "surrogatepass")
        return self._cells[path]

    def _import_lines(self, path: str) -> list[ImportLine]:
        if path not in self._lines:
            self._lines[path] = import_lines(self._code(path))
        return self._lines[path]

    def _edges(self, path: str) -> set[str]:
        edges: set[str] = set()
        for line in self._import_lines(path):
            target = self._resolver.resolve(path, line.module, line.level)
            if target is None:
                continue
            if line.names is None:
                edges.add(target)
                continue
            for name, _ in line.names:
                edges |= self._origins(target, name, set())
        return {edge for edge in edges if edge.endswith(".py")}

    def _origins(self, module: str, name: str, seen: set[tuple[str, str]]) -> set[str]:
        """The files that ``from module import name`` reads: a submodule, or the module and, for a package, where it has the name from."""
        if (module, name) in seen:
            return set()
        seen.add((module, name))
        submodule = None if name == "*" else self._resolver.child(module, name)
        origins = {module if submodule is None else submodule}
        if os.path.basename(module) != "__init__.py" or name == "*" or submodule is not None:
            return origins
        stars = []
        for line in self._import_lines(module):
            for there, here in line.names or ():
                if here == name or there == "*":
                    target = self._resolver.resolve(module, line.module, line.level)
                    if target is None:
                        continue
                    if here == name:
                        return origins | self._origins(target, there, seen)
                    stars.append(target)
        for target in stars:
            if defines(self._code(target), name) or os.path.basename(target) == "__init__.py":
                origins |= self._origins(target, name, seen)
        return origins
