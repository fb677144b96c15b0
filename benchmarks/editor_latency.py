"""How long an editor waits: ``python benchmarks/editor_latency.py [--rounds N] [--bound RATIO]``.

Runs ``flake8 --stdin-display-name …/train.py -`` with the buffer on stdin, as editors do, on a training script of some 300 lines with a module
of some 500 beside it: without the plugin, with it on an empty cache (cold), and once more (warm), in turn. Prints the times and the ratios
of the fastest ones; ends with 1 where the cold ratio is above ``--bound``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from editor_project import write_project  # type: ignore[import-not-found]
from launching import Run, flake8, print_runs  # type: ignore[import-not-found]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--bound", type=float)
    options = parser.parse_args()
    runs: dict[str, list[Run]] = {"without": [], "cold": [], "warm": []}
    with tempfile.TemporaryDirectory() as folder:
        script = write_project(Path(folder))
        buffer = script.read_text(encoding="utf-8")
        arguments = ["--stdin-display-name", str(script), "-"]
        for number in range(options.rounds):
            cache = str(Path(folder) / f"cache{number}")
            for name in runs:
                runs[name].append(flake8(arguments, name != "without", cache, buffer))
    shown = {name: {run.output for run in those} for name, those in runs.items()}
    if len(shown["cold"] | shown["warm"]) != 1 or "BCE1" not in shown["cold"].pop() or any("BCE1" in output for output in shown["without"]):
        sys.exit("the findings are not the same every time, or not there")
    ratio = print_runs(runs)["cold"]
    if options.bound is not None and ratio > options.bound:
        sys.exit(f"more than {options.bound} times as long")


if __name__ == "__main__":
    main()
