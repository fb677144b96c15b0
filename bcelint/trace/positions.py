"""Positions of nodes, looked up only when a place is shown.

LibCST's PositionProvider costs more than parsing, so it runs over a file the first time one of its places is asked for, and never for the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from bcelint.trace.deep import with_deep_stack

if TYPE_CHECKING:
    from bcelint.trace.modules import SourceModule


def positions(module: cst.Module) -> Mapping[cst.CSTNode, CodeRange]:
    """The span of every node of the module: lines from 1, columns from 0."""
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    return with_deep_stack(lambda: wrapper.resolve(PositionProvider))


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
        return self.module.range_of(self.node).start.line

    @property
    def column(self) -> int:
        return self.module.range_of(self.node).start.column + 1

    @property
    def end_line(self) -> int:
        return self.module.range_of(self.node).end.line

    @property
    def end_column(self) -> int:
        return self.module.range_of(self.node).end.column + 1

    @property
    def cell(self) -> int | None:
        cell = self.module.source.cell_at(self.line)
        return None if cell is None else cell.number

    @property
    def above(self) -> int:
        cell = self.module.source.cell_at(self.line)
        return 0 if cell is None else cell.first - 1
