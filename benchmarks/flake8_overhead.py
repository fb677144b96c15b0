"""What the plugin costs a flake8 run: ``python benchmarks/flake8_overhead.py TREE [--rounds N] [--jobs N]``.

Runs flake8 over TREE with and without the plugin, in turn, and prints the times and the ratio of the fastest ones. For the runs
without, the plugin's distribution is hidden from flake8; everything else is the same.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

LAUNCH = """\
import importlib.metadata as metadata
import sys
every = metadata.distributions
hidden = {hidden!r}
metadata.distributions = lambda **context: (d for d in every(**context) if d.metadata["Name"] != hidden)
from flake8.main.cli import main
sys.exit(main())
"""


def run(tree: str, jobs: str, hidden: str) -> float:
    """Seconds of one run of flake8 that does not see the distribution ``hidden``."""
    command = [sys.executable, "-c", LAUNCH.format(hidden=hidden), "--isolated", "--jobs", jobs, tree]
    started = time.perf_counter()
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if process.returncode not in (0, 1):
        sys.exit(f"flake8 failed:\n{process.stderr}")
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", default="auto")
    options = parser.parse_args()
    times: dict[str, list[float]] = {"without": [], "with": []}
    for _ in range(options.rounds):
        times["without"].append(run(options.tree, options.jobs, hidden="bcelint"))
        times["with"].append(run(options.tree, options.jobs, hidden=""))
    for name, seconds in times.items():
        print(f"{name:>8} the plugin: {', '.join(f'{each:.2f}' for each in seconds)} s")
    print(f"ratio of the fastest: {min(times['with']) / min(times['without']):.2f}")


if __name__ == "__main__":
    main()
