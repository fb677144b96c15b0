"""What the plugin costs a flake8 run: ``python benchmarks/flake8_overhead.py TREE [--rounds N] [--jobs N]``.

Runs flake8 over TREE without the plugin, with it on an empty cache (cold), and once more (warm), in turn, and prints the times and the
ratios of the fastest ones. For the runs without, the plugin's distribution is hidden from flake8; everything else is the same.
"""

from __future__ import annotations

import argparse
import tempfile

from launching import Run, flake8, print_runs  # type: ignore[import-not-found]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", default="auto")
    options = parser.parse_args()
    arguments = ["--jobs", options.jobs, options.tree]
    runs: dict[str, list[Run]] = {"without": [], "cold": [], "warm": []}
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as cache:
            runs["without"].append(flake8(arguments, False, cache))
            runs["cold"].append(flake8(arguments, True, cache))
            runs["warm"].append(flake8(arguments, True, cache))
    print_runs(runs)


if __name__ == "__main__":
    main()
