"""``bcelint check`` next to flake8: ``python benchmarks/check_tree.py TREE [--rounds N]``.

Prints the wall time and the peak memory of both over TREE. The memory is the sum over all processes alive at one time (the proportional set
size, so that pages shared by a fork count once), sampled from /proc; it is left out on other systems.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

from launching import LAUNCH  # type: ignore[import-not-found]

INTERVAL = 0.05
"""Seconds between two looks at the memory."""


def measure(command: Sequence[str], limit: float = math.inf) -> tuple[float, float]:
    """(seconds, peak MB) of a command with its children; the memory is 0 where it can't be known.

    After ``limit`` seconds it is stopped, with its children, and the seconds are infinite.
    """
    started = time.perf_counter()
    stopped = False
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, sum(map(memory, family(process.pid))))
            if not stopped and time.perf_counter() - started > limit:
                os.killpg(process.pid, signal.SIGKILL)
                stopped = True
            time.sleep(INTERVAL)
    seconds = math.inf if stopped else time.perf_counter() - started
    if process.returncode not in (0, 1) and not stopped:
        print(f"exit code {process.returncode}: {' '.join(command[:4])} …", file=sys.stderr)
    return seconds, peak / 1024


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    members = [pid]
    for member in members:
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{member}/task"):
                with open(f"/proc/{member}/task/{thread}/children") as children:
                    members += map(int, children.read().split())
    return members


def memory(pid: int) -> int:
    """The proportional set size of a process in kB."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/smaps_rollup") as rollup:
        return sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    commands = {
        "bcelint check": [sys.executable, "-m", "bcelint", "check", "--quiet", options.tree],
        "flake8": [sys.executable, "-c", LAUNCH.format(hidden=True), "--isolated", options.tree],
    }
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(options.rounds):
        for name, command in commands.items():
            results[name].append(measure(command))
    for name, runs in results.items():
        print(f"{name:>13}: {', '.join(f'{seconds:.2f}' for seconds, _ in runs)} s; peak {max(peak for _, peak in runs):.0f} MB")
    fastest = {name: min(seconds for seconds, _ in runs) for name, runs in results.items()}
    print(f"ratio of the fastest: {fastest['bcelint check'] / fastest['flake8']:.2f}")


if __name__ == "__main__":
    main()
