"""Frames: the local names of one call, of a module or of a class body, and where the call came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bcelint.trace.conditions import ALWAYS, Literal
from bcelint.trace.nodeplace import NodePlace
from bcelint.trace.values import Cell, Class, Const, Function, Value

if TYPE_CHECKING:
    from bcelint.trace.modules import SourceModule

GRAD_OFF, GRAD_ON = ("no_grad", "inference_mode"), "enable_grad"
"""What turns gradients off, and on again, as a decorator and in a ``with``."""


class Frame(Cell):
    """One activation. Its fields are the local names."""

    def __init__(
        self,
        module: SourceModule,
        parent: Frame | None = None,
        function: Function | None = None,
        caller: Frame | None = None,
        call_place: NodePlace | None = None,
    ) -> None:
        super().__init__()
        self.module = module
        self.parent = parent
        """The frame of the enclosing function or module, for names that are not local."""
        self.function = function
        self.caller = caller
        self.call_place = call_place
        self.is_class_body = False
        self.class_body: Class | None = None
        """The class whose body runs here."""
        self.global_names: set[str] = set()
        self.outer_names: set[str] = set()
        self.arguments: tuple[Value, ...] = ()
        self.entry_guard: frozenset[Literal] = ALWAYS
        self.statement_path: frozenset[Literal] = ALWAYS
        """The path condition at the start of the statement that runs here."""
        self.returns: list[tuple[frozenset[Literal], Value]] = []
        self.yields: list[Value] = []
        self.exits: list[list[dict[str, Value]]] = []
        """For each loop that runs here, what the locals were in the cases where it was left, or its iteration, midway."""
        self.grad_off: bool = caller.grad_off if caller is not None else False
        """Inside ``torch.no_grad()``."""
        self.autocast: Value = caller.autocast if caller is not None else Const(False)
        """The ``Autocast`` that it is inside of, or False."""

    @property
    def owner(self) -> Class | None:
        """The class whose method runs here, or in an enclosing function."""
        frame: Frame | None = self
        while frame is not None:
            if frame.function is not None and frame.function.owner is not None:
                return frame.function.owner
            frame = frame.parent
        return None

    def global_frame(self) -> Frame:
        return self.module.frame

    def depth(self) -> int:
        count, frame = 0, self.caller
        while frame is not None:
            count, frame = count + 1, frame.caller
        return count

    def find(self, name: str) -> Value | None:
        """The value of ``name`` here, in an enclosing function, or in the module."""
        frame: Frame | None = self
        first = True
        while frame is not None:
            if name in frame.fields and (first or not frame.is_class_body):
                return frame.fields[name]
            first = False
            frame = frame.parent
        return None

    def cell_for(self, name: str) -> Frame:
        """The frame that an assignment to ``name`` writes to."""
        if name in self.global_names:
            return self.global_frame()
        if name in self.outer_names:
            frame = self.parent
            while frame is not None:
                if name in frame.fields:
                    return frame
                frame = frame.parent
        return self
