"""Where the nodes of a tree stand in its text.

LibCST knows a position by printing the code up to there, so that is done for a file the first time one of its places is asked for, and never for
the others. Its own PositionProvider takes five times as long as printing, more than parsing does, hence the one here; a test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bcelint.project.stack import with_deep_stack

if TYPE_CHECKING:
    import libcst as cst

_NEWLINE = re.compile(r"\r\n?|\n")

Span = tuple[int, int, int, int]
"""Line and column, end line and end column; lines from 1, columns from 0."""


def positions(module: cst.Module) -> Mapping[int, Span]:
    """The span of every node of the module, by the node's ``id``."""
    printer = _Printer(module)
    with_deep_stack(lambda: module._codegen(printer))  # type: ignore[arg-type]
    return printer.found


class _Printer:
    """What nodes print themselves to, in place of LibCST's ``CodegenState``: it counts lines and columns."""

    def __init__(self, module: cst.Module) -> None:
        self.default_indent, self.default_newline = module.default_indent, module.default_newline
        self.tokens: list[str] = []
        self.line, self.column = 1, 0
        self.found: dict[int, Span] = {}
        self._indents: list[str] = []
        self._starts: list[tuple[int, int]] = []

    def increase_indent(self, value: str) -> None:
        self._indents.append(value)

    def decrease_indent(self) -> None:
        self._indents.pop()

    def add_indent_tokens(self) -> None:
        for token in self._indents:
            self.add_token(token)

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        if "\n" in value or "\r" in value:
            lines = _NEWLINE.split(value)
            self.line += len(lines) - 1
            self.column = len(lines[-1])
        else:
            self.column += len(value)

    def pop_trailing_newline(self) -> None:
        if self.tokens:
            self.tokens.pop()

    def before_codegen(self, node: cst.CSTNode) -> None:
        self._starts.append((self.line, self.column))

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self._starts.pop()
        if id(node) not in self.found:
            self.found[id(node)] = (*start, self.line, self.column)

    def record_syntactic_position(
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> _Recorded:
        return _Recorded(self, node, start_node, end_node)


class _Recorded:
    """The span of a node without the white space around it: what is printed inside the ``with``, or up to another node's end."""

    __slots__ = ("_end_node", "_node", "_printer", "_start", "_start_node")

    def __init__(self, printer: _Printer, node: cst.CSTNode, start_node: cst.CSTNode | None, end_node: cst.CSTNode | None) -> None:
        self._printer, self._node, self._start_node, self._end_node = printer, node, start_node, end_node

    def __enter__(self) -> None:
        self._start = (self._printer.line, self._printer.column)

    def __exit__(self, *error: Any) -> None:
        printer = self._printer
        found = printer.found
        start = self._start if self._start_node is None else found[id(self._start_node)][:2]
        end = (printer.line, printer.column) if self._end_node is None else found[id(self._end_node)][2:]
        found[id(self._node)] = (*start, *end)
