"""The state of an evaluation: the current path condition, and all writes, which can be taken back and joined.

Alternative branches run one after the other from the same state. What each one wrote is then joined: where they differ, the new value is a
``Choice`` under the branches' guards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from bcelint.facts import Claim
from bcelint.losscall import TOO_MANY
from bcelint.trace.conditions.atoms import ALWAYS, AnyOf, Atom, Guard, Literal
from bcelint.trace.conditions.compatible import compatible, settled
from bcelint.trace.conditions.joining import either, joined, without_implied
from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Value
from bcelint.trace.values.cells import Cell
from bcelint.trace.values.choices import Choice, alternatives
from bcelint.trace.values.contents import common
from bcelint.trace.values.layers import Layer
from bcelint.trace.values.sources import merged_sources
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.unknowns import Unknown

T = TypeVar("T")
Changes = dict[tuple[int, str], tuple[Cell, str, "Value | None", "Value | None"]]

MAX_ALTERNATIVES = 8
MAX_COMBINATIONS = 16
MAX_PARTIAL = 1024
"""Combinations of the first of several values; most of them fit with no alternative of the others."""


class State:
    """The current path condition and the log of writes."""

    def __init__(self) -> None:
        self.path: Guard = ALWAYS
        self.given: Guard = ALWAYS
        """What the constructors of the objects made sure of whose methods run: it is no case."""
        self.raised: set[Guard] = set()
        """The cases in which the program has raised: nothing is to be said of them."""
        self._log: list[tuple[Cell, str, Value | None]] = []
        self.branching = 0
        self.work = 0
        """Cases looked at since the last statement: many cases cost as much as many statements."""

    def reset(self) -> None:
        """Start afresh, after an evaluation was broken off: what it wrote stays."""
        self.path = self.given = ALWAYS
        self.raised.clear()
        self._log.clear()
        self.branching = 0

    # Writing

    def write(self, cell: Cell, key: str, value: Value) -> None:
        """Set a field of a cell; every change of anything goes through here."""
        if self.branching:
            self._log.append((cell, key, cell.fields.get(key)))
        cell.fields[key] = value

    def changes_of(self, thunk: Callable[[], T]) -> tuple[T, Changes]:
        """Run ``thunk`` and return its result with what it changed (cell, field, old value, new value), leaving the changes in place."""
        mark = len(self._log)
        self.branching += 1
        try:
            result = thunk()
        finally:
            self.branching -= 1
        changes: Changes = {}
        for cell, key, old in self._log[mark:]:
            if (cell.id, key) not in changes:
                changes[cell.id, key] = (cell, key, old, cell.fields.get(key))
        if not self.branching:
            del self._log[mark:]
        return result, changes

    @staticmethod
    def undo(changes: Changes) -> None:
        for cell, key, old, _ in changes.values():
            if old is None:
                cell.fields.pop(key, None)
            else:
                cell.fields[key] = old

    # Branching

    def branches(
        self,
        cases: Sequence[tuple[Guard, Callable[[], T]]],
        survives: Callable[[T, Cell], bool] = lambda result, cell: True,
        ended: Callable[[T, Changes], None] = lambda result, changes: None,
    ) -> list[tuple[Guard, T]]:
        """Run each case under its guard from the same state, join what they wrote, and return the results of those that are possible.

        ``survives`` tells whether what a case wrote to a cell is seen afterwards (a branch that ends in ``return`` leaves no locals behind).
        """
        before, given, born = self.path, self.given, fresh()
        possible = [(guard, thunk) for guard, thunk in cases if compatible(before, guard)]
        outcomes: list[tuple[Guard, T, Changes]] = []
        for guard, thunk in possible:
            self.path, self.given = settled(before | guard), given
            result, changes = self.changes_of(thunk)
            self.undo(changes)
            ended(result, changes)
            outcomes.append((guard, result, changes))
        self.path, self.given = before, given
        self._join([(g, {k: c for k, c in changes.items() if survives(result, c[0])}, survives, result) for g, result, changes in outcomes], born)
        return [(guard, result) for guard, result, _ in outcomes]

    def _join(self, outcomes: Sequence[tuple[Guard, Changes, Callable[[T, Cell], bool], T]], born: int) -> None:
        """``born`` is an identity from before: a cell with a later one was made in its case, and does not exist in the others."""
        touched: dict[tuple[int, str], tuple[Cell, str, Value | None]] = {}
        for _, changes, _, _ in outcomes:
            for where, (cell, key, old, _) in changes.items():
                touched.setdefault(where, (cell, key, old))
        for where, (cell, key, old) in touched.items():
            options: list[tuple[Guard, Value]] = []
            for guard, changes, survives, result in outcomes:
                if where in changes:
                    value = changes[where][3]
                elif survives(result, cell) and cell.id < born:
                    value = old or cell.unset(key)
                else:
                    continue
                if value is not None:
                    options.append((guard, value))
            self.write(cell, key, self.choice(options))

    # Alternatives

    def choice(self, options: Iterable[tuple[Guard, Value]]) -> Value:
        """One value of several under guards: nested choices are flattened, equal values merged, and the last of too many are folded into one."""
        flat: dict[object, list[tuple[Guard, Value]]] = {}
        count = 0
        for guard, value in options:
            for inner, single in alternatives(value):
                if not compatible(guard, inner):
                    continue
                flat.setdefault(_loosely(single).key(), []).append((guard | inner, single))
                count += 1
        self.work += count
        if count == 0:
            return Unknown("no case is possible here")
        if len(flat) == 1:
            return _loosest(next(iter(flat.values())))
        merged = [single for same in flat.values() for single in _merged(same)]
        if len(merged) > MAX_ALTERNATIVES:
            merged = [*merged[: MAX_ALTERNATIVES - 1], _folded(merged[MAX_ALTERNATIVES - 1 :])]
        return Choice(tuple(merged))

    def narrow(self, value: Value) -> Value:
        """The value as it is under the current path condition."""
        if not isinstance(value, Choice) or not self.path:
            return value
        self.work += len(value.alternatives)
        left = [(guard, single) for guard, single in value.alternatives if compatible(self.path, guard)]
        if len(left) == 1:
            return left[0][1]
        if not left:
            return Unknown("no case is possible here")
        return value if len(left) == len(value.alternatives) else Choice(tuple(left))

    def combinations(self, *values: Value) -> list[tuple[Guard, tuple[Value, ...]]]:
        """All consistent combinations of the values' alternatives, each with its guard."""
        results: list[tuple[Guard, tuple[Value, ...]]] = [(ALWAYS, ())]
        is_cut = False
        for value in values:
            options = alternatives(self.narrow(value))
            results = [
                (guard | inner, (*taken, single))
                for guard, taken in results
                for inner, single in options
                if not inner or (compatible(guard, inner) and compatible(self.path, guard | inner))
            ]
            if len(results) > MAX_PARTIAL:
                results, is_cut = results[:MAX_PARTIAL], True
        if is_cut and results:
            results = (results * (MAX_COMBINATIONS + 1))[: MAX_COMBINATIONS + 1]
        return results[: MAX_COMBINATIONS + 1]

    @staticmethod
    def are_too_many(combinations: Sequence[object]) -> bool:
        """Whether ``combinations`` has left some out."""
        return len(combinations) > MAX_COMBINATIONS

    def lift(self, function: Callable[..., Value], *values: Value) -> Value:
        """Apply ``function``, which changes nothing, to each consistent combination of the values' alternatives."""
        if not any(isinstance(value, Choice) for value in values):
            return _first_raised(values) or function(*values)
        combinations = self.combinations(*values)
        options = [(guard, _first_raised(singles) or function(*singles)) for guard, singles in combinations[:MAX_COMBINATIONS]]
        if self.are_too_many(combinations):
            options.append((ALWAYS, _of_too_many(values, overlaps=True)))
        return self.choice(options)

    def lift_call(self, function: Callable[[Value], Value], value: Value) -> Value:
        """Like ``lift`` for one value and a function that may change the state: each alternative is a branch."""
        value = self.narrow(value)
        if not isinstance(value, Choice):
            return value if value.is_raised else function(value)
        cases = [(guard, lambda single=single: self._raise(single) if single.is_raised else function(single)) for guard, single in value.alternatives]
        return self.choice(self.branches(cases))

    def _raise(self, raised: Value) -> Value:
        self.raised.add(self.path)
        return raised

    def after(self, before: Guard, live: Sequence[Guard]) -> Guard:
        """The path condition where several live ends meet again: what they have in common, or that one of them holds."""
        if len(live) == 1:
            return live[0]
        joined = either(end - before for end in live) if live else ALWAYS
        clauses = [literal for literal in joined if isinstance(literal, AnyOf)]
        if any(len(clause.choices) > 4 or any(isinstance(x, AnyOf) for c in clause.choices for x in c) for clause in clauses):
            return before
        return before | joined


def _first_raised(values: Iterable[Value]) -> Value | None:
    """What raises among the operands: then nothing is done with them."""
    return next((value for value in values if value.is_raised), None)


def _merged(same: Sequence[tuple[Guard, Value]]) -> Sequence[tuple[Guard, Value]]:
    """Alternatives of one value made one, unless that would let it count where it is none; of guards that are involved themselves, it may."""
    if len(same) == 1:
        return [(without_implied(guard), value) for guard, value in same]
    guard, exact = joined(guard for guard, _ in same)
    if not exact and not any(isinstance(literal, AnyOf) for guard, _ in same for literal in guard):
        return same
    return [(guard, _loosest(same))]


def _loosely(value: Value) -> Value:
    """A tensor whose kind is known, where it does not matter whether its values reach the ends of their range."""
    if not isinstance(value, Tensor) or value.facts.kind is None or value.facts.range is None or not value.facts.range.value.tight:
        return value
    claim = value.facts.range
    return replace(value, facts=replace(value.facts, range=Claim(claim.value.loosely(), claim.steps)))


def _loosest(same: Sequence[tuple[Guard, Value]]) -> Value:
    """One of several that are alike, the one that claims least; a tensor hangs on what any of them was computed from."""
    values = [value for _, value in same]
    loosest = next((value for value in values if value is _loosely(value)), values[0])
    return replace(loosest, sources=merged_sources(*values)) if isinstance(loosest, Tensor) else loosest


def _folded(options: Sequence[tuple[Guard, Value]]) -> tuple[Guard, Value]:
    """What the last of too many alternatives have in common, which may be nothing."""
    values = [value for _, value in options]
    shared = common(values)
    if isinstance(shared, Tensor):
        shared = replace(shared, reason=TOO_MANY)
    guard, is_exact = joined(guard for guard, _ in options)
    return guard, shared or _of_too_many(values, overlaps=not is_exact)


def _of_too_many(values: Iterable[Value], overlaps: bool) -> Unknown:
    """One of values that are not told apart any more. Where its guard ``overlaps`` with theirs, what is asked of it makes no case of the others."""
    return Unknown(TOO_MANY, sources=merged_sources(*values), opaque=overlaps)


def without_loop(state: State, value: Value, loop: int) -> Value:
    """The value after loop number ``loop``: what depended on the iteration is no case any more but unknown."""
    if isinstance(value, Layer):
        return replace(value, args={name: without_loop(state, arg, loop) for name, arg in value.args.items()})
    if not isinstance(value, Choice):
        return value
    if not any(_mentions(guard, loop) for guard, _ in value.alternatives):
        return value
    remaining: list[tuple[Guard, Value]] = []
    for guard, single in value.alternatives:
        left = frozenset(literal for literal in guard if not _mentions((literal,), loop))
        if any(compatible(left, other) and known.key() != single.key() for other, known in remaining):
            singles = [single for _, single in value.alternatives]
            reason, sources = "it depends on the iteration of a loop", merged_sources(value)
            return common(singles) or Unknown(reason, symbol=f"#{fresh()}", sources=sources, opaque=value.hangs_on()[1])
        remaining.append((left, single))
    return state.choice(remaining)


def _mentions(guard: Iterable[Literal], loop: int) -> bool:
    return any(literal.loop == loop if isinstance(literal, Atom) else any(_mentions(choice, loop) for choice in literal.choices) for literal in guard)
