"""What turns gradients off and on again: ``torch.no_grad()`` and its kin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bcelint.trace.interpreter import Value


@dataclass(frozen=True, eq=False)
class GradientMode(Value):
    """A context in which gradients are on or off."""

    noun = "gradient mode"
    enabled: bool

    def key(self) -> Any:
        return ("gradient mode", self.enabled)
