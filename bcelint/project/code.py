"""A file as it is read: its text, its tree, and the places of its nodes. Positions are looked up only when a place is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst as cst

    from bcelint.project.positions import Span
    from bcelint.project.source import Source
    from bcelint.project.trees import Tree


_READS_BARE = frozenset({"Attribute", "Call", "Comparison", "Name", "Subscript"})


class Code:
    """One file: its source, its tree, and the positions and texts of its nodes."""

    def __init__(self, source: Source, tree: Tree) -> None:
        self.path = source.path
        self.source = source
        self.tree = tree.module
        self._tree = tree
        self._texts: dict[cst.CSTNode, str] = {}

    def release(self) -> None:
        """Let go of the tree; positions and texts can't be looked up after that."""
        del self.tree, self._tree
        self._texts.clear()

    def span(self, node: cst.CSTNode) -> Span:
        return self._tree.positions[id(node)]

    def place(self, node: cst.CSTNode) -> NodePlace:
        return NodePlace(self, node)

    def text(self, node: cst.CSTNode) -> str:
        """The source of a node on one line, without parentheses around all of it where it reads the same without them."""
        known = self._texts.get(node)
        if known is None:
            bare = node.with_changes(lpar=(), rpar=()) if type(node).__name__ in _READS_BARE and getattr(node, "lpar", None) else node
            known = self._texts[node] = " ".join(self.tree.code_for_node(bare).split())
        return known


class NodePlace:
    """The place of a node; equal to another place of the same node."""

    __slots__ = ("code", "node")

    def __init__(self, code: Code, node: cst.CSTNode) -> None:
        self.code = code
        self.node = node

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NodePlace) and other.node is self.node

    def __hash__(self) -> int:
        return id(self.node)

    def text(self) -> str:
        """The source of the node on one line."""
        return self.code.text(self.node)

    @property
    def path(self) -> str:
        return self.code.path

    @property
    def line(self) -> int:
        return self.code.span(self.node)[0]

    @property
    def column(self) -> int:
        return self.code.span(self.node)[1] + 1

    @property
    def end_line(self) -> int:
        return self.code.span(self.node)[2]

    @property
    def end_column(self) -> int:
        return self.code.span(self.node)[3] + 1

    @property
    def cell(self) -> int | None:
        cell = self.code.source.cell_at(self.line)
        return None if cell is None else cell.number

    @property
    def above(self) -> int:
        cell = self.code.source.cell_at(self.line)
        return 0 if cell is None else cell.first - 1
