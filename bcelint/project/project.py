"""A project: its files, who imports whom, and where an analysis has to start. Nothing is read before it is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b

from bcelint.contracts.declared.knowledge import Declared, Knowledge
from bcelint.contracts.declared.rows import DeclaredLoss
from bcelint.project.bound import Bound, bound_in
from bcelint.project.files import discover
from bcelint.project.imports import LOSS_NAMES, ImportLine, defines, import_lines, names_a_loss
from bcelint.project.reach import Reach
from bcelint.project.reading import decoded, read_bytes, source_from_bytes, source_from_text
from bcelint.project.resolve import Resolver
from bcelint.project.roots import find_root as find_root
from bcelint.project.source import BadInput, Source, is_code, is_notebook
from bcelint.project.trees import KEPT, Tree, tree_of


class Project:
    """The Python files and notebooks below ``root`` (or ``files``), with the unsaved text of ``overlay`` in place of what is on disk."""

    def __init__(
        self,
        root: str,
        files: Sequence[str] | None = None,
        overlay: Mapping[str, str] | None = None,
        knowledge: Knowledge | None = None,
        source_roots: Sequence[str] = (),
    ) -> None:
        self.root = os.path.abspath(root)
        self.knowledge = knowledge or Knowledge()
        self.source_roots = tuple(map(os.path.abspath, source_roots))
        """Folders that are on Python's path when the program runs; their files belong to the project."""
        self._loss_words: dict[str, frozenset[bytes]] = {}
        self._given = files
        self._overlay = {os.path.abspath(path): text for path, text in (overlay or {}).items()}
        self._sources: dict[str, Source] = {}
        self._digests: dict[str, str] = {}
        self.asked: set[str] = set()
        """The files whose text was asked for."""
        self._cells: dict[str, bytes] = {}
        self._losses: dict[str, bool] = {}
        self._lines: dict[str, list[ImportLine]] = {}
        self._imports: dict[str, frozenset[str]] = {}
        self._bound: dict[str, Bound | None] = {}

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The absolute paths of the project's files, sorted."""
        found = discover([self.root, *self._outside], warn=lambda path, reason: None) if self._given is None else map(os.path.abspath, self._given)
        return tuple(sorted({*found, *self._overlay}))

    def source(self, path: str) -> Source:
        """The text of ``path``; raises BadInput."""
        path = os.path.abspath(path)
        self.asked.add(path)
        if path not in self._sources:
            overlaid = self._overlay.get(path)
            if overlaid is None:
                data = read_bytes(path)
                self._digests[path] = _digest(data)
                self._sources[path] = source_from_bytes(path, data)
            else:
                self._sources[path] = source_from_text(path, overlaid, is_code(path, overlaid))
        return self._sources[path]

    def tree(self, path: str) -> Tree:
        """The tree of ``path``; raises BadInput, every time it is asked for."""
        return tree_of(self.source(path))

    def digest(self, path: str) -> str:
        """Stands for what is in ``path``, also where that can't be read as text."""
        return _digest(self._bytes(path))

    def digest_as_read(self, path: str) -> str:
        """The same for what was in ``path`` when its text was read, if it was: it may have been saved since."""
        return self._digests.get(path) or self.digest(path)

    def as_it_is(self, path: str) -> str:
        """The text of ``path`` even where it is none that Python reads, or the notebook of which it is the code."""
        return decoded(self._bytes(path))

    def trim(self) -> None:
        """Drops all texts from memory if they are more than those whose trees are kept. They come back when they are asked for."""
        if sum(len(source.text) for source in self._sources.values()) > KEPT:
            self._sources.clear()

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
            self._losses[path] = names_a_loss(self._code(path), self.words_of_losses(path))
        return self._losses[path]

    def is_defined(self, path: str, name: str, line: int) -> bool:
        """Whether ``name``, read in a line of ``path``, may be bound there."""
        if path not in self._bound:
            self._bound[path] = bound_in(self.source(path))
        bound = self._bound[path]
        return bound is None or name.startswith("_") or bound.has(name, line)

    def declared(self, path: str, qualname: str) -> Declared | None:
        """What the user has declared of the class, function or method ``qualname`` of the file ``path``."""
        return self._declared_here.get((path, qualname))

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
            chosen &= _closure(map(os.path.abspath, targets), self.importers)
        return sorted(chosen, key=lambda path: (bool(self.importers(path)), path))

    def around(self, paths: Iterable[str]) -> set[str]:
        """``paths``, whoever imports them, over any number of files, and what all of those import: wherever their calls may lead."""
        return _closure(_closure(map(os.path.abspath, paths), self.importers), self.imports)

    def below(self, paths: Iterable[str]) -> set[str]:
        """``paths`` and what they import, over any number of files."""
        return _closure(map(os.path.abspath, paths), self.imports)

    @cached_property
    def _resolver(self) -> Resolver:
        return Resolver(self.root, [path for path in self.files if not is_notebook(path)], self.source_roots)

    @property
    def _outside(self) -> list[str]:
        """The source roots that do not lie below the root."""
        return [folder for folder in self.source_roots if not f"{folder}{os.sep}".startswith(self.root.rstrip(os.sep) + os.sep)]

    @cached_property
    def _reached(self) -> frozenset[str]:
        return Reach(self.files, self._code, self.importers, self.words_of_losses).files

    @cached_property
    def _importers(self) -> dict[str, frozenset[str]]:
        importers: dict[str, set[str]] = {}
        for path in self.files:
            for imported in self.imports(path):
                importers.setdefault(imported, set()).add(path)
        return {path: frozenset(those) for path, those in importers.items()}

    @cached_property
    def _declared_here(self) -> dict[tuple[str, str], Declared]:
        """The declared names that the project defines, by where it does."""
        rows: dict[str, Declared] = {**self.knowledge.user.losses, **self.knowledge.user.calls}
        found = {name: self._definition(name) for name in rows}
        return {place: rows[name] for name, place in found.items() if place is not None}

    def _definition(self, dotted: str) -> tuple[str, str] | None:
        """The file that defines a dotted name, and its name there, through the imports of packages; None where that is no file of the project."""
        parts = dotted.split(".")
        for length in range(len(parts) - 1, 0, -1):
            path = self._resolver.resolve(os.path.join(self.root, "__main__.py"), ".".join(parts[:length]), 0)
            if path is not None and path.endswith(".py"):
                first, rest = parts[length], parts[length + 1 :]
                path, first = self._origin(path, first, set())
                return path, ".".join([first, *rest])
        return None

    def _origin(self, module: str, name: str, seen: set[tuple[str, str]]) -> tuple[str, str]:
        """Where ``name`` of the file ``module`` is defined, and as what; the very place where no import leads on."""
        if (module, name) in seen or defines(self._bytes(module), name):
            return module, name
        seen.add((module, name))
        for line in self._import_lines(module):
            for there, here in line.names or ():
                target = self._resolver.resolve(module, line.module, line.level) if here == name or there == "*" else None
                if target is None or not target.endswith(".py"):
                    continue
                if here == name:
                    return self._origin(target, there, seen)
                found = self._origin(target, name, seen)
                if defines(self._bytes(found[0]), found[1]):
                    return found
        return module, name

    def words_of_losses(self, path: str) -> frozenset[bytes]:
        """The names by which ``path`` may name a declared loss."""
        if path not in self._loss_words:
            own = (name for (_, name), row in self._declared_here.items() if isinstance(row, DeclaredLoss))
            words = self.knowledge.loss_words(self._bytes(path))
            self._loss_words[path] = words.union(name.rpartition(".")[2].encode() for name in own)
        return self._loss_words[path]

    def names_of_losses(self, path: str) -> frozenset[str]:
        """The names by which code in ``path`` may mean a loss: of torch's own and of declared ones."""
        return LOSS_NAMES.union(name.decode(errors="replace") for name in self.words_of_losses(path))

    def _bytes(self, path: str) -> bytes:
        if path in self._overlay:
            return self._overlay[path].encode("utf-8", "surrogatepass")
        try:
            return read_bytes(path)
        except BadInput:
            return b""

    def _code(self, path: str) -> bytes:
        """What is read of a file before it is parsed, if it is: its bytes, for a notebook those of its cells."""
        if not is_notebook(path) or (path in self._overlay and is_code(path, self._overlay[path])):
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


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _closure(paths: Iterable[str], more: Callable[[str], frozenset[str]]) -> set[str]:
    """``paths`` and all that ``more`` gives for them, over any number of steps."""
    reached = set(paths)
    waiting = list(reached)
    while waiting:
        fresh = more(waiting.pop()) - reached
        reached |= fresh
        waiting += fresh
    return reached
