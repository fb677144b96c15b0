"""flake8 with and without the plugin, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bcelint.analysis.cache import VARIABLE

HIDE = """\
import importlib.metadata as metadata
import sys
every = metadata.distributions
metadata.distributions = lambda **context: (d for d in every(**context) if not ({hidden} and d._path.name.startswith("bcelint-")))
"""
"""The plugin's distribution is hidden by the name of its folder: to read the metadata of all distributions would slow down both."""
LAUNCH = f"""{HIDE}
{{first}}
from flake8.main.cli import main
sys.exit(main())
"""
STAY = f"""{HIDE}
import contextlib, io, json, os, runpy, time
path, rounds = sys.argv.pop(), int(sys.argv.pop())
with open(path, encoding="utf-8") as file:
    text = file.read()
runs = []
for number in range(rounds):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + "# saved once more\\n" * number)
    sys.argv = ["flake8", "--isolated", path]
    before, started, shown = os.times(), time.perf_counter(), io.TextIOWrapper(io.BytesIO())
    with contextlib.redirect_stdout(shown), contextlib.suppress(SystemExit):
        runpy.run_module("flake8", run_name="__main__")
    seconds, after = time.perf_counter() - started, os.times()
    shown.seek(0)
    runs.append([seconds, after.user + after.system - before.user - before.system, shown.read()])
print(json.dumps(runs))
"""


@dataclass
class Run:
    seconds: float
    """By the clock."""
    cpu: float
    """Seconds of the processor, for a machine that has other things to do."""
    output: str


def flake8(arguments: Sequence[str], plugin: bool, cache: str, stdin: str = "", first: str = "") -> Run:
    """One run of flake8, with the folder ``cache`` for bcelint's cache, in a process that executes ``first`` before."""
    command = [sys.executable, "-c", LAUNCH.format(hidden=not plugin, first=first), "--isolated", *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # installed code is compiled
    before, started = os.times(), time.perf_counter()
    process = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, env={**environment, VARIABLE: cache})
    seconds, after = time.perf_counter() - started, os.times()
    if process.returncode not in (0, 1) or process.stderr:
        sys.exit(f"flake8 failed:\n{process.stderr}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(seconds, cpu, process.stdout)


def saved_again(path: str, plugin: bool, cache: str, rounds: int) -> list[Run]:
    """Runs of flake8 in one process that stays, as an editor's extension keeps one, after each change of the file ``path``; without the first."""
    command = [sys.executable, "-c", STAY.format(hidden=not plugin), str(rounds + 1), path]
    process = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, VARIABLE: cache})
    if process.returncode or process.stderr:
        sys.exit(f"flake8 failed:\n{process.stderr}")
    return [Run(*run) for run in json.loads(process.stdout)][1:]


def print_runs(runs: dict[str, list[Run]]) -> dict[str, float]:
    """The times of each kind, and the ratios of the fastest ones to the first kind's; the ratios by the clock are returned."""
    first, *others = runs
    for name, those in runs.items():
        print(f"{name:>{max(map(len, runs))}}: {', '.join(f'{run.seconds:.2f}' for run in those)} s")
    ratios = {name: _fastest(runs[name], "seconds") / _fastest(runs[first], "seconds") for name in others}
    for name, ratio in ratios.items():
        cpu = _fastest(runs[name], "cpu") / _fastest(runs[first], "cpu")
        print(f"ratio of the fastest, {name} against {first}: {ratio:.2f} (of the processor's time: {cpu:.2f})")
    return ratios


def _fastest(runs: Sequence[Run], unit: str) -> float:
    return min(getattr(run, unit) for run in runs)
