"""Models that libraries make: a body that is not followed, and a head that is, since programs put their own in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bcelint.trace.values import Cell, Container, Instance, Layer, Unknown, Value, alternatives

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bcelint.contracts.declared.rows import DeclaredCall

MADE = "<made>"
"""In the fields: the arguments that it was made with, and where."""
HEAD = "<head>"
"""In the fields: the layers that it ends in, where it is not known which attribute holds them."""
DYNAMIC_MODULES = "<dynamic modules>"
"""Set on an object in which modules are replaced under names that are not known."""


class Network(Cell):
    """A model of a library. Its fields are the head, and what the program sets besides."""

    def __init__(self, row: DeclaredCall, name: str, head: str, made: Value) -> None:
        super().__init__()
        self.row = row
        self.name = name
        self.head = head
        self.fields[MADE] = made

    def is_altered(self, foreign: Mapping[str, Cell]) -> bool:
        """Whether a module was put into it at a place of which nothing is known."""
        inside = [cell for symbol, cell in foreign.items() if symbol.startswith(f"{self.id}.")]
        if DYNAMIC_MODULES in self.fields or (not self.head and any(_may_be_module(value) for cell in inside for value in cell.fields.values())):
            return True
        return not self.head and any(_may_be_module(value) for name, value in self.fields.items() if name.isidentifier())


def _may_be_module(value: Value) -> bool:
    return any(isinstance(single, (Layer, Instance, Container, Network, Unknown)) for _, single in alternatives(value))
