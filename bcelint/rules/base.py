"""What a rule is: a code, a name, docs, and a short ``check`` of one loss call."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from bcelint.losscall import LossCall
from bcelint.places import Step, shown_spot


@dataclass(frozen=True)
class Problem:
    """What a rule has to say of one loss call.

    ``message`` is one line that names both ends and the repair; ``steps`` lead from where the offending value was born to the loss.
    """

    message: str
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, order=True)
class Lack:
    """What is not known of one argument, or option, of a loss call: ``range``, ``kind``, ``dtype``, ``shape``, ``gradient``; its ``value``."""

    argument: str
    fact: str


class Documented:
    """What has a code. Its docstring holds the docs, under the headings that ``bcelint explain`` prints."""

    code: ClassVar[str]
    name: ClassVar[str]
    summary: ClassVar[str]
    """What it reports, in one line."""
    advice: ClassVar[bool] = False
    """Advice is right code that could be better; it is never mixed with what is wrong."""
    option: ClassVar[str] = ""
    """The option that turns it on; empty where it is on by default."""
    level: ClassVar[str] = "error"
    """How grave it is, in the words of SARIF: error, warning or note."""

    @classmethod
    def docs(cls) -> str:
        return inspect.cleandoc(cls.__doc__ or "")


class Rule(Documented, ABC):
    """One rule about loss calls."""

    @abstractmethod
    def check(self, call: LossCall) -> Problem | None:
        """The problem with ``call``, or None. Reads facts only; never traces."""

    def lacks(self, call: LossCall) -> Iterable[Lack]:
        """What would have to be known besides to rule the problem out, in a call of which ``check`` says nothing and the prediction is right.

        Nothing where it is ruled out: then ``check`` stays silent whatever else becomes known.
        """
        return ()


def where(step: Step) -> str:
    """A place as a message names it: ``models/unet.py:88``."""
    return shown_spot(step.place)
