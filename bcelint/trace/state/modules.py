"""The modules of the project as the evaluation sees them, and imports between them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from bcelint.contracts import tables
from bcelint.project.code import Code
from bcelint.project.source import BadInput
from bcelint.trace.interpreter import Value
from bcelint.trace.state.frames import Frame
from bcelint.trace.values.classes import Class
from bcelint.trace.values.externals import External
from bcelint.trace.values.modules import Module
from bcelint.trace.values.unknowns import Unknown

if TYPE_CHECKING:
    from bcelint.project.project import Project


MAX_SOURCE = 3_500_000
"""Characters of source that one evaluation reads: a syntax tree takes some 75 bytes for each."""


class SourceModule:
    """One file: its code, its global names, and what of it has run."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.path = code.path
        self.frame = Frame(code)
        self.executed = False
        self.finished = False
        self.main_blocks: list[cst.If] = []
        """``if __name__ == "__main__":`` blocks, which run only when the file is an entry."""

    def release(self) -> None:
        """Let go of its names, the contents of its classes, and its tree."""
        for value in self.frame.fields.values():
            if isinstance(value, Class):
                value.fields.clear()
                value.instances.clear()
        self.frame.fields.clear()
        self.main_blocks.clear()
        self.code.release()


class Modules:
    """All modules loaded so far."""

    def __init__(self, project: Project, warn: Callable[[str, str], None]) -> None:
        self.project = project
        self._warn = warn
        self._loaded: dict[str, SourceModule | None] = {}
        self._room = MAX_SOURCE
        self.bound: set[str] = set()
        """The submodules that have become names of their packages: importing one once more binds it no more."""
        self.left_out: set[str] = set()
        """The files that there was no room for."""

    @property
    def is_full(self) -> bool:
        """Whether files were left out because the evaluation had read so much."""
        return self._room < 0

    def get(self, path: str) -> SourceModule | None:
        """The module of a file, or None where it is a namespace package, can't be parsed (which is warned of once), or there is no room left."""
        if path not in self._loaded:
            self._loaded[path] = self._load(path)
        return self._loaded[path]

    def all(self) -> list[tuple[str, SourceModule | None]]:
        """Every file that was asked for, and its module, if there is one."""
        return list(self._loaded.items())

    def release(self) -> None:
        """Let go of what the modules hold. Functions, classes and frames hold one another, and with them the syntax trees: it takes much longer to
        have Python find that nobody else does.
        """
        for module in self._loaded.values():
            if module is not None:
                module.release()

    def _load(self, path: str) -> SourceModule | None:
        if os.path.isdir(path):
            return None
        if self.is_full:
            self.left_out.add(path)
            return None
        try:
            source = self.project.source(path)
            for reason in source.trouble:
                self._warn(path, reason)
            self._room -= len(source.text)
            if self.is_full:
                self.left_out.add(path)
                return None
            return SourceModule(Code(source, self.project.tree(path)))
        except BadInput as error:
            self._warn(error.path, error.reason)
            return None

    def imported(self, importer: str, dotted: str, level: int = 0) -> Value:
        """The value of ``import dotted`` (or of the module part of ``from ...dotted import``) in the file ``importer``."""
        path = self.project.resolve(importer, dotted, level)
        if path is not None:
            return Module(path)
        return External(tables.canonical(dotted)) if level == 0 else Unknown(f"the module {'.' * level}{dotted} is not in the project")
