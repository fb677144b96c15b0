"""What the plugin costs a flake8 run: ``python benchmarks/flake8_overhead.py TREE [--rounds N] [--jobs N]``.

Runs flake8 over TREE without the plugin, with it on an empty cache (cold), and once more (warm), in turn, and prints the times and the
ratios of the fastest ones. For the runs without, the plugin's distribution is hidden from flake8; everything else is the same.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time

from bcelint.cache import VARIABLE

LAUNCH = """\
import importlib.metadata as metadata
import sys
every = metadata.distributions
hidden = {hidden!r}
metadata.distributions = lambda **context: (d for d in every(**context) if d.metadata["Name"] != hidden)
from flake8.main.cli import main
sys.exit(main())
"""


def run(tree: str, jobs: str, hidden: str, cache: str) -> float:
    """Seconds of one run of flake8 that does not see the distribution ``hidden``, with the folder ``cache`` for bcelint's cache."""
    command = [sys.executable, "-c", LAUNCH.format(hidden=hidden), "--isolated", "--jobs", jobs, tree]
    started = time.perf_counter()
    process = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, VARIABLE: cache})
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
    times: dict[str, list[float]] = {"without": [], "cold": [], "warm": []}
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as cache:
            times["without"].append(run(options.tree, options.jobs, "bcelint", cache))
            times["cold"].append(run(options.tree, options.jobs, "", cache))
            times["warm"].append(run(options.tree, options.jobs, "", cache))
    for name, seconds in times.items():
        print(f"{name:>8}: {', '.join(f'{each:.2f}' for each in seconds)} s")
    for name in ("cold", "warm"):
        print(f"ratio of the fastest, {name} against without: {min(times[name]) / min(times['without']):.2f}")


if __name__ == "__main__":
    main()
