"""One evaluation of a project: what is loaded, what was seen, and the bounds on how far it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from bcelint.contracts import tables
from bcelint.facts import Facts
from bcelint.losscall import Argument, LossCall
from bcelint.trace.conditions.atoms import ALWAYS, Guard
from bcelint.trace.conditions.compatible import compatible
from bcelint.trace.conditions.satisfiable import entails
from bcelint.trace.identity import Sources, fresh
from bcelint.trace.interpreter import Value
from bcelint.trace.state.coverage import Coverage
from bcelint.trace.state.dead import DeadCode
from bcelint.trace.state.dropped import STEPS, Dropped
from bcelint.trace.state.modules import Modules
from bcelint.trace.state.recorder import Recorder
from bcelint.trace.state.state import State
from bcelint.trace.values.cells import Cell
from bcelint.trace.values.functions import Function
from bcelint.trace.values.tensors import Tensor

if TYPE_CHECKING:
    from bcelint.project.project import Project

MAX_DEPTH = 24
"""Calls within calls."""
MAX_STEPS = 20_000
"""Statements executed from one module."""
FUNCTION_STEPS = 5_000
"""Statements executed from one function that nobody calls."""
MANY_STEPS = 200_000
"""After this many in all, the entry points that are left get few."""
CASES_A_STEP = 10
FEW_STEPS = 1_000
BARREN_STEPS = 200_000
"""After this many since a loss call was last met, the functions that nobody calls are left alone, but for those that name a loss themselves."""
MAX_RECURSION = 2
"""Activations of one function at the same time."""


class OutOfSteps(Exception):
    """The bound on the statements of one entry point is reached."""


@dataclass
class Event:
    """A recorded loss call."""

    call: LossCall
    number: int
    is_for_show: bool = False
    """It is computed under ``torch.no_grad()``."""
    path: Guard = ALWAYS
    before: Guard = ALWAYS
    """The path condition at its own statement, which ``path`` narrows to its case."""
    frames: frozenset[int] = frozenset()
    """The activations in which it stands, by their identity."""

    def take_back(self, reason: str) -> None:
        """Say nothing of what comes to the loss in this case."""
        nothing = Argument(is_tensor=False, reason=reason)
        self.call = replace(self.call, arguments=dict.fromkeys(self.call.arguments, nothing))


@dataclass
class Run:
    """The state of the whole evaluation."""

    project: Project
    warn: Callable[[str, str], None]
    recorder: Recorder | None = None
    state: State = field(default_factory=State)
    events: list[Event] = field(default_factory=list)
    seen: dict[object, int] = field(default_factory=dict)
    """Loss calls that are the same in every respect, by the number of their event."""
    executed: set[tuple[int, int]] = field(default_factory=set)
    """Functions (by the identity of their node) whose body ran at least once, each with the class of its receiver, or 0."""
    changed_in_place: dict[int, bool] = field(default_factory=dict)
    """Tensors, by uid, of which another name has changed the values; and whether a gradient may have come with them."""
    reshaped: set[int] = field(default_factory=set)
    """Those that another name has given another shape."""
    has_other_default: bool = False
    """The program sets another default dtype: what is made of floats may have that."""
    changed_data: set[int] = field(default_factory=set)
    """Those of which another name has set the ``data``, and with it shape and dtype."""
    foreign: dict[str, Cell] = field(default_factory=dict)
    """What is stored on things that are not known, by their symbols."""
    nested: list[Function] = field(default_factory=list)
    """Functions that were defined inside of others: whoever gets them may call them."""
    other_calls: set[int] = field(default_factory=set)
    """Calls, by the identity of their node, of what is no loss that is known."""
    dead: DeadCode = field(default_factory=DeadCode)
    dropped: Dropped = field(default_factory=Dropped)
    coverage: Coverage = field(default_factory=Coverage)
    steps_left: int = 0
    steps_taken: int = 0
    _allowed: int = 0
    _met_before: int = 0
    """The loss calls that other entry points have met."""
    _fruitful_at: int = 0
    """The steps taken when a new loss call was last met."""
    active: dict[int, int] = field(default_factory=dict)
    """How many activations each function has just now."""
    constants: dict[cst.CSTNode, Value] = field(default_factory=dict)
    """The values of literals, read once."""
    assigned: dict[cst.CSTNode, frozenset[str]] = field(default_factory=dict)
    """The names that suites assign to, collected once."""
    effects: dict[cst.CSTNode, tuple[Any, ...]] = field(default_factory=dict)
    """What functions do to things that are not their own, collected once."""
    loops: list[int] = field(default_factory=list)
    """The loops of unknown length whose bodies run just now, innermost last."""

    asked: set[str] = field(default_factory=set)
    """The words of the tests in the round of a loop that runs just now."""
    decided: set[str] = field(default_factory=set)
    """Those of the tests that have come out in one way only."""

    _sources: dict[tuple[int, frozenset[int]], tuple[object, frozenset[int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.modules = Modules(self.project, self.warn)

    def is_known(self, name: str) -> bool:
        """Whether something outside of the project stands in the tables or is declared."""
        return tables.is_known(name) or self.project.knowledge.of(name) is not None

    def as_it_is(self, value: Value) -> Value:
        """The value after what other names have done to it: of a tensor changed in place its values are not known."""
        if isinstance(value, Tensor) and value.uid in self.reshaped:
            value = replace(value, facts=replace(value.facts, shape=None))
        if isinstance(value, Tensor) and value.base in self.changed_data:
            return replace(value, facts=Facts(grad=value.facts.grad), reason="another name of the tensor has set its data")
        if isinstance(value, Tensor) and value.base in self.changed_in_place:
            may_learn = self.changed_in_place[value.base] and value.facts.value("grad") is False
            facts = replace(value.facts, range=None, kind=None, grad=None if may_learn else value.facts.grad)
            return replace(value, facts=facts, reason="another name of the tensor has changed it in place")
        return value

    def written_into(self, uid: int, learns: bool) -> None:
        """Something was put into a tensor, by its uid; ``learns`` where that may have brought a gradient."""
        self.changed_in_place[uid] = learns or self.changed_in_place.get(uid, False)

    def begin(self, is_module: bool) -> None:
        """Start an entry point, with the steps that it may take."""
        self.steps_taken += self._allowed - max(self.steps_left, 0)
        steps = MAX_STEPS if is_module else FUNCTION_STEPS
        self._allowed = self.steps_left = steps if self.steps_taken < MANY_STEPS else FEW_STEPS
        self.active.clear()
        self.dropped.begin()
        self._met_before = len(self.events)
        self.loops = []
        self.state.reset()

    @property
    def is_barren(self) -> bool:
        """Whether nothing has come of the last entry points, many as they were."""
        return self.steps_taken - self._fruitful_at > BARREN_STEPS

    def record(self, event: Event) -> None:
        """Keep a new loss call."""
        self.events.append(event)
        self._fruitful_at = self.steps_taken

    def rule_out(self, frame: int, guard: Guard) -> None:
        """The program raises in a case: what has been met of it in this activation comes to nothing either, whoever wrote it never runs it."""
        for event in reversed(self.events[self._met_before :]):
            if frame in event.frames and compatible(event.path, guard) and entails(event.path, guard) and not entails(event.before, guard):
                event.take_back("the program raises in this case")

    def take_back(self, first: int) -> None:
        """What has been met since then was met in one round of a loop only, and another one finds things changed. What it still meets is met anew."""
        self.seen = {call: number for call, number in self.seen.items() if number <= first}
        for event in self.events[first:]:
            event.take_back("a round of the loop changes what the next one finds")

    def step(self) -> None:
        """Count one statement, and the cases that the last one had."""
        self.steps_left -= 1 + self.state.work // CASES_A_STEP
        self.state.work = 0
        if self.steps_left < 0:
            self.coverage.break_off(self.active, STEPS)
            raise OutOfSteps

    def source_of(self, origin: object, sources: Sources) -> Sources:
        """The source that the output of ``origin`` is: the same one for the same input, a new one where there is no origin."""
        if origin is None or sources is None:
            return frozenset([fresh()])
        known = self._sources.setdefault((id(origin), sources), (origin, frozenset([fresh()])))
        return known[1]

    @property
    def loop(self) -> int:
        """The innermost loop of unknown length, or 0."""
        return self.loops[-1] if self.loops else 0
