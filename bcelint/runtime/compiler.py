"""``torch.compile`` while a program is watched: compiled code shows no operations, so it is run eagerly."""

from __future__ import annotations

import contextlib
from typing import Any

import torch


class Eager:
    """From its making to ``end``, functions that were compiled with ``torch.compile`` run as they are written."""

    def __init__(self) -> None:
        self.was_needed = False
        self._stance: Any = None
        if hasattr(torch.compiler, "set_stance"):  # torch 2.6
            self._stance = torch.compiler.set_stance("force_eager")
            self._stance.__enter__()

    def end(self) -> None:
        if self._stance is not None:
            with contextlib.suppress(Exception):
                self._stance.__exit__(None, None, None)
            self._stance = None
