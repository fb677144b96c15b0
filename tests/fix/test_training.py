"""Fixtures whose loss has a floor that no training gets below: the repaired twin, trained, does."""

from __future__ import annotations

import contextlib
import functools
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_pre_hook, register_module_parameter_registration_hook

from tests.fixture_lines import FIXTURES, Fixture, fixtures
from tests.runtime.harm import best_within
from tests.runtime.watching import Watched, run_file
from tests.test_fixtures import forget_modules_below

FLOORED = frozenset({"BCE102", "BCE103"})
"""A second sigmoid or softmax: the loss stays above that of the best numbers in [0, 1]."""
EPOCHS = 150
NOT_LEARNT = {
    "criterion_by_option": "targets drawn from [0, 1]: their own entropy lies above that floor",
    "injected_criterion": "the same",
    "ways_to_call": "the same",
    "config_disagrees": "masks of random pixels, and ten weights",
    "loss_inside_forward": "classes drawn for each pixel, and a convolution of one pixel",
}
"""Programs whose data nothing can be learnt of, and why."""
TWINS = [
    pytest.param(fixture, id=fixture.name)
    for fixture in fixtures()
    if fixture.is_repaired and fixture.folder.startswith(("bce102", "bce103")) and fixture.original.stem not in NOT_LEARNT
]


class Training:
    """Runs a program over and over. Its parameters, in the order in which they are made, are those that Adam has made of them so far."""

    def __init__(self, fixture: Fixture) -> None:
        self._fixture = fixture
        self._kept: list[nn.Parameter] = []
        self._made: list[nn.Parameter] = []
        self._started = 0

    def run(self) -> Watched:
        """One run of the whole program, and a step of Adam by all gradients that came in it."""
        self._made, self._started = [], 0
        for kept in self._kept:
            kept.grad = torch.zeros_like(kept)
        with self._hooks():
            watched = self._watched()
        if not self._kept:
            self._kept = [nn.Parameter(made.detach().clone()) for made in self._made]
            self._adam = torch.optim.Adam(self._kept, lr=0.05)
        else:
            self._adam.step()
        return watched

    @contextlib.contextmanager
    def _hooks(self) -> Iterator[None]:
        def made(module: nn.Module, name: str, parameter: nn.Parameter | None) -> None:
            if parameter is not None and not any(parameter is other for other in self._made):
                self._made.append(parameter)

        def first_call(module: nn.Module, inputs: object) -> None:
            for kept, fresh in list(zip(self._kept, self._made))[self._started :]:
                with torch.no_grad():
                    fresh.copy_(kept)
                fresh.register_hook(functools.partial(self._add, kept))
            self._started = len(self._made)

        hooks = register_module_parameter_registration_hook(made), register_module_forward_pre_hook(first_call)
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    @staticmethod
    def _add(kept: nn.Parameter, gradient: torch.Tensor) -> None:
        assert kept.grad is not None
        kept.grad += gradient

    def _watched(self) -> Watched:
        torch.set_num_threads(1)
        before = set(sys.modules)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                return run_file(self._fixture.entry)
        finally:
            forget_modules_below(FIXTURES, before)


def at(watched: Watched, path: Path, line: int) -> list[int]:
    """The numbers of the events of a loss call."""
    events = watched.watcher._criteria.numbered
    found = [number for number in watched.made if (Path(events[number].place.path).resolve(), events[number].place.line) == (path.resolve(), line)]
    return found or (list(watched.made) if len(watched.made) == 1 else [])


@pytest.mark.parametrize("twin", TWINS)
def test_repaired_fixture_learns_below_the_floor_of_the_broken_one(twin: Fixture) -> None:
    original = Fixture(twin.original)
    broken = Training(original).run()
    floors: dict[tuple[Path, int], float] = {}
    for old, new in zip(original.expectations, twin.expectations):
        for number in at(broken, old.path, old.line)[:1] if old.codes & FLOORED else ():
            floors[new.path, new.line] = best_within(broken.made[number], 1.0)
    assert floors
    training = Training(twin)
    for _ in range(EPOCHS):
        watched = training.run()
        reached = {place: watched.made[number].again().item() for place in floors for number in at(watched, *place)[:1]}
        if any(loss < floors[place] - 0.05 for place, loss in reached.items()):
            return
    pytest.fail(f"{reached} after training, against {floors}")
