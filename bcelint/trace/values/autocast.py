"""``torch.autocast``, under which torch refuses some losses on CUDA."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bcelint.project.code import NodePlace
from bcelint.trace.interpreter import Value


@dataclass(frozen=True, eq=False)
class Autocast(Value):
    """``torch.autocast``, for CUDA: on or off; None where it is for another device."""

    noun = "autocast"
    enabled: bool | None
    place: NodePlace

    def key(self) -> Any:
        return ("autocast", self.enabled, id(self.place.node))
