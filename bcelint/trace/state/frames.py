"""Frames: one activation of a function, of a module or of a class body, and where the call came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bcelint.places import Step
from bcelint.project.code import Code, NodePlace
from bcelint.trace.conditions.atoms import ALWAYS, Guard
from bcelint.trace.interpreter import Value
from bcelint.trace.state.flow import Flow
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import Const
from bcelint.trace.values.functions import Function
from bcelint.trace.values.scopes import Scope

GRAD_OFF, GRAD_ON = ("no_grad", "inference_mode"), "enable_grad"
"""What turns gradients off, and on again, as a decorator and in a ``with``."""


Exit = tuple[Guard, dict[str, Value]]
"""The path condition where a round of a loop was left, and what the locals were."""


class Frame(Scope):
    """One activation. Its fields are the local names."""

    def __init__(
        self,
        code: Code,
        parent: Scope | None = None,
        function: Function | None = None,
        caller: Frame | None = None,
        call_place: NodePlace | None = None,
    ) -> None:
        super().__init__(code, parent)
        self.function = function
        self.caller = caller
        self.call_place = call_place
        self.class_body: Class | None = None
        """The class whose body runs here."""
        self.is_comprehension = False
        self.global_names: set[str] = set()
        self.outer_names: set[str] = set()
        self.arguments: tuple[Value, ...] = ()
        self.entry_guard: Guard = ALWAYS
        self.end_guard: Guard = ALWAYS
        """What holds where it returns, beside what held when it was entered."""
        self.statement_path: Guard = ALWAYS
        """The path condition at the start of the statement that runs here."""
        self.returns: list[tuple[Guard, Value]] = []
        self.yields: list[Value] = []
        self.resume: Callable[[Value], None] | None = None
        """Of a generator that is a context manager: what is done where it yields."""
        self.may_not_raise = False
        """Where it raises, that is by a statement, which another class may do without, or for the lack of what another method may set."""
        self.exits: list[list[Exit]] = []
        """For each loop that runs here, the cases where it was left, or its iteration, midway."""
        self.breaks: list[list[Exit]] = []
        """The same of the cases where the loop itself was left."""
        self.left: list[tuple[Flow, Guard]] = []
        """In which cases it, or the round of a loop in it, was left midway so far, and how."""
        self.loops_around = 0
        """The loops of unknown length in which it was called."""
        self.tries = 0
        """The ``try`` statements whose bodies run here just now."""
        self.grad_off: Step | None = caller.grad_off if caller is not None else None
        """Inside ``torch.no_grad()``: where that is."""
        self.autocast: Value = caller.autocast if caller is not None else Const(False)
        """The ``Autocast`` that it is inside of, or False."""

    def inner(self) -> Frame:
        """A scope of its own inside of this one, as a comprehension has."""
        frame = Frame(self.code, self, None, self.caller, self.call_place)
        frame.is_comprehension = True
        frame.grad_off = self.grad_off
        frame.arguments = self.arguments
        return frame

    def outside(self) -> Frame:
        """The frame in which ``:=`` binds: the one around a comprehension."""
        frame = self
        while frame.is_comprehension and isinstance(frame.parent, Frame):
            frame = frame.parent
        return frame

    def methods(self) -> list[Frame]:
        """The frames in which methods run: this one and those of enclosing functions, innermost first."""
        found: list[Frame] = []
        scope: Scope | None = self
        while scope is not None:
            if isinstance(scope, Frame) and scope.function is not None and scope.function.owner is not None:
                found.append(scope)
            scope = scope.parent
        return found

    def left_by_errors(self) -> Iterator[Frame]:
        """This activation and those that called it, up to one that catches what is raised here."""
        frame: Frame | None = self.outside()
        while frame is not None and not frame.tries:
            yield frame
            frame = frame.caller

    def runs_in(self, activation: int) -> bool:
        """Whether it is that activation of a function, or one that was called in it."""
        frame: Frame | None = self.outside()
        while frame is not None and frame.id != activation:
            frame = frame.caller
        return frame is not None

    def depth(self) -> int:
        count, frame = 0, self.caller
        while frame is not None:
            count, frame = count + 1, frame.caller
        return count

    def cell_for(self, name: str) -> Scope:
        """The scope that an assignment to ``name`` writes to."""
        if name in self.global_names:
            return self.globals
        if name in self.outer_names:
            scope = self.parent
            while scope is not None:
                if name in scope.fields:
                    return scope
                scope = scope.parent
        return self
