"""The arguments of a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from bcelint.trace.values import Value


@dataclass(frozen=True)
class Arguments:
    """The arguments of a call. ``open_positional`` and ``open_keywords`` say that more of unknown number may follow."""

    positional: tuple[Value, ...] = ()
    keywords: Mapping[str, Value] = field(default_factory=dict)
    open_positional: bool = False
    open_keywords: bool = False
    is_entry: bool = False
    """Nobody in the project makes this call: an optional argument may be given or not."""
    nodes: tuple[cst.BaseExpression, ...] = ()
    """How the arguments are written, positional ones first and then the keywords; empty where they are not written in one call."""

    def all(self) -> tuple[Value, ...]:
        return (*self.positional, *self.keywords.values())

    def written(self, names: Sequence[str]) -> dict[str, cst.BaseExpression]:
        """How the arguments are written, by parameter name; ``names`` are those of the positional parameters."""
        positional = self.nodes[: len(self.positional)]
        return {**dict(zip(names, positional)), **dict(zip(self.keywords, self.nodes[len(self.positional) :]))}

    def behind(self, *first: Value) -> Arguments:
        """The same with further positional arguments in front."""
        return replace(self, positional=(*first, *self.positional), nodes=())
