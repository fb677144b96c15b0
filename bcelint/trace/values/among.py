"""One of several things, it is not known which: what is set in it may be set in any of them, or in what they hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bcelint.trace.interpreter import Interpreter, Value
from bcelint.trace.values.cells import Cell
from bcelint.trace.values.choices import alternatives

MAX_CELLS = 64
"""Things that are looked into."""
CHANGING = frozenset("__delitem__ __setitem__ append clear extend insert pop popitem remove reverse setdefault sort update".split())
"""Methods of lists and dicts that change them."""


def cells_of(*values: Value) -> tuple[Cell, ...]:
    """The things with fields among values, or in the tuples and dicts among them."""
    return tuple({cell.id: cell for value in values for cell in _cells(value)}.values())


def lose_attribute(at: Interpreter, cells: Collection[Cell], name: str) -> None:
    """An attribute is set in one of the things, or in what they hold; of the latter, up to a bound, settings only are lost."""
    for cell in _within(cells):
        cell.lose_attribute(at, name, "an attribute of one of several things is set", whatever=cell in cells)


def lose_item(at: Interpreter, cells: Collection[Cell], key: object) -> None:
    """The same for an item; ``key`` is ``UNKNOWN`` where it is not known."""
    for cell in _within(cells):
        cell.lose_item(at, key, "an item of one of several things is set")


def _within(cells: Collection[Cell]) -> list[Cell]:
    """The things, and those that they hold."""
    left, found = list(cells), dict[int, Cell]()
    while left and len(found) < MAX_CELLS:
        cell = left.pop(0)
        if cell.id not in found:
            found[cell.id] = cell
            left += [inner for value in cell.fields.values() for inner in _cells(value)]
    return list(found.values())


def _cells(value: Value) -> Iterator[Cell]:
    for _, single in alternatives(value):
        if isinstance(single, Cell):
            yield single
        else:
            for part in (*single.parts(), *([single.rest] if single.rest else [])):
                yield from _cells(part)
