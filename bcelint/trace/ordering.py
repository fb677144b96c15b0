"""The order in which the functions are tried that nobody has called yet: callers before what they call.

So a parameter has what its callers pass, and is open only where there are none.
"""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from bcelint.trace.entries import bodies, made_of, why_not
from bcelint.trace.state.modules import SourceModule
from bcelint.trace.state.run import Run
from bcelint.trace.values.classes import Class
from bcelint.trace.values.functions import Function

_CALLED = re.compile(r"\b([A-Za-z_]\w*)\s*\(")
_HANDED_ON = re.compile(r"(?:[(\[{,=:]|\breturn)[ \t]*(?:\w+\.)*([A-Za-z_]\w*)[ \t]*(?=[])},\n])")


@dataclass(frozen=True, eq=False)
class Entry:
    """A function that may be an entry point; ``owner`` is the class of a method."""

    path: str
    function: Function
    owner: Class | None

    @property
    def name(self) -> str:
        return self.function.name

    @property
    def file(self) -> str:
        """Where its text stands: of an inherited method, the file of the base."""
        return self.function.closure.code.path


def callers_first(run: Run, modules: Sequence[SourceModule], entries: Sequence[Entry]) -> Iterator[tuple[Entry, bool]]:
    """The entries, each with whether the code speaks of it.

    First those that no other one speaks of that is still to come. Of these come last what stands in a table or is registered, and the methods
    of whose class there is no object, above all where somebody may have made one by then. What speaks of whom is told by the names alone: it
    decides nothing but the order.
    """
    spoken_of = _spoken_of(modules)
    anywhere = frozenset().union(*spoken_of.values())
    handed_on = frozenset(name for module in modules for name in _HANDED_ON.findall(module.code.source.text))
    open_ones = [why_not(run, entry.function, entry.owner) == "" for entry in entries]
    speaks_of = [spoken_of[entry.file, entry.name] if is_open else frozenset() for entry, is_open in zip(entries, open_ones)]

    def rank(entry: Entry) -> tuple[bool, int]:
        is_registered = entry.name in handed_on or (isinstance(entry.function.node, cst.FunctionDef) and bool(entry.function.node.decorators))
        if entry.owner is None or entry.function.role in ("static", "class") or made_of(entry.owner):
            return is_registered, 0
        return is_registered, 2 if entry.owner.name in anywhere else 1

    for entry in _Queue(entries, speaks_of, rank):
        yield entry, entry.name in anywhere or entry.name in handed_on


def _spoken_of(modules: Sequence[SourceModule]) -> defaultdict[tuple[str, str], frozenset[str]]:
    """The names that the functions of a path and name call or hand on."""
    found: defaultdict[tuple[str, str], frozenset[str]] = defaultdict(frozenset)
    for module in modules:
        for name, body in bodies(module.code.source.text):
            found[module.path, name] |= _names_in(body) - {name}
    return found


def _names_in(text: str) -> frozenset[str]:
    """The names that a text calls or hands on."""
    return frozenset([*_CALLED.findall(text), *_HANDED_ON.findall(text)])


class Inner:
    """The functions inside of others that wait to be tried."""

    def __init__(self, waiting: list[Function]) -> None:
        self._waiting = waiting
        self._names: dict[int, frozenset[str]] = {}

    def take(self) -> Function:
        """The first that no other one speaks of; the last of all, where they all speak of one another: callers stand further down."""
        spoken_of = frozenset().union(*(self._names_of(function) - {function.name} for function in self._waiting))
        number = next((number for number, function in enumerate(self._waiting) if function.name not in spoken_of), -1)
        return self._waiting.pop(number)

    def _names_of(self, function: Function) -> frozenset[str]:
        if id(function.node) not in self._names:
            self._names[id(function.node)] = _names_in(function.closure.code.text(function.node))
        return self._names[id(function.node)]


class _Queue:
    """Takes the entries one by one: the first by ``rank`` that none of those speaks of that are left."""

    def __init__(self, entries: Sequence[Entry], speaks_of: Sequence[frozenset[str]], rank: Callable[[Entry], tuple[bool, int]]) -> None:
        self._entries = entries
        self._speaks_of = speaks_of
        self._rank = rank
        self._by_name: defaultdict[str, list[int]] = defaultdict(list)
        for number, entry in enumerate(entries):
            self._by_name[entry.name].append(number)
        self._speakers: dict[str, dict[int, None]] = {name: {} for name in self._by_name}
        for number, names in enumerate(speaks_of):
            for name in names & self._by_name.keys():
                self._speakers[name][number] = None
        self._left = dict.fromkeys(range(len(entries)))
        self._ready: list[tuple[tuple[bool, int], int]] = []

    def __iter__(self) -> Iterator[Entry]:
        for name in self._by_name:
            self._offer(name)
        while self._left:
            number = self._next()
            del self._left[number]
            yield self._entries[number]
            for name in self._speaks_of[number] & self._by_name.keys():
                del self._speakers[name][number]
                self._offer(name)

    def _offer(self, name: str) -> None:
        if not self._speakers[name]:
            for number in self._by_name[name]:
                heapq.heappush(self._ready, (self._rank(self._entries[number]), number))

    def _next(self) -> int:
        while self._ready:
            _, number = heapq.heappop(self._ready)
            if number in self._left:
                return number
        return self._of_a_circle()

    def _of_a_circle(self) -> int:
        """One of some that speak of one another, where all that are left wait for others."""
        number = next(iter(self._left))
        seen: dict[int, None] = {}
        while number not in seen:
            seen[number] = None
            number = next(iter(self._speakers[self._entries[number].name]))
        circle = list(seen)[list(seen).index(number) :]
        return min(circle, key=lambda each: (self._rank(self._entries[each]), each))
