"""The pieces of work that an analysis is made of, and what comes of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bcelint.finding import JudgedCall
from bcelint.project.reached import Reached

if TYPE_CHECKING:
    from bcelint.analysis.callsite import CallSite


@dataclass(frozen=True)
class Task:
    """One piece of work: the evaluation of entry files of one project that have modules in common, and so are evaluated together."""

    root: str
    entries: tuple[str, ...]
    config: str = ""
    """The path of the configuration whose knowledge holds for them; empty where there is none."""


@dataclass
class Outcome:
    """What one task found; plain data that a worker process can send home."""

    calls: list[JudgedCall] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    """(path, reason) of what could not be read or evaluated."""
    crashed: bool = False
    """The evaluation ended in an error of bcelint's own."""
    details: str = ""
    """The traceback of that error."""
    sites: list[CallSite] = field(default_factory=list)
    """What repairs must know of the calls that have a problem, and of those that share a criterion with one."""
    reached: list[Reached] = field(default_factory=list)
    """What was come to in each file that names a loss."""

    @classmethod
    def from_plain(cls, data: dict[str, Any]) -> Outcome:
        """The outcome of which ``data`` is what ``dataclasses.asdict`` and a JSON file made."""
        from bcelint.analysis.callsite import CallSite

        warnings = [(path, reason) for path, reason in data["warnings"]]
        calls, sites = map(JudgedCall.from_plain, data["calls"]), map(CallSite.from_plain, data["sites"])
        return cls(list(calls), warnings, data["crashed"], data["details"], list(sites), list(map(Reached.from_plain, data["reached"])))


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """Several outcomes as one."""
    whole = Outcome()
    for outcome in outcomes:
        whole.calls += outcome.calls
        whole.warnings += outcome.warnings
        whole.crashed |= outcome.crashed
        whole.details = whole.details or outcome.details
        whole.sites += outcome.sites
        whole.reached += outcome.reached
    return whole
