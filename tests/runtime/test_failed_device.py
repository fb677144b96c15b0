"""A device that has failed: what torch said is told, what was seen before is kept, and nothing on it is looked at again.

After an assertion has failed in a kernel, every operation on that GPU raises, until the process ends. Here the failure is simulated; on a GPU
it is real.
"""

from __future__ import annotations

import runpy
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any, Callable

import pytest
import torch
import torch.nn.functional as F

from bcelint.places import FixedPlace
from bcelint.runtime import Watcher, watch
from bcelint.runtime.observed import Sight

SAID = "CUDA error: device-side assert triggered"
MESSAGE = f"{SAID}\nCUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect."
ERRORS = [error for error in (RuntimeError, getattr(torch, "AcceleratorError", None)) if error is not None]
"""What torch raises, before and from 2.8 on."""

HERE = FixedPlace("/train.py", 3)

Fail = Callable[[int], "list[torch.Tensor]"]


@pytest.fixture(params=ERRORS)
def error(request: pytest.FixtureRequest) -> RuntimeError:
    made = request.param(MESSAGE)
    assert isinstance(made, RuntimeError)
    return made


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch, error: RuntimeError) -> Fail:
    """Makes every look at values raise after so many; returns those that were looked at since."""
    real = torch.aminmax

    def after(count: int) -> list[torch.Tensor]:
        looks: list[torch.Tensor] = []

        def aminmax(tensor: torch.Tensor, **keywords: Any) -> Any:
            looks.append(tensor)
            if len(looks) > count:
                raise error
            return real(tensor, **keywords)

        monkeypatch.setattr(torch, "aminmax", aminmax)
        return looks

    return after


class Failed(torch.Tensor):
    """What lies on a device that has failed: no operation on it succeeds."""

    error: RuntimeError

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func.__name__ in ("__get__", "detach"):
            return super().__torch_function__(func, types, args, kwargs)
        raise cls.error


@pytest.fixture
def failed(error: RuntimeError) -> torch.Tensor:
    Failed.error = error
    return torch.rand(3).as_subclass(Failed)


def run(folder: Path, text: str) -> tuple[Watcher, RuntimeError | None]:
    """Run a text as the main program; what was seen, and what it raised."""
    path = folder / "program.py"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    with watch() as watcher:
        try:
            runpy.run_path(str(path), run_name="__main__")
        except RuntimeError as error:
            return watcher, error
    return watcher, None


def places(watcher: Watcher) -> list[tuple[str, int]]:
    return [(finding.code, finding.position.line) for finding in watcher.report().findings if not finding.advice]


def codes(watcher: Watcher) -> list[str]:
    return [finding.code for finding in watcher.report().findings if not finding.advice]


def wrong_step() -> None:
    with pytest.raises(RuntimeError, match="between 0 and 1"):
        F.binary_cross_entropy(torch.tensor([-2.0, 3.0], requires_grad=True) * 1, torch.ones(2))


def test_what_was_seen_before_stays(fail: Fail) -> None:
    looks = fail(2)
    with watch() as watcher:
        wrong_step()
        wrong_step()
        wrong_step()
    report = watcher.report()
    assert codes(watcher) == ["BCE101"]
    assert [call.facts["input"].split(",")[:2] for call in report.calls] == [["[-2", " 3]"]]
    assert len(looks) == 3
    (note,) = report.notes
    assert note.startswith("torch said at ")
    assert f"test_failed_device.py:{wrong_step.__code__.co_firstlineno + 2}" in note
    assert SAID in note
    assert "stacktrace" not in note
    assert "values on cpu were not looked at from then on" in note


def test_the_first_look_that_fails_leaves_the_facts(fail: Fail) -> None:
    """The range of what came out of a layer is known without a look."""
    fail(0)
    layer = torch.nn.Linear(4, 1)
    with watch() as watcher, pytest.raises(RuntimeError, match="between 0 and 1"):
        F.binary_cross_entropy(layer(torch.randn(64, 4)) * 10, torch.ones(64, 1))  # noqa: BCE101
    assert codes(watcher) == ["BCE101"]
    assert len(watcher.report().notes) == 1


def test_a_program_that_dies(tmp_path: Path, failed: torch.Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    text = """\
    import torch
    import torch.nn.functional as F

    x = torch.tensor([-2.0, 3.0], requires_grad=True) * 1
    try:
        F.binary_cross_entropy(x, torch.ones(2))
    except RuntimeError:
        pass
    torch.failed + 1
    """
    monkeypatch.setattr(torch, "failed", failed, raising=False)
    watcher, error = run(tmp_path, text)
    assert str(error) == MESSAGE
    assert places(watcher) == [("BCE101", 6)]
    (note,) = watcher.report().notes
    assert note.startswith(f"torch said at {tmp_path / 'program.py'}:9:")
    assert f"(after the loss call at {tmp_path / 'program.py'}:6:" in note


def test_a_program_that_goes_on(tmp_path: Path, failed: torch.Tensor, monkeypatch: pytest.MonkeyPatch, fail: Fail) -> None:
    """It catches the error again and again, also at the loss; the watcher says one thing, and looks no more."""
    text = """\
    import torch
    import torch.nn.functional as F

    y = torch.ones(3)
    for _ in range(3):
        for step in (lambda: torch.failed * 2, lambda: F.binary_cross_entropy(torch.failed, y), lambda: torch.failed.sum().backward()):
            try:
                step()
            except RuntimeError:
                pass
    F.binary_cross_entropy_with_logits(torch.rand(3, requires_grad=True).sigmoid(), y)
    """
    monkeypatch.setattr(torch, "failed", failed, raising=False)
    looks = fail(100)
    watcher, error = run(tmp_path, text)
    assert error is None
    assert places(watcher) == [("BCE102", 11)]
    (note,) = watcher.report().notes
    assert note.startswith(f"torch said at {tmp_path / 'program.py'}:6:")
    assert looks == []


def test_the_report_looks_at_nothing(fail: Fail) -> None:
    with watch() as watcher:
        wrong_step()
    looks = fail(0)
    assert codes(watcher) == ["BCE101"]
    assert watcher.report().notes == []
    assert looks == []


def test_a_tensor_that_does_not_even_say_where_it_is(error: RuntimeError) -> None:
    class Refusing(torch.Tensor):
        @classmethod
        def __torch_function__(cls, *arguments: Any, **keywords: Any) -> Any:
            raise error

    sight = Sight()
    sight.fail(error, [torch.ones(1).as_subclass(Refusing)], HERE)
    assert not sight.sees(torch.device("cuda", 0))


def test_an_error_in_another_place_is_no_error_of_our_own(monkeypatch: pytest.MonkeyPatch, error: RuntimeError) -> None:
    """Whatever of a tensor a version of torch can't tell after a failure."""

    def raising(*arguments: object) -> None:
        raise error

    with watch() as watcher:
        monkeypatch.setattr(watcher, "_transfer", raising)
        torch.ones(2).sum()
        torch.ones(2).sum()
    (note,) = watcher.report().notes
    assert note.startswith("torch said at ")
    assert "bcelint" not in note.replace("not looked at", "")


def test_other_devices_are_still_looked_at(error: RuntimeError) -> None:
    sight = Sight()
    sight.fail(error, [torch.empty(1, device="meta")], None)
    assert sight.interval(torch.tensor([1.0, 2.0]), HERE) is not None
    sight.fail(error, [torch.rand(1)], None)
    assert sight.interval(torch.tensor([1.0, 2.0]), HERE) is None
    assert len(sight.notes()) == 2


def test_an_operation_on_no_tensor_may_have_failed_on_any_accelerator(error: RuntimeError) -> None:
    sight = Sight()
    sight.fail(error, [], None)
    assert sight.interval(torch.tensor([1.0, 2.0]), HERE) is not None
    assert not sight.sees(torch.device("cuda", 1))
    assert sight.notes() == [f"torch said: {SAID}; values on accelerators were not looked at from then on"]


@pytest.mark.parametrize("message", ["no order", "CUDA out of memory. Tried to allocate 2.00 GiB"])
def test_another_failure_of_one_look_is_none_of_the_device(monkeypatch: pytest.MonkeyPatch, message: str) -> None:
    def raising(tensor: torch.Tensor) -> None:
        raise RuntimeError(message)

    sight = Sight()
    with monkeypatch.context() as patched:
        patched.setattr(torch, "aminmax", raising)
        assert sight.interval(torch.ones(2), HERE) is None
    assert sight.interval(torch.ones(2), HERE) is not None
    assert sight.notes() == []


DIES = """\
import torch
import torch.nn.functional as F

class Failed(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func.__name__ == "__get__":
            return super().__torch_function__(func, types, args, kwargs)
        raise getattr(torch, "AcceleratorError", RuntimeError)("CUDA error: device-side assert triggered\\nCompile with TORCH_USE_CUDA_DSA.")

x = torch.nn.Linear(4, 1)(torch.randn(64, 4)) * 100
try:
    F.binary_cross_entropy(x, torch.ones(64, 1))
except RuntimeError:
    x = x.detach().as_subclass(Failed)
x + 1
"""


def test_the_command_shows_what_python_shows_and_a_note(tmp_path: Path) -> None:
    (tmp_path / "dies.py").write_text(DIES, encoding="utf-8")
    expected, done = (
        subprocess.run([sys.executable, *command, "dies.py"], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
        for command in ([], ["-m", "bcelint", "run"])
    )
    *traceback, note = done.stderr.replace(f"{tmp_path}/", "").splitlines()
    assert traceback == expected.stderr.replace(f"{tmp_path}/", "").splitlines()
    assert note.startswith("note: torch said at dies.py:16:1: CUDA error: device-side assert triggered (after the loss call at dies.py:13:")
    assert "dies.py:13:" in done.stdout
    assert "BCE101" in done.stdout
    assert done.returncode == expected.returncode == 1


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("blocking", ["0", "1"])
@pytest.mark.parametrize("ending", ["loss.backward()", "\ntry:\n    loss.item()\nexcept RuntimeError:\n    criterion(p, y)"])
def test_on_a_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blocking: str, ending: str) -> None:
    monkeypatch.setenv("CUDA_LAUNCH_BLOCKING", blocking)
    program = f"""\
import torch
from torch import nn

criterion = nn.BCELoss()
p = nn.Linear(4, 1).cuda()(torch.randn(64, 4).cuda() * 100)
y = torch.ones(64, 1).cuda()
loss = criterion(p, y)
{ending}
"""
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "bcelint", "run", "program.py"], cwd=tmp_path, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    assert "BCE101" in done.stdout
    assert "bcelint's own" not in done.stderr
    assert "device-side assert" in done.stderr
    assert done.stderr.count("note: torch said") == 1
    assert done.returncode != 0
