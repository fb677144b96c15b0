"""Edits of texts, and repairs made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Union

SAFE, UNSAFE = "safe", "unsafe"


@dataclass(frozen=True, order=True)
class Edit:
    """Put ``new`` in place of what stands from ``start`` to ``end`` (offsets in characters) of the text of ``path``."""

    path: str
    start: int
    end: int
    new: str

    def clashes(self, other: Edit) -> bool:
        """Whether the two can't both be made: they overlap, or put different texts into the same gap."""
        if self.path != other.path or self == other:
            return False
        if self.start == self.end and other.start == other.end:
            return self.start == other.start
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Import:
    """A name of torch's that the text of ``path`` must be able to say: ``import module``, or ``from module import name``."""

    path: str
    module: str
    name: str | None = None


@dataclass(frozen=True)
class Repair:
    """What removes one finding: all of ``edits``, or none.

    ``loss_at`` holds what this repair takes for granted of losses by the place where they are named: the name of the loss there afterwards.
    Two repairs that differ in one of them don't go together.
    """

    applicability: str
    title: str
    edits: tuple[Edit, ...]
    imports: tuple[Import, ...] = ()
    loss_at: tuple[tuple[tuple[str, int], str], ...] = ()

    @property
    def is_safe(self) -> bool:
        return self.applicability == SAFE

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(edit.path for edit in self.edits)

    def fits(self, other: Repair) -> bool:
        """Whether both can be made at once."""
        assumed = dict(self.loss_at)
        if any(assumed.get(place, name) != name for place, name in other.loss_at):
            return False
        return not any(edit.clashes(each) for edit in self.edits for each in other.edits)


@dataclass(frozen=True)
class Refusal:
    """There is no automatic repair; ``reason`` says why, and what to do by hand."""

    reason: str


Outcome = Union[Repair, Refusal]


@dataclass
class Draft:
    """A repair in the making."""

    edits: list[Edit] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    loss_at: dict[tuple[str, int], str] = field(default_factory=dict)
    sure: bool = True
    """Nobody else can notice."""

    def add(self, other: Draft) -> None:
        self.edits += other.edits
        self.imports += other.imports
        self.loss_at.update(other.loss_at)
        self.sure = self.sure and other.sure

    def repair(self, safe: bool, title: str) -> Repair:
        applicability = SAFE if safe and self.sure else UNSAFE
        return Repair(applicability, title, tuple(sorted(set(self.edits))), tuple(dict.fromkeys(self.imports)), tuple(self.loss_at.items()))


def whole(repairs: Sequence[Outcome]) -> Outcome:
    """The repairs of all the cases of one finding as one; a refusal where one of them has none, or where they don't go together."""
    repairs = list(dict.fromkeys(repairs))
    made = [repair for repair in repairs if isinstance(repair, Repair)]
    for repair in repairs:
        if isinstance(repair, Refusal):
            return repair
    if len(made) == 1:
        return made[0]
    if not made:
        return Refusal("nothing is known of how to repair it")
    draft = Draft()
    for repair in made:
        if any(not repair.fits(other) for other in made):
            return Refusal("its cases want different repairs")
        draft.add(Draft(list(repair.edits), list(repair.imports), dict(repair.loss_at)))
    return draft.repair(all(repair.is_safe for repair in made), made[0].title)


def applied(text: str, edits: Iterable[Edit]) -> str:
    """``text`` with edits of one file that don't clash."""
    parts, done = [], 0
    for edit in sorted(set(edits)):
        parts += [text[done : edit.start], edit.new]
        done = edit.end
    return "".join(parts) + text[done:]
