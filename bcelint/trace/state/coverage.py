"""What of the files was evaluated: nothing hangs on it but what is said of loss calls that were not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import libcst as cst

from bcelint.project.code import Code, NodePlace
from bcelint.project.reached import MODULE, Reached
from bcelint.trace.state.dead import DeadCode
from bcelint.trace.state.dropped import Dropped
from bcelint.trace.state.modules import Modules, SourceModule
from bcelint.trace.values.functions import Function

if TYPE_CHECKING:
    from bcelint.project.project import Project

DECLARED = "it stands in a function that is declared"
OVERRIDDEN = "the methods that call it are overridden"
DEAD = "its function is called only in code that a test rules out"
BARREN = "nobody calls its function, and no more of those were tried"
NO_OBJECT = "no object of its class can be made"
TOO_LARGE = "too much source to read all of it"


class Coverage:
    """Notes taken on the way."""

    def __init__(self) -> None:
        self._entered: dict[int, Function] = {}
        self._passed_over: dict[str, dict[str, str]] = {}
        self._broken_off: dict[str, dict[str, str]] = {}
        self._built: dict[NodePlace, None] = {}
        self.untried: set[Code] = set()
        """The files with functions that nobody calls and that were left alone."""
        self._sides: dict[str, dict[int, cst.CSTNode]] = {}
        self._possible: set[int] = set()

    def enter(self, function: Function) -> None:
        """The body of a function is executed."""
        self._entered[id(function.node)] = function

    def pass_over(self, function: Function, reason: str) -> None:
        """A function that nobody calls is not tried."""
        self._passed_over.setdefault(function.closure.code.path, {}).setdefault(function.qualname, reason)
        if reason == BARREN:
            self.untried.add(function.closure.code)

    @property
    def functions(self) -> Collection[Function]:
        """Those that were entered."""
        return self._entered.values()

    def break_off(self, active: Mapping[int, int], reason: str) -> None:
        """The evaluation ends in these functions, which go by the identities of their nodes."""
        for identity, count in active.items():
            function = self._entered.get(identity) if count else None
            if function is not None:
                self._broken_off.setdefault(function.closure.code.path, {})[function.qualname] = reason

    def break_off_module(self, path: str, reason: str) -> None:
        self._broken_off.setdefault(path, {})[MODULE] = reason

    def choose(self, path: str, *sides: tuple[cst.CSTNode, bool]) -> None:
        """The sides of a conditional expression, and which of them may be taken."""
        for node, is_possible in sides:
            if is_possible:
                self._possible.add(id(node))
            else:
                self._sides.setdefault(path, {})[id(node)] = node

    def build(self, place: NodePlace) -> None:
        """A criterion is made."""
        self._built[place] = None

    def files(self, modules: Modules, dead: DeadCode, dropped: Dropped, called: Iterable[object]) -> Iterator[Reached]:
        """What came of each file that names a loss. ``called`` are the places where the criteria were built that are called."""
        left_out: dict[str, list[tuple[int, int, str]]] = {}
        for place, reason in dropped.places.items():
            left_out.setdefault(place.path, []).append((place.line, place.column, reason))
        entered: dict[str, set[str]] = {}
        for function in self._entered.values():
            entered.setdefault(function.closure.code.path, set()).add(function.qualname)
        uncalled: dict[str, list[tuple[int, int]]] = {}
        for place in self._built.keys() - set(called):
            uncalled.setdefault(place.path, []).append((place.line, place.column))
        for path, module in modules.all():
            if not modules.project.names_loss(path):
                continue
            if module is None:
                if path in modules.left_out:
                    yield Reached(path, left_out=TOO_LARGE)
                continue
            yield Reached(
                path,
                tuple(sorted(entered.get(path, ()))),
                self._passed_over.get(path, {}),
                self._broken_off.get(path, {}),
                tuple(_ruled_out(module, modules.project.names_of_losses(path), [*dead.never_ran(path), *self._never_taken(path)])),
                tuple(sorted(uncalled.get(path, ()))),
                tuple(left_out.get(path, ())),
            )

    def _never_taken(self, path: str) -> list[cst.CSTNode]:
        return [node for identity, node in self._sides.get(path, {}).items() if identity not in self._possible]


def names_loss(project: Project, function: Function) -> bool:
    """Whether a loss is named within a function itself."""
    code = function.closure.code
    return project.names_loss(code.path) and _names_any(code, function.node, project.names_of_losses(code.path))


def _names_any(code: Code, node: cst.CSTNode, names: Iterable[str]) -> bool:
    text = code.text(node)
    return any(name in text for name in names)


def _ruled_out(module: SourceModule, names: Iterable[str], nodes: Iterable[cst.CSTNode]) -> Iterator[tuple[int, int, int, int]]:
    """The spans of those that name a loss."""
    for node in nodes:
        if _names_any(module.code, node, names):
            line, column, end_line, end_column = module.code.span(node)
            yield line, column + 1, end_line, end_column + 1
