"""Running and evaluating one program."""

from __future__ import annotations

import contextlib
import doctest
import importlib
import importlib.util
import io
import os
import re
import runpy
import shutil
import signal
import sys
import tempfile
import unittest
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bcelint.project.project import Project
from bcelint.trace.tracer import loss_calls
from checks.soundness.comparing import Report, compare
from checks.soundness.observer import LIMIT, Observed, Observer
from checks.soundness.recorded import Recording

SECONDS = 60
"""That a program may run, or that passes until the test of a suite that runs then is broken off."""


def check_script(path: Path, root: Path | None = None, limit: int = LIMIT) -> Report:
    """A script, ``root`` the folder of its project. Whatever it raises ends it, and what ran until then counts."""
    path = path.resolve()
    root = (root or path.parent).resolve()
    return check(lambda: run_script(path), root, [str(path)], limit)


def check(run: Callable[[], None], root: Path, entries: Sequence[str], limit: int = LIMIT, files: Sequence[str] | None = None) -> Report:
    """Run a program below ``root`` and evaluate it from the files ``entries``; of the project are ``files``, or all below its root."""
    observed = observe(run, root, limit, files)
    return compare(observed, evaluate(root, entries, files))


def observe(run: Callable[[], None], root: Path, limit: int = LIMIT, files: Sequence[str] | None = None) -> Observed:
    observer = Observer(_own_files(root, files), limit)
    with _fresh(root), _quietly(), contextlib.suppress(Exception, SystemExit), _in_time(), observer.watching():
        run()
    return observer.observed


def evaluate(root: Path, entries: Sequence[str], files: Sequence[str] | None = None) -> Recording:
    recording = Recording(_own_files(root, files))
    loss_calls(Project(str(root), files), list(entries), lambda path, reason: recording.warnings.append((path, reason)), recording)
    return recording


def _own_files(root: Path, files: Sequence[str] | None) -> Callable[[str], bool]:
    inside = str(root) + os.sep
    own = None if files is None else frozenset(files)
    return lambda path: path.startswith(inside) if own is None else path in own


def check_unittest(name: str, limit: int = LIMIT) -> Report:
    """A module of Python's own tests, or any other of ``unittest``, by its dotted name."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{name}: there is no such module")
    path = os.path.realpath(spec.origin)
    return check(lambda: _run_unittest(name), Path(path).parent, [path], limit, [path])


def _run_unittest(name: str) -> None:
    suite = unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module(name))
    unittest.TextTestRunner(stream=io.StringIO(), verbosity=0).run(suite)


def check_doctest(name: str, limit: int = LIMIT) -> Report:
    """The examples in the docs of a module of a package that is installed, as one program beside a copy of the package."""
    package = importlib.util.find_spec(name.partition(".")[0])
    if package is None or package.origin is None or importlib.util.find_spec(name) is None:
        raise SystemExit(f"{name}: there is no such module")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(os.path.realpath(folder))
        installed = Path(package.origin).parent
        shutil.copytree(installed, root / installed.name, ignore=shutil.ignore_patterns("__pycache__"))
        program = root / "examples.py"
        program.write_text(_examples(name), encoding="utf-8")
        return check_script(program, root, limit)


def _examples(name: str) -> str:
    """The code of the examples, but for those that are to raise, behind an import of the names that they have from their module."""
    module = importlib.import_module(name)
    shown = [test.examples for test in doctest.DocTestFinder().find(module) if not any(example.exc_msg for example in test.examples)]
    code = "\n".join(example.source for examples in shown for example in examples)
    for loaded in [loaded for loaded in sys.modules if loaded.partition(".")[0] == name.partition(".")[0]]:
        del sys.modules[loaded]  # the copy is to be run
    names = sorted(set(re.findall(r"\w+", code)) & set(vars(module)))
    return f"from {name} import {', '.join(names)}\n{code}" if names else code


def check_pytest(path: Path, root: Path, limit: int = LIMIT) -> Report:
    """A file of tests in the project below ``root``, run by pytest."""
    path, root = path.resolve(), root.resolve()
    return check(lambda: _run_pytest(path, root), root, [str(path)], limit)


def _run_pytest(path: Path, root: Path) -> None:
    import pytest

    pytest.main([str(path), "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(root), "-o", "addopts=", "--import-mode=importlib"])


def run_script(path: Path) -> None:
    runpy.run_path(str(path), run_name="__main__")


@contextlib.contextmanager
def _fresh(root: Path) -> Iterator[None]:
    """Imports from the program's folder first, and nothing left of them afterwards."""
    modules, path, argv, folder = set(sys.modules), list(sys.path), list(sys.argv), os.getcwd()
    sys.path.insert(0, str(root))
    sys.path_importer_cache.pop(str(root), None)
    sys.argv = [str(root)]
    try:
        with tempfile.TemporaryDirectory() as empty:
            os.chdir(empty)
            try:
                yield
            finally:
                os.chdir(folder)
    finally:
        sys.path[:], sys.argv = path, argv
        for name in set(sys.modules) - modules:
            if (getattr(sys.modules[name], "__file__", None) or "").startswith(str(root) + os.sep):
                del sys.modules[name]


@contextlib.contextmanager
def _in_time() -> Iterator[None]:
    """What runs too long is broken off; what was seen until then counts."""

    def end(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, SECONDS)  # again and again: a suite goes on with its next test
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        grad = None
        with contextlib.suppress(ImportError):
            import torch

            torch.set_num_threads(1)
            grad = torch.is_grad_enabled()
        try:
            yield
        finally:
            if grad is not None:
                torch.set_grad_enabled(grad)
