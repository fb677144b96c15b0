"""The syntax trees that a process keeps: the next task has modules in common with the last, and an editor's next look differs in one file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING

from bcelint.project.indentation import widened
from bcelint.project.parse import parse
from bcelint.project.positions import Span, positions
from bcelint.project.source import BadInput, Source

if TYPE_CHECKING:
    import libcst

KEPT = 2_500_000
"""Characters of source whose trees are kept; a tree takes some 75 bytes for each. It is no more than what one evaluation may read."""


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


_kept: dict[tuple[str, str], tuple[int, Tree | str]] = {}
"""By the paths of files and the digests of their texts: how long the text is, and its tree, or why there is none.

Files with the same text have trees of their own, since a node stands for its place.
"""
_chance = Random(0)


def tree_of(source: Source) -> Tree:
    """The tree of ``source`` as ``parse`` makes it, the same one as long as it is kept; raises BadInput."""
    key = source.path, source.digest
    if key not in _kept:
        _make_room(KEPT - len(source.text))
        _kept[key] = len(source.text), _parsed(source)
    tree = _kept[key][1]
    if isinstance(tree, str):
        raise BadInput(source.path, tree)
    return tree


def _make_room(length: int) -> None:
    """Let go of trees until no more than ``length`` characters are kept. Which ones is left to chance: tasks come to their common modules in the
    same order, so that the one that was used longest ago would always be the next to be asked for."""
    kept = list(_kept)
    spare = sum(size for size, _ in _kept.values()) - length
    while spare > 0 and kept:
        at = _chance.randrange(len(kept))
        kept[at], kept[-1] = kept[-1], kept[at]
        spare -= _kept.pop(kept.pop())[0]


def _parsed(source: Source) -> Tree | str:
    try:
        return Tree(parse(source), widened(source.text))
    except BadInput as error:
        return error.reason
