"""What was seen of one loss call, however often it was made, and what the rules are asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bcelint.contracts import intervals
from bcelint.contracts.schema import Loss, TargetForm
from bcelint.facts import NON_NEGATIVE, UNBOUNDED, Claim, Facts, Interval, Kind, Shape
from bcelint.losscall import Argument, LossCall
from bcelint.places import FixedPlace, Step
from bcelint.rules.words import SLACK, leaves
from bcelint.runtime.memory import Known


@dataclass(eq=False)
class Event:
    """One loss call with the same facts, however often it was made."""

    loss: Loss
    place: FixedPlace
    inner: FixedPlace
    number: int
    arguments: Mapping[str, Known | object]
    options: Mapping[str, Known | object]
    constructed_at: FixedPlace | None
    function: str
    unknown_keywords: tuple[str, ...] = ()
    is_constructor: bool = False
    count: int = 0
    trained: bool = False
    negated: bool = False
    autocast: FixedPlace | None = None
    """Where the CUDA autocast was made under which it ran."""
    values: dict[str, Interval | None] = field(default_factory=dict)
    """Where the values of prediction and target were seen to lie."""

    def call(self, alike: Sequence[Event] = ()) -> LossCall:
        """What the rules are asked of. ``alike`` are the events of the same call on values of the same origin."""
        return LossCall(
            loss=self.loss,
            place=self.place,
            inner=self.inner,
            arguments={name: self._argument(name, value, alike) for name, value in self.arguments.items()},
            options={name: self._argument(name, value) for name, value in self.options.items()},
            unknown_keywords=self.unknown_keywords,
            constructed_at=self.constructed_at,
            is_constructor=self.is_constructor,
            trained=self.trained,
            negated=self.negated,
            autocast=None if self.autocast is None else Claim(True, (Step(self.autocast, "autocast"),)),
            function=self.function,
        )

    @property
    def origin(self) -> object:
        """The call, and where the values of its prediction came from."""
        prediction = self.arguments.get(self.loss.prediction)
        kind = prediction.facts.kind if isinstance(prediction, Known) else None
        return self.loss.name, self.place, self.inner, None if kind is None else kind.steps[:1]

    def _argument(self, name: str, value: Known | object, alike: Sequence[Event] = ()) -> Argument:
        if not isinstance(value, Known):
            return Argument(constant=value, is_tensor=False)
        others = [event.arguments.get(name) for event in alike]
        value = Known(in_general(value.facts, [o.facts for o in others if isinstance(o, Known)]), value.reason, value.lost_at)
        wanted = self._wanted(name)
        facts = value.facts if wanted is None else with_evidence(value.facts, wanted, self.values.get(name), self.inner)
        return Argument(facts, reason=value.reason, lost_at=value.lost_at)

    def _wanted(self, name: str) -> Interval | None:
        """Where the contract wants the values of an argument to lie."""
        if name == self.loss.prediction:
            return self.loss.range
        if name != self.loss.target:
            return None
        if self.loss.targets.form is TargetForm.DISTRIBUTION:
            return None if "log_target" in self.options else NON_NEGATIVE
        # Where the loss itself refuses no value, marks such as -1 may be masked out by a weight, or after the loss.
        masked = "weight" in self.options or self.options.get("reduction") == "none"
        return None if masked and self.loss.wants is not Kind.PROBABILITIES else self.loss.targets.range


def with_evidence(facts: Facts, wanted: Interval, seen: Interval | None, at: FixedPlace) -> Facts:
    """The facts, where values were seen outside of ``wanted``, with these as their range. Values seen inside prove nothing."""
    if seen is None or wanted == UNBOUNDED or seen.within(wanted, SLACK) or leaves(facts.interval, wanted):
        return facts
    return replace(facts, range=Claim(seen, (Step(at, "values observed"),)))


def in_general(facts: Facts, others: Sequence[Facts]) -> Facts:
    """``facts`` without what differs from time to time: sizes, and that a softmax had but one entry to run over."""
    shapes = [other.shape.value for other in others if other.shape is not None]
    if facts.shape is not None and any(shape != facts.shape.value for shape in shapes):
        same_rank = [shape.dims for shape in shapes if len(shape.dims) == len(facts.shape.value.dims)]
        dims = tuple(dim if all(d[i] == dim for d in same_rank) else None for i, dim in enumerate(facts.shape.value.dims))
        facts = replace(facts, shape=replace(facts.shape, value=Shape(dims)))
    if facts.kind is not None and facts.range is not None and facts.range.value.low == facts.range.value.high:
        ranges = [other.range.value for other in others if other.range is not None and other.kind is not None]
        facts = replace(facts, range=replace(facts.range, value=intervals.hull([facts.range.value, *ranges])))
    return facts
