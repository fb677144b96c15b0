"""``torch.compile`` while a program is watched: compiled code shows no operations, so it is run as it is written."""

from __future__ import annotations

import contextlib
from typing import Any

import torch

from bcelint.runtime import frames


class Eager:
    """From its making to ``end``, functions that were compiled with ``torch.compile`` run eagerly."""

    def __init__(self) -> None:
        self._calls = frames.compiled_calls
        self._stance: Any = None
        set_stance = getattr(getattr(torch, "compiler", None), "set_stance", None)
        if set_stance is not None:  # torch 2.6; before that, compiled functions are not seen into
            self._stance = set_stance("force_eager")
            self._stance.__enter__()

    @property
    def was_needed(self) -> bool:
        """Whether a compiled function was called."""
        return frames.compiled_calls > self._calls

    def end(self) -> None:
        if self._stance is not None:
            with contextlib.suppress(RuntimeError):  # the program took another stance meanwhile
                self._stance.__exit__(None, None, None)
            self._stance = None
