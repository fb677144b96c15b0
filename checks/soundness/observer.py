"""Watching a program run, line by line: what its names hold before each statement, which way each test goes, and which functions run."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

from checks.soundness.layout import Layout, Statement, layout
from checks.soundness.seen import Object, Seen, see

Place = tuple[str, int]
"""A file and a line: of a function, that of its ``def``, and 0 for a module; of a statement, the line that it is called by."""
LIMIT = 20
"""So many visits of a line are looked at; of further ones the 32nd, 64th, 128th …"""


@dataclass
class Visit:
    """A statement about to be executed."""

    statement: Statement
    path: str
    function: Place
    caller: Place | None
    """The statement of the program that the call of the function stands in."""
    depth: int
    """How many calls of this function are under way."""
    names: Mapping[str, Seen]
    caught: bool
    """An exception was caught before, in this call."""
    rounds: Mapping[int, int]
    """How often the body of each loop has begun so far, by its line."""
    side: bool | None = None
    """Which way its test went."""
    is_direct: bool = False
    """The call stands there itself: no library is between."""
    is_class: bool = False
    evaluating: bool = False
    """The object that the method belongs to is in evaluation mode."""
    is_recording: bool = True
    """Gradients are on."""
    before: int | None = None
    """The statement that was executed before it, in the same call."""
    chain: tuple[tuple[Place, Place | None], ...] = ()
    """The functions that are under way, innermost first, each with its caller."""
    outer: frozenset[Place] = frozenset()
    """The loops of its callers that have begun more than once, or that ran no time."""


@dataclass
class Observed:
    visits: list[Visit] = field(default_factory=list)
    functions: dict[Place, Counter[tuple[Place | None, bool]]] = field(default_factory=dict)
    """The functions that ran, each with the statements of the program that called it, and whether it did so itself."""
    lines: Counter[Place] = field(default_factory=Counter)
    handled: set[str] = field(default_factory=set)
    """The names that are bound in a ``try`` in which an exception was caught."""


class Observer:
    """``files`` tells whether a file is one of the program's own."""

    def __init__(self, is_own: Callable[[str], bool], limit: int = LIMIT) -> None:
        self.observed = Observed()
        self._is_own = is_own
        self._limit = limit
        self._codes: dict[CodeType, tuple[Layout, Place] | None] = {}
        self._counts: Counter[tuple[Place, int]] = Counter()
        self._active: dict[FrameType, Watched] = {}

    @contextmanager
    def watching(self) -> Iterator[None]:
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            yield
        finally:
            sys.settrace(before)

    def known(self, code: CodeType) -> tuple[Layout, Place] | None:
        """The file and the function of a code object; None where it is none of the program's own functions, classes and modules."""
        if code not in self._codes:
            self._codes[code] = self._look_up(code)
        return self._codes[code]

    def _look_up(self, code: CodeType) -> tuple[Layout, Place] | None:
        if not self._is_own(code.co_filename):
            return None
        try:
            file = layout(code.co_filename)
        except (OSError, SyntaxError, ValueError):
            return None
        if code.co_name == "<module>":
            return file, (code.co_filename, 0)
        line = file.definitions.get((code.co_firstlineno, code.co_name))
        return None if line is None else (file, (code.co_filename, line))

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        known = self.known(frame.f_code)
        if event != "call" or known is None:
            return None
        watched = Watched(self, frame, *known)
        self.observed.functions.setdefault(watched.function, Counter())[watched.caller, watched.is_direct] += 1
        self._active[frame] = watched
        return watched.trace

    def left(self, frame: FrameType) -> None:
        self._active.pop(frame, None)

    def rounds_around(self, frame: FrameType) -> frozenset[Place]:
        """The loops of the callers that have begun more than once, or that ran no time."""
        found: set[Place] = set()
        outer = frame.f_back
        while outer is not None:
            watched = self._active.get(outer)
            if watched is not None:
                found.update((watched.function[0], line) for line, rounds in watched.rounds.items() if rounds != 1)
            outer = outer.f_back
        return frozenset(found)

    def chain(self, frame: FrameType) -> tuple[tuple[Place, Place | None], ...]:
        found: list[tuple[Place, Place | None]] = []
        outer: FrameType | None = frame
        while outer is not None:
            watched = self._active.get(outer)
            if watched is not None and watched.function[1] and not watched.is_class:
                found.append((watched.function, watched.caller))
            outer = outer.f_back
        return tuple(found)

    def wants(self, function: Place, line: int) -> bool:
        self._counts[function, line] += 1
        count = self._counts[function, line]
        return count <= self._limit or count & (count - 1) == 0


class Watched:
    """One call of a function."""

    def __init__(self, observer: Observer, frame: FrameType, file: Layout, function: Place) -> None:
        self._observer = observer
        self._file = file
        self.function = function
        self.caller, self.is_direct = self._called_from(frame)
        self.is_class = isinstance(file.nodes.get(function[1]), ast.ClassDef)
        self._line = 0
        self._before: int | None = None
        self._pending: tuple[Statement, Visit | None] | None = None
        self._raised = self._caught = False
        self.rounds: dict[int, int] = {}
        self._depth = 0
        outer = frame.f_back
        while outer is not None:
            self._depth += outer.f_code is frame.f_code
            outer = outer.f_back

    def _called_from(self, frame: FrameType) -> tuple[Place | None, bool]:
        outer, direct = frame.f_back, True
        while outer is not None:
            if self._observer._is_own(outer.f_code.co_filename):
                known = self._observer.known(outer.f_code)
                file = known[0] if known is not None else layout(outer.f_code.co_filename)  # a comprehension of another file
                statement = file.statement(outer.f_lineno) if outer.f_lineno else None
                line = statement.line if statement is not None else outer.f_lineno
                return (outer.f_code.co_filename, line), direct
            outer, direct = outer.f_back, False
        return None, False

    def trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            self._next(frame)
        elif event == "exception":
            self._raised = self._raised or not issubclass(argument[0], (StopIteration, StopAsyncIteration))
            self._pending = None
        elif event == "return":
            self._observer.left(frame)
            if not self._raised:
                self._decide(None)
        return self.trace

    def _next(self, frame: FrameType) -> None:
        line, before = frame.f_lineno, self._line
        self._caught = self._caught or self._raised  # it goes on: a handler or a context manager took it
        self._line, self._raised = line, False
        self._decide(line)
        statement = self._file.statement(line)
        if statement is None or statement.function != self.function[1]:
            return
        if statement.in_handler is not None:
            self._caught = True
            self._observer.observed.handled |= statement.in_handler
        again = statement.first <= before <= statement.last
        loop = statement.loops[-1] if statement.loops else None
        if loop is not None and statement.line == loop.first_in_body and (not again or before == line):
            self.rounds[loop.line] = self.rounds.get(loop.line, 0) + 1
        if again:
            return
        if (hasattr(statement.node, "orelse") and statement.body is None) or statement.line in self.rounds:
            self.rounds[statement.line] = 0
        self._observer.observed.lines[self.function[0], statement.line] += 1
        visit = self._visit(frame, statement) if self._observer.wants(self.function, statement.line) else None
        self._before = statement.line
        if statement.body is not None:
            self._pending = statement, visit

    def _visit(self, frame: FrameType, statement: Statement) -> Visit:
        names = {name: see(value) for name, value in list(frame.f_locals.items()) if not name.startswith("__")}
        owner = names.get("self")
        visit = Visit(
            statement, self.function[0], self.function, self.caller, self._depth, names, self._caught, dict(self.rounds),
            evaluating=isinstance(owner, Object) and owner.training is False, before=self._before, is_recording=_is_recording(),
            is_direct=self.is_direct,
            is_class=self.is_class,
            chain=self._observer.chain(frame),
            outer=self._observer.rounds_around(frame),
        )  # fmt: skip
        self._observer.observed.visits.append(visit)
        return visit

    def _decide(self, line: int | None) -> None:
        """Which way the last test went, by the line that comes next."""
        if self._pending is None:
            return
        statement, visit = self._pending
        if line is not None and statement.line <= line <= statement.head:
            return
        assert statement.body is not None
        side = line is not None and statement.body[0] <= line <= statement.body[1]
        if visit is not None:
            visit.side = side
        self._pending = None


def _is_recording() -> bool:
    torch = sys.modules.get("torch")
    return torch is None or not hasattr(torch, "is_grad_enabled") or bool(torch.is_grad_enabled())
