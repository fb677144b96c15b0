"""Loss calls as they are made: which loss, with which arguments and options, and where."""

from __future__ import annotations

import weakref
from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Any

import torch

from bcelint.contracts.schema import REQUIRED, Loss, Param
from bcelint.losscall import LossCall
from bcelint.places import FixedPlace
from bcelint.runtime import frames
from bcelint.runtime.autocast import CudaAutocast
from bcelint.runtime.events import Event
from bcelint.runtime.memory import Birth, Known, Memory
from bcelint.runtime.observed import Sight, hull
from bcelint.runtime.rows import loss_of_class

Value = Any
MAX_ALIKE = 100
"""Sequences of ever other lengths would be ever other events: of those that differ in sizes alone, so many are told apart."""
MAX_DEPTH = 3
MAX_ITEMS = 1_000
"""Containers are looked through this deep and wide for the tensor that a wrapper was given."""


class Criteria:
    """Finds out about loss calls and constructors of losses, and counts them."""

    def __init__(self, memory: Memory, sight: Sight) -> None:
        self._memory = memory
        self._sight = sight
        self._events: dict[object, Event] = {}
        self._built: weakref.WeakKeyDictionary[torch.nn.Module, FixedPlace] = weakref.WeakKeyDictionary()
        self._alike: defaultdict[object, list[Event]] = defaultdict(list)
        self.numbered: list[Event] = []
        self.autocast: CudaAutocast | None = None

    def called(self, row: Loss, args: Sequence[Value], kwargs: Mapping[str, Value], frame: FrameType) -> int | None:
        """A loss function is about to be computed. Returns the number of its event."""
        bound = {p.name: value for p, value in zip(row.func, args)}
        bound.update(kwargs)
        criterion = _criterion(frame)
        place_of = None
        if criterion is not None:
            row, place_of = loss_of_class(criterion.__class__) or row, self._built.get(criterion)
        passed = [p.name for p in row.call]
        arguments = {name: bound[name] for name in passed if name in bound}
        options = {p.name: bound[p.name] for p in row.func or row.init if p.name not in passed and _given(p, bound)}
        birth = self._birth(arguments.get(row.prediction), arguments.get(row.target))
        where = self._outermost(frame, birth)
        if where is None:
            return None
        place, inner, function = where
        return self._event(row, place, inner, function, arguments, options, place_of)

    def constructed(self, module: torch.nn.Module, frame: FrameType | None) -> None:
        """A criterion is being built: ``frame`` is in its constructor."""
        row = loss_of_class(module.__class__)
        if row is None or module in self._built:
            return
        given: dict[str, Value] = {}
        while frame is not None and frames.origin(frame.f_code) is frames.Origin.TORCH:
            if frame.f_code.co_name == "__init__" and frame.f_locals.get("self") is module:
                names = {p.name: p for p in row.init}
                given.update({n: v for n, v in frame.f_locals.items() if n in names and _given(names[n], {n: v})})
            frame = frame.f_back
        user = frames.nearest(frame)
        if user is None:
            return
        place = frames.place(user)
        self._built[module] = place
        if "reduction" in given or any(isinstance(value, torch.Tensor) for value in given.values()):
            self._event(row, place, place, frames.qualified_name(user.f_code), {}, given, place, is_constructor=True)

    def refused(self, row: Loss, keyword: str, place: FixedPlace, function: str, is_constructor: bool) -> None:
        """Python refused a call for a keyword that the loss does not have."""
        self._event(row, place, place, function, {}, {}, place if is_constructor else None, (keyword,), is_constructor)

    def calls(self) -> list[tuple[LossCall, int]]:
        """The loss calls, each with how often it was made."""
        groups: defaultdict[object, list[Event]] = defaultdict(list)
        for event in self.numbered:
            groups[event.origin].append(event)
        return [(event.call(groups[event.origin]), event.count) for event in self.numbered]

    def reached_backward(self, numbers: frozenset[int]) -> None:
        for number in numbers:
            self.numbered[number].trained = True

    def negated(self, number: int) -> None:
        self.numbered[number].negated = True

    def _event(
        self,
        row: Loss,
        place: FixedPlace,
        inner: FixedPlace,
        function: str,
        arguments: Mapping[str, Value],
        options: Mapping[str, Value],
        constructed_at: FixedPlace | None,
        unknown_keywords: tuple[str, ...] = (),
        is_constructor: bool = False,
    ) -> int:
        known_arguments = {name: self._known(value) for name, value in arguments.items()}
        known_options = {name: self._known(value) for name, value in options.items()}
        autocast = None if self.autocast is None else self.autocast.place
        key = (row.name, place, inner, is_constructor, constructed_at, unknown_keywords, autocast, _key(known_arguments), _key(known_options))
        event = self._events.get(key)
        if event is None and len(self._alike[_but_for_sizes(key, known_arguments)]) >= MAX_ALIKE:
            event = self._alike[_but_for_sizes(key, known_arguments)][-1]
        if event is None:
            event = Event(row, place, inner, len(self.numbered), known_arguments, known_options, constructed_at, function)
            event.unknown_keywords, event.is_constructor, event.autocast = unknown_keywords, is_constructor, autocast
            self._events[key] = event
            self._alike[_but_for_sizes(key, known_arguments)].append(event)
            self.numbered.append(event)
        event.count += 1
        for name in (row.prediction, row.target):
            value = arguments.get(name)
            if isinstance(value, torch.Tensor):
                event.values[name] = hull(event.values.get(name), self._sight.interval(value, place))
        return event.number

    def _known(self, value: Value) -> Known | object:
        if isinstance(value, torch.Tensor):
            return self._memory.record(value).known
        return value if isinstance(value, (int, float, str, bool, type(None))) else None

    def _birth(self, *values: Value) -> Birth | None:
        """The birth of the model's output among the main arguments, or of the first of which it is known."""
        records = [self._memory.record(value) for value in values if isinstance(value, torch.Tensor)]
        records.sort(key=lambda record: record.known.facts.value("grad") is not True)
        return next((record.birth for record in records if record.birth is not None), None)

    def _outermost(self, frame: FrameType, birth: Birth | None) -> tuple[FixedPlace, FixedPlace, str] | None:
        """The outermost call that has the facts, the call of torch's own loss, and the function that makes the first of these.

        While what was born comes in as an argument of the function in a frame, the place is where that function is called.
        """
        innermost, user = frames.outside_torch(frame), frames.nearest(frame)
        if innermost is None or user is None:
            return None
        at = holder = user
        while birth is not None:
            outer = next(frames.users(holder.f_back), None)
            if outer is None:
                break
            if frames.origin(holder.f_code) is not frames.Origin.COMPREHENSION:
                if birth.within(holder) or not self._carries(frames.arguments(holder), birth):
                    break
                at = outer
            holder = outer
        return frames.place(at), frames.place(innermost), frames.qualified_name(at.f_code)

    def _carries(self, value: Value, birth: Birth, depth: int = MAX_DEPTH) -> bool:
        """Whether a tensor in ``value``, containers included, has this birth."""
        if isinstance(value, torch.Tensor):
            return self._memory.record(value).birth is birth
        if depth <= 0:
            return False
        if isinstance(value, dict):
            value = list(value.values())
        return isinstance(value, (tuple, list)) and any(self._carries(item, birth, depth - 1) for item in value[:MAX_ITEMS])


def _criterion(frame: FrameType | None) -> torch.nn.Module | None:
    """The criterion whose ``forward`` makes the call, if one of torch's does."""
    while frame is not None and frames.origin(frame.f_code) is frames.Origin.TORCH:
        if frame.f_code.co_name == "forward":
            module = frame.f_locals.get("self")
            return module if isinstance(module, torch.nn.Module) and loss_of_class(module.__class__) is not None else None
        frame = frame.f_back
    return None


def _given(param: Param, bound: Mapping[str, Value]) -> bool:
    """Whether an option was passed, as far as that shows: torch hands the defaults on too."""
    if param.name not in bound:
        return False
    value = bound[param.name]
    return isinstance(value, torch.Tensor) or param.default is REQUIRED or value != param.default


def _but_for_sizes(key: tuple[object, ...], arguments: Mapping[str, Known | object]) -> object:
    """The key of an event with less of its arguments: what they are, and how many dimensions they have."""
    return (*key[:7], tuple((name, _what(value)) for name, value in arguments.items()))


def _what(value: Known | object) -> object:
    if not isinstance(value, Known):
        return value
    facts, shape = value.facts, value.facts.value("shape")
    return facts.kind, facts.range, facts.value("dtype"), facts.value("grad"), None if shape is None else len(shape.dims)


def _key(values: Mapping[str, object]) -> object:
    return tuple(values.items())
