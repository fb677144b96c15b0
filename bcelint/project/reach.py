"""From which files a loss can be reached: those that name one, and those that use a name which leads to one.

Read off the bytes, top-level statement by top-level statement: a class, function or variable leads to a loss if its statement names a loss or
another name that does. Names are not resolved beyond the import lines, so this errs on the side of too many files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable

from bcelint.project.imports import import_lines, names_a_loss

_STATEMENT = re.compile(rb"^(?=[A-Za-z_@(\[{*])", re.MULTILINE)
_ATTRIBUTE = re.compile(rb"\.\s*(\w+)")
_WORD = re.compile(rb"\w+")
_DEFINED = re.compile(rb"(?:\A|\n)(?:async\s+def|def|class)\s+(\w+)")
_BOUND = re.compile(rb"\A([\w, ]+?)\s*(?::[^=\n]+)?=(?!=)")
_BOUND_INSIDE = re.compile(rb"^[ \t]+([\w, ]+?)\s*(?::[^=\n]+)?=(?!=)", re.MULTILINE)
_COMPOUND = re.compile(rb"\A(?:if|elif|else|for|while|with|try|except|finally|match|case)\b")
_ALIAS = re.compile(rb"\bas\s+(\w+)")
_IMPORT = re.compile(rb"\A(?:from|import)\b")


class Reach:
    """The names of each file that lead to a loss, followed along the import lines of the project."""

    def __init__(
        self,
        files: Iterable[str],
        read: Callable[[str], bytes],
        importers: Callable[[str], frozenset[str]],
        losses: Callable[[str], frozenset[bytes]] = lambda path: frozenset(),
    ) -> None:
        """``losses`` are the names of losses in a file besides torch's own."""
        self._read = read
        self._losses = losses
        self._star: dict[str, bool] = {}
        self._words: dict[str, frozenset[bytes]] = {}
        self._statements: dict[str, list[_Statement]] = {}
        self._names: dict[str, set[bytes]] = {}
        scopes: dict[str, set[bytes]] = {}
        waiting = [path for path in files if names_a_loss(read(path), losses(path))]
        for path in waiting:
            self._names[path] = self._leading(path, set()) | {_module_name(path)}
        while waiting:
            path = waiting.pop()
            for importer in importers(path):
                scope = scopes.setdefault(importer, set())
                fresh = (self._names[path] & self._names_from_others(importer)) - scope
                star = self._stars(importer)
                if star:
                    fresh |= self._names[path] - scope
                if not fresh:
                    continue
                scope |= fresh
                known = self._names.get(importer)
                names = self._leading(importer, scope) | (scope if star else set())
                if known is None or names - known:
                    self._names[importer] = names | (known or set())
                    waiting.append(importer)

    @property
    def files(self) -> frozenset[str]:
        return frozenset(self._names)

    def _names_from_others(self, path: str) -> frozenset[bytes]:
        """The names that a file may have from others: imported ones, and attributes of imported modules."""
        if path not in self._words:
            data = self._read(path)
            lines = import_lines(data)
            imported = [name for line in lines for pair in line.names or () for name in pair]
            imported += [line.module.rpartition(".")[2] for line in lines if line.names is None]
            self._words[path] = frozenset(_ATTRIBUTE.findall(data)).union(map(os.fsencode, imported))
        return self._words[path]

    def _stars(self, path: str) -> bool:
        if path not in self._star:
            self._star[path] = b"import *" in self._read(path)
        return self._star[path]

    def _leading(self, path: str, known: set[bytes]) -> set[bytes]:
        """The names that the file's top-level statements give to what leads to a loss; ``known`` are such names from elsewhere."""
        left = self._statements_of(path)
        leading = set(known)
        found: set[bytes] = set()
        while True:
            size = len(found)
            rest = []
            for statement in left:
                if statement.names_loss or not leading.isdisjoint(statement.words):
                    found |= statement.binds & leading | statement.aliases if statement.is_import else statement.binds
                else:
                    rest.append(statement)
            leading |= found
            left = rest
            if len(found) == size:
                return found

    def _statements_of(self, path: str) -> list[_Statement]:
        if path not in self._statements:
            self._statements[path] = [_Statement(text, self._losses(path)) for text in _STATEMENT.split(self._read(path)) if text]
        return self._statements[path]


def _module_name(path: str) -> bytes:
    folder, base = os.path.split(path)
    return os.fsencode(os.path.basename(folder) if base == "__init__.py" else base.rpartition(".")[0])


class _Statement:
    """One top-level statement: the names it mentions and the names it binds."""

    __slots__ = ("aliases", "binds", "is_import", "names_loss", "words")

    def __init__(self, text: bytes, losses: frozenset[bytes]) -> None:
        self.words = frozenset(_WORD.findall(text))
        self.names_loss = names_a_loss(text, losses)
        self.is_import = _IMPORT.match(text) is not None
        self.aliases = frozenset(_ALIAS.findall(text)) if self.is_import else frozenset()
        self.binds: frozenset[bytes] | set[bytes]
        if self.is_import:
            self.binds = self.words
        else:
            bound = _BOUND_INSIDE.findall(text) if _COMPOUND.match(text) else _BOUND.findall(text)
            self.binds = {*_DEFINED.findall(text), *(name for names in bound for name in _WORD.findall(names))}
