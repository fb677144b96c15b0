"""What comes out of an operation: range and kind by the contract tables, dtype, shape and gradient as they are seen.

Within a training loop the same operation meets the same facts again and again; it is asked of the tables once, and remembered.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import FrameType
from typing import Any

import torch

from bcelint.contracts.schema import Many, Outcome, Result, facts_of, is_uneven
from bcelint.facts import NOTHING_KNOWN, Claim, Facts
from bcelint.places import FixedPlace, Step
from bcelint.runtime import frames, memory
from bcelint.runtime.asking import MAX_ELEMENTS, MAX_NESTING, as_arg, ask, weighs
from bcelint.runtime.memory import Birth, Known, Memory, Record

MAX_REMEMBERED = 50_000
_PLAIN = (int, float, str, bool, type(None), torch.dtype, torch.device)

Inputs = list[tuple[torch.Tensor, Record]]


class Transferred:
    """One output: what is known of it, and from which of the inputs its birth is (None: it is born here)."""

    __slots__ = ("cut", "known", "parent", "trained")

    def __init__(self, known: Known, parent: int | None, trained: bool, cut: bool) -> None:
        self.known, self.parent, self.trained, self.cut = known, parent, trained, cut


class Transfer:
    """Follows the operations, and writes down in ``memory`` what they yield."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._remembered: dict[object, Transferred] = {}

    def __call__(self, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any], result: Any, frame: FrameType) -> None:
        outputs = [result] if isinstance(result, torch.Tensor) else tensors_in(result)
        if not outputs:
            return
        user = frames.nearest(frame)
        if user is None:
            return
        inputs: Inputs = []
        written = outputs[0]
        shape_of_call = self._key(args, inputs, written), tuple((name, self._key(value, inputs, written)) for name, value in kwargs.items())
        overlaps = _overlaps(inputs)
        enabled = torch.is_grad_enabled()
        birth: Birth | None = None
        for index, output in enumerate(outputs):
            key = (
                function, id(user.f_code), user.f_lasti, shape_of_call, overlaps, index, len(outputs),
                output.dtype, memory.shape(output), output.requires_grad, enabled,
            )  # fmt: skip
            found = self._lookup(key)
            if found is None:
                found = self._transferred(function, args, kwargs, inputs, output, (index, len(outputs)), frames.place(user))
                self._remember(key, found)
            if found.parent is not None:
                line = inputs[found.parent][1].birth
            else:
                birth = birth or Birth(frame)
                line = birth
            losses = frozenset() if found.cut else frozenset().union(*(record.losses for record in _terms(function, inputs)))
            self._memory.store(output, found.known, line, self._sources(inputs, found.trained), losses)

    def _lookup(self, key: object) -> Transferred | None:
        try:
            return self._remembered.get(key)
        except TypeError:  # an argument that can't be hashed
            return None

    def _remember(self, key: object, found: Transferred) -> None:
        if len(self._remembered) >= MAX_REMEMBERED:
            self._remembered.clear()
        with contextlib.suppress(TypeError):
            self._remembered[key] = found

    def _key(self, value: Any, inputs: Inputs, written: torch.Tensor, depth: int = MAX_NESTING + 1) -> object:
        """An argument by what is known of it; tensors are collected in ``inputs`` on the way. ``written`` is what an operation in place changed."""
        if isinstance(value, torch.Tensor):
            record = self._memory.record(value, value is written)
            inputs.append((value, record))
            return record.known
        if isinstance(value, (tuple, list)):
            if not depth:
                return type(value)
            return tuple([self._key(item, inputs, written, depth - 1) for item in value[:MAX_ELEMENTS]]), len(value)
        if isinstance(value, slice):
            return slice, *(self._key(end, inputs, written, 0) for end in (value.start, value.stop, value.step))
        return value if isinstance(value, _PLAIN) else type(value)

    def _sources(self, inputs: Inputs, trained: bool) -> frozenset[int] | None:
        """What the output was computed from; of a layer's, the layer and its input: the same for the same, and else independent."""
        if not inputs:
            return frozenset([memory.fresh_source()])
        if any(record.sources is None for _, record in inputs):
            return None
        together: frozenset[int] = frozenset().union(*(record.sources for _, record in inputs if record.sources is not None))
        return frozenset([hash(together)]) if trained else together

    def _transferred(
        self,
        function: Any,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        inputs: Inputs,
        output: torch.Tensor,
        which: tuple[int, int],
        at: FixedPlace,
    ) -> Transferred:
        records = {id(tensor): record for tensor, record in inputs}
        asked = ask(function, args, kwargs, lambda value: as_arg(value, records))
        seen = memory.dtype_claim(output), memory.shape_claim(output)
        if asked is None:
            title = getattr(function, "__name__", "an operation")
            step, main, trained, result = Step(at, title), None, False, Result()
        else:
            title, outcome, main, trained = asked
            step, result = Step(at, title), _one(outcome, *which)
        parent = _index(inputs, main)
        record = None if parent is None else inputs[parent][1]
        before = NOTHING_KNOWN if record is None else record.known.facts
        inferred = facts_of(replace(result, dtype=None, shape=None, grad=None), before, step)
        dtype = _kept(before.dtype, seen[0], step)
        shape = _kept(before.shape, seen[1], step)
        uneven = is_uneven(result, (known.known.facts for _, known in inputs), inferred, step)
        facts = Facts(inferred.range, inferred.kind, inferred.axis, dtype, shape, _gradient(inputs, record, output, step, result), uneven)
        cut = result.grad is False
        reason, lost_at = "", None
        if facts.range is None and facts.kind is None:
            lost = next((r.known for _, r in inputs if r.known.reason and r.known.facts.range is None), None)
            reason, lost_at = (lost.reason, lost.lost_at) if lost is not None else (f"the range is not known after {title}", at)
        first: Claim[Any] | None = facts.kind or facts.range or facts.dtype
        goes_on = first is not None and first in (before.kind, before.range, before.dtype) and step not in first.steps
        return Transferred(Known(facts, reason, lost_at), parent if goes_on else None, trained, cut)


def _one(outcome: Outcome, index: int, count: int) -> Result:
    """What the tables say of one output of several."""
    if isinstance(outcome, Result):
        return outcome if count == 1 else Result()
    if isinstance(outcome, Many):
        return outcome.each
    if isinstance(outcome, tuple):
        flat = list(_flat(outcome))
        return flat[index] if len(flat) == count else Result()
    return Result(grad=None)


def _flat(outcome: Outcome) -> Iterator[Result]:
    if isinstance(outcome, tuple):
        for part in outcome:
            yield from _flat(part)
    else:
        yield outcome if isinstance(outcome, Result) else Result()


def _kept(before: Claim[Any] | None, seen: Claim[Any] | None, step: Step) -> Claim[Any] | None:
    """What is seen of an output, under the steps of its main input where that was the same already."""
    if seen is None:
        return None
    return before if before is not None and before.value == seen.value else Claim(seen.value, (step,))


def _gradient(inputs: Inputs, main: Record | None, output: torch.Tensor, step: Step, result: Result) -> Claim[bool]:
    """Whether a gradient reaches the output, and where it was cut.

    A tensor that requires none has none. One that does may still be cut off: the derivative of ``round`` is 0 everywhere.
    """
    records = ([] if main is None else [main]) + [record for _, record in inputs]
    before = [claim for claim in (record.known.facts.grad for record in records) if claim is not None]
    cut_before = next((claim for claim in before if not claim.value and claim.steps), Claim(False))
    flowed = any(claim.value for claim in before)
    if output.requires_grad and result.grad is not False:
        return Claim(True, (step,)) if flowed or not inputs or output.is_leaf else cut_before
    if not flowed:
        return cut_before
    note = step.note if torch.is_grad_enabled() or result.grad is False else "computed under torch.no_grad()"
    return Claim(False, (replace(step, note=note),))


def _index(inputs: Inputs, main: Any) -> int | None:
    """The input that is the main argument, or the first of its elements."""
    if isinstance(main, (tuple, list)) and main:
        main = main[0]
    return next((i for i, (tensor, _) in enumerate(inputs) if tensor is main), None)


def _overlaps(inputs: Inputs) -> tuple[bool, ...] | None:
    """For each pair of the first inputs, whether they are known to be computed from different values."""
    if len(inputs) < 2:
        return None
    found = [record.sources for _, record in inputs[:4]]
    return tuple(one is not None and other is not None and one.isdisjoint(other) for i, one in enumerate(found) for other in found[i + 1 :])


def tensors_in(result: Any) -> list[torch.Tensor]:
    """The tensors of a result that holds several, nested as ``lstm`` returns them."""
    if not isinstance(result, (tuple, list)) or len(result) > MAX_ELEMENTS:
        return []
    found: list[torch.Tensor] = []
    for item in result:
        found += [item] if isinstance(item, torch.Tensor) else tensors_in(item)
    return found


def _terms(function: Any, inputs: Inputs) -> Iterator[Record]:
    """Those of the inputs whose losses a sum is trained on: not a loss without gradient that weighs what has one, or is held against it."""
    is_weight = weighs(function) and any(tensor.requires_grad for tensor, _ in inputs)
    return (record for tensor, record in inputs if tensor.requires_grad or not is_weight)
