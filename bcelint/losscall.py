"""A loss call: one call of one loss, with its contract and the facts of its arguments. What both witnesses hand to the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bcelint.contracts.schema import Loss
from bcelint.facts import NOTHING_KNOWN, Claim, Facts
from bcelint.places import Place, Step

TOO_MANY = "too many cases"
"""The reason of an argument that is not known because only so many cases of a value are told apart."""


@dataclass(frozen=True)
class Argument:
    """One argument of a loss call.

    ``constant`` holds the Python value where it is one. ``reason`` and ``lost_at`` say why and where the trace was lost when little is known;
    ``text`` is the argument as it is written at the call; ``steps`` is the way the value took after its facts were born.
    """

    facts: Facts = NOTHING_KNOWN
    constant: Any = None
    is_tensor: bool = True
    text: str = ""
    reason: str = ""
    lost_at: Place | None = None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class LossCall:
    """One call of one loss, in one consistent case.

    ``place`` is the outermost call that has the facts (a loss wrapper is itself a loss); ``inner`` is the call of torch's own loss.
    ``arguments`` are those of the call (``input``, ``target`` …), ``options`` those that configure the loss (``reduction``,
    ``weight`` …), wherever they were given: constructor or functional call. Options hold only what was really passed.
    """

    loss: Loss
    place: Place
    inner: Place
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    options: Mapping[str, Argument] = field(default_factory=dict)
    unknown_keywords: tuple[str, ...] = ()
    """Keywords given to the constructor or the function that the loss does not have."""
    constructed_at: Place | None = None
    """Where the criterion was built; None for a functional call."""
    is_constructor: bool = False
    """The call is the constructor's own, with what was passed to it as ``options``: no loss is computed here."""
    guard: frozenset[Any] = frozenset()
    """The conditions under which the call is made like this, beside those of its statement."""
    excused: frozenset[frozenset[Any]] = frozenset()
    """Cases in which the program raises before it comes to the call."""
    case: tuple[str, ...] = ()
    """The conditions under which the call is made like this, as written in the code."""
    never: bool = False
    """The case does not come to be."""
    trained: bool = False
    """The loss is known to reach ``backward()`` or to be returned from a framework's training step."""
    explains: bool = False
    """Its gradient is only looked at, as for a saliency map."""
    negated: bool = False
    """The sign of what it returns is changed at once."""
    autocast: Claim[bool] | None = None
    """Whether it runs under CUDA autocast, with the place where that begins."""
    open_options: bool = False
    """Further options may have been passed that are not seen, as ``**options``."""
    dropped: str = ""
    """Why not all of its cases are known: the bound that kept some from being looked at. "" where none did."""
    function: str = ""
    """The qualified name of the function that holds the call."""
    serves_others: bool = False
    """What is called at ``inner`` may as well be no loss that is known: a trainer is given a regression's, too."""

    @property
    def prediction(self) -> Argument:
        return self.arguments.get(self.loss.prediction, Argument(reason="the prediction is not passed"))

    @property
    def target(self) -> Argument:
        return self.arguments.get(self.loss.target, Argument(reason="the target is not passed"))
