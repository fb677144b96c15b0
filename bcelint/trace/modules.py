"""The modules of the project as the evaluation sees them, and imports between them."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import libcst as cst

from bcelint.contracts import tables
from bcelint.project.source import BadInput, Source
from bcelint.trace.frames import Frame
from bcelint.trace.nodeplace import NodePlace
from bcelint.trace.values import Const, External, Module, Unknown, Value

if TYPE_CHECKING:
    from bcelint.project.positions import Span
    from bcelint.project.project import Project
    from bcelint.project.trees import Tree


MAX_SOURCE = 3_500_000
"""Characters of source that one evaluation reads: a syntax tree takes some 75 bytes for each."""


class SourceModule:
    """One file: its tree, its global names, and the positions of its nodes."""

    def __init__(self, source: Source, tree: Tree) -> None:
        self.path = source.path
        self.source = source
        self.tree = tree.module
        self.frame = Frame(self)
        self.executed = False
        self.main_blocks: list[cst.If] = []
        """``if __name__ == "__main__":`` blocks, which run only when the file is an entry."""
        self.constants: dict[cst.CSTNode, Value] = {}
        """The values of literals, read once."""
        self.assigned: dict[cst.CSTNode, frozenset[str]] = {}
        """The names that suites assign to, collected once."""
        self._tree = tree
        self._texts: dict[cst.CSTNode, str] = {}

    def span(self, node: cst.CSTNode) -> Span:
        return self._tree.positions[id(node)]

    def place(self, node: cst.CSTNode) -> NodePlace:
        return NodePlace(self, node)

    def text(self, node: cst.CSTNode) -> str:
        """The source of a node on one line."""
        known = self._texts.get(node)
        if known is None:
            known = self._texts[node] = " ".join(self.tree.code_for_node(node).split())
        return known


class Modules:
    """All modules loaded so far."""

    def __init__(self, project: Project, warn: Callable[[str, str], None]) -> None:
        self.project = project
        self._warn = warn
        self._loaded: dict[str, SourceModule | None] = {}
        self._room = MAX_SOURCE

    @property
    def is_full(self) -> bool:
        """Whether files were left out because the evaluation had read so much."""
        return self._room < 0

    def get(self, path: str) -> SourceModule | None:
        """The module of a file, or None where it is a namespace package, can't be parsed (which is warned of once), or there is no room left."""
        if path not in self._loaded:
            self._loaded[path] = self._load(path)
        return self._loaded[path]

    def _load(self, path: str) -> SourceModule | None:
        if self.is_full or os.path.isdir(path):
            return None
        try:
            source = self.project.source(path)
            for reason in source.trouble:
                self._warn(path, reason)
            self._room -= len(source.text)
            return None if self.is_full else SourceModule(source, self.project.tree(path))
        except BadInput as error:
            self._warn(error.path, error.reason)
            return None

    def imported(self, importer: SourceModule, dotted: str, level: int = 0) -> Value:
        """The value of ``import dotted`` (or of the module part of ``from ...dotted import``) in ``importer``."""
        path = self.project.resolve(importer.path, dotted, level)
        if path is not None:
            return Module(path)
        return External(tables.canonical(dotted)) if level == 0 else Unknown(f"the module {'.' * level}{dotted} is not in the project")


def external_member(base: External, name: str) -> Value:
    """``torch.nn`` and ``BCELoss`` → ``torch.nn.BCELoss``."""
    return _member(f"{base.name}.{name}")


@lru_cache(maxsize=4096)
def _member(name: str) -> Value:
    dotted = tables.canonical(name)
    if dotted in _CONSTANTS:
        return Const(_CONSTANTS[dotted])
    return External(dotted)


_CONSTANTS = {"math.pi": 3.141592653589793, "numpy.pi": 3.141592653589793, "torch.pi": 3.141592653589793, "math.inf": float("inf"),
              "torch.inf": float("inf"), "numpy.inf": float("inf"), "typing.TYPE_CHECKING": False,
              **{f"segmentation_models_pytorch.losses.{inner}{mode.upper()}_MODE": mode for inner in ("", "constants.")
                 for mode in ("binary", "multiclass", "multilabel")}}  # fmt: skip
