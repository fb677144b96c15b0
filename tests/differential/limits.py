"""What the watcher can't see by its docs (docs/runtime.md), and what is therefore not asked of it: a row each, with the reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """``code`` need not be observed. Where ``died`` is set this holds only of a call that ended the program."""

    code: str
    died: bool
    reason: str


LIMITS = (
    Limit("BCE303", True, "a gradient is missed where the loss is trained on: that shows at backward(), behind the line where the program died"),
)


def beyond_the_watcher(code: str, died: bool) -> bool:
    return any(limit.code == code and (died or not limit.died) for limit in LIMITS)
