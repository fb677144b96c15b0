"""flake8 with and without the plugin, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bcelint.cache import VARIABLE

LAUNCH = """\
import importlib.metadata as metadata
import sys
every = metadata.distributions
metadata.distributions = lambda **context: (d for d in every(**context) if not ({hidden} and d._path.name.startswith("bcelint-")))
from flake8.main.cli import main
sys.exit(main())
"""
"""The plugin's distribution is hidden by the name of its folder: to read the metadata of all distributions would slow down both."""


@dataclass
class Run:
    seconds: float
    """By the clock."""
    cpu: float
    """Seconds of the processor, for a machine that has other things to do."""
    output: str


def flake8(arguments: Sequence[str], plugin: bool, cache: str, stdin: str = "") -> Run:
    """One run of flake8, with the folder ``cache`` for bcelint's cache."""
    command = [sys.executable, "-c", LAUNCH.format(hidden=not plugin), "--isolated", *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # installed code is compiled
    before, started = os.times(), time.perf_counter()
    process = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, env={**environment, VARIABLE: cache})
    seconds, after = time.perf_counter() - started, os.times()
    if process.returncode not in (0, 1) or process.stderr:
        sys.exit(f"flake8 failed:\n{process.stderr}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(seconds, cpu, process.stdout)


def print_runs(runs: dict[str, list[Run]]) -> dict[str, float]:
    """The times of each kind, and the ratios of the fastest ones to the first kind's; the ratios by the clock are returned."""
    first, *others = runs
    for name, those in runs.items():
        print(f"{name:>8}: {', '.join(f'{run.seconds:.2f}' for run in those)} s")
    ratios = {name: _fastest(runs[name], "seconds") / _fastest(runs[first], "seconds") for name in others}
    for name, ratio in ratios.items():
        cpu = _fastest(runs[name], "cpu") / _fastest(runs[first], "cpu")
        print(f"ratio of the fastest, {name} against {first}: {ratio:.2f} (of the processor's time: {cpu:.2f})")
    return ratios


def _fastest(runs: Sequence[Run], unit: str) -> float:
    return min(getattr(run, unit) for run in runs)
