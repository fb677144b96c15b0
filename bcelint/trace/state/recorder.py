"""Who looks on while a program is evaluated: a recorder is told of every statement and every test, before anything comes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import libcst as cst

from bcelint.trace.conditions.atoms import Guard
from bcelint.trace.interpreter import Value
from bcelint.trace.state.frames import Frame


class Recorder(Protocol):
    """Is handed what there is, and changes nothing."""

    def statement(self, frame: Frame, node: cst.CSTNode, path: Guard, loop: int, as_it_is: Callable[[Value], Value]) -> None:
        """``node`` is executed next, in ``frame`` and under ``path``; ``loop`` is the innermost loop of unknown length, or 0."""

    def test(self, frame: Frame, node: cst.CSTNode, true: bool, false: bool) -> None:
        """The test of the ``if`` or ``while`` that was announced last in ``frame``: which ways it may go."""

    def broken_off(self, path: str) -> None:
        """The bound on the statements of an entry point in the file ``path`` is reached."""
