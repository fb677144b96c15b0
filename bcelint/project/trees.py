"""The syntax trees that a process keeps: the next task has modules in common with the last, and an editor's next look differs in one file."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from bcelint.project.indentation import widened
from bcelint.project.parse import parse
from bcelint.project.positions import Span, positions
from bcelint.project.source import BadInput, Source

if TYPE_CHECKING:
    import libcst

KEPT = 500_000
"""Characters of source whose trees are kept, those used last; a tree takes some 75 bytes for each."""


class Tree:
    """The syntax tree of a text, and the positions of its nodes, found out when they are first asked for."""

    def __init__(self, module: libcst.Module, widened: Mapping[int, int]) -> None:
        self.module = module
        self._widened = widened

    @cached_property
    def positions(self) -> Mapping[int, Span]:
        """By the ``id`` of the node."""
        found = positions(self.module)
        return found if not self._widened else {node: self._as_written(span) for node, span in found.items()}

    def _as_written(self, span: Span) -> Span:
        line, column, end_line, end_column = span
        return line, max(column - self._widened.get(line, 0), 0), end_line, max(end_column - self._widened.get(end_line, 0), 0)


_kept: OrderedDict[tuple[str, str], tuple[int, Tree | str]] = OrderedDict()
"""By the paths of files and the digests of their texts: how long the text is, and its tree, or why there is none. What was used last comes last.

Files with the same text have trees of their own, since a node stands for its place.
"""


def tree_of(source: Source) -> Tree:
    """The tree of ``source`` as ``parse`` makes it, the same one as long as it is kept; raises BadInput."""
    key = source.path, source.digest
    known = _kept.pop(key, None) or (len(source.text), _parsed(source))
    _kept[key] = known
    while len(_kept) > 1 and sum(length for length, _ in _kept.values()) > KEPT:
        _kept.popitem(last=False)
    if isinstance(known[1], str):
        raise BadInput(source.path, known[1])
    return known[1]


def _parsed(source: Source) -> Tree | str:
    try:
        return Tree(parse(source), widened(source.text))
    except BadInput as error:
        return error.reason
