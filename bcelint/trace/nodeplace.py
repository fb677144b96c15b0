"""The places of nodes. Their positions are looked up only when a place is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from bcelint.trace.modules import SourceModule


class NodePlace:
    """The place of a node; equal to another place of the same node."""

    __slots__ = ("module", "node")

    def __init__(self, module: SourceModule, node: cst.CSTNode) -> None:
        self.module = module
        self.node = node

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NodePlace) and other.node is self.node

    def __hash__(self) -> int:
        return id(self.node)

    @property
    def path(self) -> str:
        return self.module.path

    @property
    def line(self) -> int:
        return self.module.span(self.node)[0]

    @property
    def column(self) -> int:
        return self.module.span(self.node)[1] + 1

    @property
    def end_line(self) -> int:
        return self.module.span(self.node)[2]

    @property
    def end_column(self) -> int:
        return self.module.span(self.node)[3] + 1

    @property
    def cell(self) -> int | None:
        cell = self.module.source.cell_at(self.line)
        return None if cell is None else cell.number

    @property
    def above(self) -> int:
        cell = self.module.source.cell_at(self.line)
        return 0 if cell is None else cell.first - 1
