"""The cases that a bound keeps from being looked at, and the loss calls that might be met in them: these are unknown, whatever else was seen."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bcelint.project.code import NodePlace
from bcelint.trace.state.frames import Frame

STEPS = "the steps of the entry point were used up"
DEPTH = "calls are nested too deeply"
CALLS = "too many loss calls"
OBJECTS = "too many objects of its class"
CALLERS = "not all that may call it was tried"


class Dropped:
    """Where the loss calls of a run, by their numbers, were met, and where cases were dropped."""

    def __init__(self) -> None:
        self._met: set[int] = set()
        """In the entry point that runs."""
        self._inside: dict[int, set[int]] = {}
        """In activations of each function, by the identity of its node."""
        self._at: dict[NodePlace, set[int]] = {}
        self._refused: dict[int, str] = {}
        self.places: dict[NodePlace, str] = {}
        """Where loss calls, or cases of them, were left out."""
        self._why: dict[int, str] = {}

    def begin(self) -> None:
        """Another entry point begins."""
        self._met = set()

    def met(self, numbers: Iterable[int], place: NodePlace, frame: Frame) -> None:
        """The loss calls ``numbers`` were met at ``place``."""
        self._met.update(numbers)
        self._at.setdefault(place, set()).update(numbers)
        outer: Frame | None = frame
        while outer is not None:
            if outer.function is not None:
                self._inside.setdefault(id(outer.function.node), set()).update(numbers)
            outer = outer.caller

    def cases(self, numbers: Iterable[int], reason: str) -> None:
        """There are more cases of these loss calls."""
        for number in numbers:
            self._why.setdefault(number, reason)

    def entry(self, reason: str) -> None:
        """The entry point is broken off: what it has met, it might meet again."""
        self.cases(self._met, reason)

    def function(self, identity: int, reason: str) -> None:
        """A call of a function is not followed: what other calls of it have met, this one might meet."""
        self._refused.setdefault(identity, reason)

    def files(self, paths: Collection[str], reason: str) -> None:
        """There may be more calls of what stands in these files."""
        for place in self._at:
            if place.path in paths:
                self.place(place, reason)

    def place(self, place: NodePlace, reason: str) -> None:
        """There are more loss calls at this place."""
        self.places.setdefault(place, reason)

    def reasons(self) -> dict[int, str]:
        """Why not all cases are known, for each loss call of which that is so."""
        for identity, reason in self._refused.items():
            self.cases(self._inside.get(identity, ()), reason)
        for place, reason in self.places.items():
            self.cases(self._at.get(place, ()), reason)
        return self._why
