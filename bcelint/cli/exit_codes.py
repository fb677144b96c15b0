"""What the process returns."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bcelint.finding import Trouble

NOTHING_FOUND = 0
FINDINGS = 1
COULD_NOT_RUN = 2
INTERRUPTED = 130


class Run(Protocol):
    """What ``exit_code`` needs of a run."""

    @property
    def trouble(self) -> Collection[Trouble]: ...
    @property
    def crashed(self) -> bool: ...


def exit_code(run: Run, found: bool) -> int:
    """What a run returns that was to look at files; ``found`` says whether it has found what it looked for."""
    if run.crashed:
        return COULD_NOT_RUN
    if found:
        return FINDINGS
    return COULD_NOT_RUN if run.trouble else NOTHING_FOUND
