"""The tracer: evaluates a project from its entry points and returns the loss calls that it met."""

from __future__ import annotations

import gc
import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import libcst as cst

from bcelint.contracts import frameworks
from bcelint.finding import INTERNAL_ERROR
from bcelint.losscall import LossCall
from bcelint.project.code import NodePlace
from bcelint.project.reached import Reached
from bcelint.project.reading import size
from bcelint.project.stack import with_deep_stack
from bcelint.trace.code import functions, objects
from bcelint.trace.code.evaluation import Evaluation
from bcelint.trace.code.modules import run_module
from bcelint.trace.conditions import remembered
from bcelint.trace.entries import functions_of, is_test, made_of, why_not
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.ordering import Entry, Inner, callers_first
from bcelint.trace.setters import setting_functions, try_setter
from bcelint.trace.state.coverage import BARREN, NO_OBJECT, TOO_LARGE
from bcelint.trace.state.dropped import CALLERS, DEPTH, OBJECTS, STEPS
from bcelint.trace.state.frames import Frame
from bcelint.trace.state.modules import SourceModule
from bcelint.trace.state.recorder import Recorder
from bcelint.trace.state.run import OutOfSteps, Run
from bcelint.trace.torch.recording import mark_trained, settle_trained
from bcelint.trace.values.classes import Class
from bcelint.trace.values.functions import Function
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.scopes import Scope
from bcelint.trace.values.tensors import Tensor

if TYPE_CHECKING:
    from bcelint.project.project import Project

MAX_BYTES = 1_000_000
"""Of source that is parsed because a loss might be reached from it; what it imports is parsed besides, where it is used."""
SETTING = frozenset(["__delattr__", "__delitem__", "__setattr__", "__setitem__"])
"""Methods that Python calls where something is set."""
MAX_RECEIVERS = 3
"""The objects of one class with which a method is tried that nobody calls."""


@dataclass
class Traced:
    """What evaluating some files brought to light."""

    calls: list[LossCall]
    reached: list[Reached]
    """What was come to in each file that names a loss."""
    release: Callable[[], None]
    """Let go of all that was evaluated, and of the syntax trees: of the calls, no place can be looked up any more."""


def loss_calls(
    project: Project,
    entries: Sequence[str],
    warn: Callable[[str, str], None],
    recorder: Recorder | None = None,
) -> list[LossCall]:
    """All loss calls that evaluating the files ``entries`` meets, in order; ``warn`` gets the path and the reason of each file that can't be read."""
    return traced(project, entries, warn, recorder).calls


def traced(project: Project, entries: Sequence[str], warn: Callable[[str, str], None], recorder: Recorder | None = None) -> Traced:
    """The same, and what was come to."""
    run = Run(project, warn, recorder)
    with _no_garbage_collection():
        with_deep_stack(lambda: _trace(run, entries))
    _leave_alone(run, entries)
    settle_trained(run)
    dropped = run.dropped.reasons()
    calls = [replace(event.call, dropped=dropped.get(event.number, ""), serves_others=_serves_others(run, event.call)) for event in run.events]
    for path, module in run.modules.all():
        if module is not None and module.executed and not module.finished:
            run.coverage.break_off_module(path, STEPS)
    called = [call.constructed_at for call in calls if not call.is_constructor]
    reached = list(run.coverage.files(run.modules, run.dead, run.dropped, called))
    return Traced(calls, reached, run.modules.release)


def _serves_others(run: Run, call: LossCall) -> bool:
    return isinstance(call.inner, NodePlace) and id(call.inner.node) in run.other_calls


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Nearly all that lives are syntax trees, which have no cycles, and each full collection walks them: over a third of the time on torch."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        remembered.forget()
        if was_enabled:
            gc.enable()


def _trace(run: Run, entries: Sequence[str]) -> None:
    """Modules first, then the functions that nobody called, then those inside of them, then what only functions speak of that were tried by now;
    what is likeliest to lead to a loss comes first, since the steps are bounded.
    """
    project = run.project
    searched: set[str] = set()
    for tests in (False, True):
        paths = [path for path in entries if is_test(project.root, path) is tests]
        part = _loaded(run, sorted(paths, key=lambda path: not project.names_loss(path)))
        for module in part:
            _bounded(run, module.path, True, lambda module=module: _run_entry(run, module))  # type: ignore[misc]
        uncalled = [Entry(module.path, function, owner) for module in part for function, owner in functions_of(module)]
        if any(why_not(run, entry.function, entry.owner) == "" for entry in uncalled):
            _try_setters(run, tests, searched)
        for entry, is_spoken_of in callers_first(run, part, uncalled):
            if is_spoken_of:
                _trace_nested(run)
            _try_uncalled(run, entry)
        _trace_nested(run)


def _try_setters(run: Run, tests: bool, searched: set[str]) -> None:
    """The functions that nobody called and that may set what the others read come first, those of the modules that are imported, too."""
    found = []
    for path, module in run.modules.all():
        if module is None or not module.executed or path in searched or (is_test(run.project.root, path) and not tests):
            continue
        searched.add(path)
        ranks = setting_functions(module)
        found += [(ranks[each.name], path, each, owner) for each, owner in functions_of(module) if each.name in ranks] if ranks else []
    for _, path, function, owner in sorted(found, key=lambda each: each[0]):
        receivers = [] if owner is None else made_of(owner)
        if why_not(run, function, owner) in ("", BARREN) and (owner is None or receivers):
            at, call = _at(run, function.closure, function.node), partial(_call_uncalled, run, function, owner)
            _bounded(run, path, False, partial(try_setter, at, function, call, receivers))


def _try_uncalled(run: Run, entry: Entry) -> None:
    """Evaluate a function if nobody has called it."""
    reason = why_not(run, entry.function, entry.owner)
    if reason:
        run.coverage.pass_over(entry.function, reason)
    elif reason is not None:
        _bounded(run, entry.path, False, lambda: _call_uncalled(run, entry.function, entry.owner))


def _trace_nested(run: Run) -> None:
    """The functions inside of others that nobody in sight called: they were returned or handed on."""
    seen: set[int] = set()
    inner = Inner(run.nested)
    while run.nested:
        function = inner.take()
        if id(function.node) not in seen and why_not(run, function, None) == "":
            seen.add(id(function.node))
            path = function.closure.code.path
            _bounded(run, path, False, lambda function=function: _call_uncalled(run, function, None))  # type: ignore[misc]


def _loaded(run: Run, paths: Sequence[str]) -> list[SourceModule]:
    """The modules of the files; of those that name no loss themselves only so many, since parsing is what costs most."""
    found, left = [], MAX_BYTES
    for path in paths:
        if not run.project.names_loss(path):
            left -= size(path)
            if left < 0:
                run.modules.left_out.add(path)
                continue
        module = run.modules.get(path)
        if module is not None:
            found.append(module)
    return found


def _leave_alone(run: Run, entries: Sequence[str]) -> None:
    """What was not evaluated, because it is too much, might make the loss calls that others made, with other arguments."""
    left_out = run.modules.left_out.intersection(entries)
    if left_out:
        run.dropped.files(run.project.below(left_out), TOO_LARGE)
    untried = run.coverage.untried
    if untried:
        called = frozenset().union(*(run.dead.calls_in(code) for code in untried))
        for function in run.coverage.functions:
            if function.name in called:
                run.dropped.function(id(function.node), CALLERS)


def _bounded(run: Run, path: str, is_module: bool, thunk: Callable[[], None]) -> None:
    """Evaluate one entry point within its bounds; what was met until then counts, also where bcelint itself fails."""
    run.begin(is_module)
    try:
        thunk()
    except OutOfSteps:
        _break_off(run, path, is_module, STEPS)
    except RecursionError:
        _break_off(run, path, is_module, DEPTH)
    except Exception as error:
        _break_off(run, path, is_module, INTERNAL_ERROR)
        at = traceback.extract_tb(error.__traceback__)[-1]
        run.warn(path, f"{INTERNAL_ERROR}: {type(error).__name__}: {error} ({os.path.basename(at.filename)}:{at.lineno}); please report it")


def _break_off(run: Run, path: str, is_module: bool, reason: str) -> None:
    run.state.reset()
    run.dropped.entry(reason)
    if run.recorder is not None and reason != INTERNAL_ERROR:
        run.recorder.broken_off(path)
    if is_module:
        run.coverage.break_off_module(path, reason)


def _run_entry(run: Run, module: SourceModule) -> None:
    at = Evaluation(run, module.frame, module.code.tree)
    run_module(at, module)
    while module.main_blocks:
        at.execute(module.main_blocks.pop(0).body)


def _call_uncalled(run: Run, function: Function, owner: Class | None) -> None:
    at = _at(run, function.closure, function.node)
    receivers: list[Value | None] = [None]
    if owner is not None and function.role not in ("static",):
        receivers = [owner] if function.role == "class" else [*_instances(run, owner)]
        if function.name == "__init__":
            return  # it has run: an object is made once
    for receiver in receivers[:MAX_RECEIVERS]:
        if isinstance(receiver, Instance):
            _forget_gradients(at, receiver)
        enter = partial(functions.enter, at, function, Arguments(is_entry=True, is_made_up=True), receiver)
        if function.name in SETTING:  # something is set under a name that nobody has given
            _, changes = run.state.changes_of(enter)
            run.state.undo(changes)
            continue
        result = enter()
        if function.name in frameworks.TRAINING_STEPS:
            mark_trained(run, result)
    if not receivers:
        run.coverage.pass_over(function, NO_OBJECT)
    if len(receivers) > MAX_RECEIVERS:
        run.dropped.entry(OBJECTS)


def _forget_gradients(at: Evaluation, receiver: Instance) -> None:
    """What the methods of an object keep in it without a gradient may have one where somebody calls this one, who is not seen."""

    def one(single: Value) -> Value:
        if isinstance(single, Tensor) and single.facts.value("grad") is False:
            return replace(single, facts=replace(single.facts, grad=None))
        return single

    for name, value in list(receiver.fields.items()):
        at.write(receiver, name, at.lift(one, value))


def _at(run: Run, scope: Scope, node: cst.CSTNode) -> Evaluation:
    """Where a call stands that nobody makes: what is shown of it must stand in the code."""
    assert isinstance(scope, Frame)
    return Evaluation(run, scope, node)


def _instances(run: Run, cls: Class) -> list[Instance]:
    """Objects of the class that the project makes, or one that it might make."""
    made = made_of(cls)
    if made:
        return made
    instance = objects.make(_at(run, cls.scope, cls.node), cls, Arguments(is_made_up=True))
    return [instance] if isinstance(instance, Instance) else []
