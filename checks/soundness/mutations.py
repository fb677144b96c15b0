"""Breaks the tracer on purpose, one piece at a time, to see whether the oracle notices: rows of the tables, and pieces of the evaluator.

python -m checks.soundness.mutations
"""

from __future__ import annotations

import contextlib
import functools
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from bcelint.contracts import tables
from bcelint.contracts.schema import Args, Layer, Op, Outcome, Result
from bcelint.facts import NON_NEGATIVE, DType, Interval, Kind, Shape
from bcelint.trace.code import assignment, branches, definitions, functions, loops, statements
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.flow import Flow
from bcelint.trace.tracer import INTERNAL_ERROR
from bcelint.trace.values import constants, containers, instances, lists, tuples
from bcelint.trace.values.constants import NONE
from checks.soundness.comparing import Fault, compare
from checks.soundness.corpora import texts
from checks.soundness.observer import Observed
from checks.soundness.programs import evaluate, observe, run_script
from tests.fixture_lines import fixtures as all_fixtures

Mutation = Callable[[], contextlib.AbstractContextManager[Any]]


def _row(name: str, **wrong: Any) -> Mutation:
    """The row of a function or method of torch with an outcome that is wrong in some fields."""

    def mutate() -> contextlib.AbstractContextManager[Any]:
        row = tables.op(name) or tables.method(name)
        assert row is not None, name
        return _changed(row, wrong)

    return mutate


def _layer(name: str, **wrong: Any) -> Mutation:
    def mutate() -> contextlib.AbstractContextManager[Any]:
        row = tables.layer(name)
        assert row is not None, name
        return _changed(row, wrong)

    return mutate


@contextlib.contextmanager
def _changed(row: Op | Layer, wrong: dict[str, Any]) -> Iterator[None]:
    outcome = row.outcome

    def wrongly(args: Args) -> Outcome:
        made = None if outcome is None else outcome(args)
        return replace(made, **wrong) if isinstance(made, Result) else made

    changes: dict[str, Any] = wrong if row.outcome is None else {"outcome": wrongly}
    before = {name: getattr(row, name) for name in changes}
    for name, value in changes.items():
        object.__setattr__(row, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            object.__setattr__(row, name, value)


def _patched(owner: Any, name: str, wrong: Callable[..., Any]) -> Mutation:
    return lambda: mock.patch.object(owner, name, wrong)


def _table(table: dict[Any, Any], **wrong: Any) -> Mutation:
    return lambda: mock.patch.dict(table, wrong)


ROWS: dict[str, Mutation] = {
    "sigmoid ends at 0.5": _row("torch.sigmoid", range=Interval(0.0, 0.5)),
    "softmax gives log-probabilities": _row("torch.softmax", kind=Kind.LOG_PROBABILITIES),
    "log_softmax is not negative": _row("torch.nn.functional.log_softmax", range=NON_NEGATIVE),
    "randn lies in [0, 1]": _row("torch.randn", range=Interval(0.0, 1.0)),
    "rand gives float64": _row("torch.rand", dtype=DType.FLOAT64),
    ".float() keeps integers": _row("float", dtype=DType.INT64),
    "randint gives float": _row("torch.randint", dtype=DType.FLOAT32),
    "squeeze has no dimensions": _row("squeeze", shape=Shape(())),
    "a Linear layer's output is not negative": _layer("torch.nn.Linear", range=NON_NEGATIVE),
    "a Linear layer has no gradient": _layer("torch.nn.Linear", grad=False),
}


def _first_only(at: Any, options: Any) -> Flow:
    return _BRANCH(at, list(options)[:1])


def _swapped(at: Any, value: Value) -> Any:
    true, false = _SPLIT(at, value)
    return false, true


def _no_defaults(at: Any, params: Any) -> dict[str, Value]:
    return dict.fromkeys(_DEFAULTS(at, params), NONE)


def _reversed(at: Any, node: Any, content: Any) -> Flow:
    return _OVER(at, node, replace(content, items=content.items[::-1]))


def _wrong_way(at: Any, target: Any, value: Value) -> None:
    _UNPACK(at, target, replace(value, items=value.items[::-1]) if isinstance(value, tuples.Tuple) else value)


def _nothing(*_: Any, **__: Any) -> Value:
    return NONE


def _through_first(at: Any, content: Any, args: Arguments) -> Value:
    if len(content.items) > 1:
        content = replace(content, items=dict(list(content.items.items())[:-1]))
    return _THROUGH(at, content, args)


_BRANCH, _SPLIT, _DEFAULTS, _OVER = branches.branch, statements.split, functions.defaults_of, loops._over
_UNPACK, _THROUGH = assignment._unpack, containers._through

EVALUATOR: dict[str, Mutation] = {
    "only the first branch of an if": _patched(statements, "branch", _first_only),
    "a test goes the other way": _patched(statements, "split", _swapped),
    "defaults are None": _patched(definitions, "defaults_of", _no_defaults),
    "loops run backwards": _patched(loops, "_over", _reversed),
    "tuples are unpacked backwards": _patched(assignment, "_unpack", _wrong_way),
    "calls return None": _patched(functions, "_returned", _nothing),
    "append does nothing": _patched(lists.ListCell, "_change", _nothing),
    "a Sequential leaves out its last layer": _patched(containers, "_through", _through_first),
    "an attribute keeps its first value": _patched(
        instances.Instance, "store", lambda self, at, name, value, after: None if name in self.fields else at.write(self, name, value)
    ),
    "+ subtracts": _table(constants.ARITHMETIC, **{"+": lambda a, b: a - b}),
}


def corpus(number_of_fixtures: int, programs: int) -> Iterator[tuple[Path, Path]]:
    """Some fixtures and generated programs: what is run, and the root of its project."""
    for fixture in all_fixtures()[:: max(1, len(all_fixtures()) // number_of_fixtures)]:
        yield fixture.entry, fixture.path if fixture.path.is_dir() else fixture.path.parent
    for files in texts(programs):
        folder = Path(os.path.realpath(tempfile.mkdtemp()))
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        yield folder / "main.py", folder


def caught(mutations: Mapping[str, Mutation], programs: Sequence[tuple[Path, Path]]) -> dict[str, Fault | None]:
    """For each mutation a contradiction that the tracer as it is does not have; None where it goes unnoticed."""
    runs = [(entry, root, observe(functools.partial(run_script, entry), root)) for entry, root in programs]
    sound = [set(_faults(*run)) for run in runs]
    return {name: _first(mutation, runs, sound) for name, mutation in mutations.items()}


def _first(mutation: Mutation, runs: Sequence[tuple[Path, Path, Observed]], sound: Sequence[set[Any]]) -> Fault | None:
    with mutation():
        for run, known in zip(runs, sound):
            for key, fault in _faults(*run).items():
                if key not in known:
                    return fault
    return None


def _faults(entry: Path, root: Path, observed: Observed) -> dict[Any, Fault]:
    """The contradictions; none where bcelint itself fails, which would show without an oracle too."""
    recording = evaluate(root, [str(entry)])
    return {} if any(reason.startswith(INTERNAL_ERROR) for _, reason in recording.warnings) else compare(observed, recording).faults


def main() -> int:
    missed = 0
    programs = list(corpus(92, 16))
    for title, mutations in (("rows", ROWS), ("the evaluator", EVALUATOR)):
        found = caught(mutations, programs)
        print(f"{title}: {sum(fault is not None for fault in found.values())} of {len(found)} caught")
        for name, fault in found.items():
            print(f"  {name}: {fault or 'NOT CAUGHT'}")
        missed = max(missed, sum(fault is None for fault in found.values()))
    return 1 if missed > 1 else 0


if __name__ == "__main__":
    raise SystemExit(main())
