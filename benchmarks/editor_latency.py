"""How long an editor waits: ``python benchmarks/editor_latency.py [--rounds N] [--bound RATIO]``.

On a training script of some 300 lines with a module of some 500 beside it. First as editors do that start flake8 anew for each look, with
``flake8 --stdin-display-name …/train.py -`` and the buffer on stdin, in turn: without the plugin; without it, but LibCST is imported and parses both
files (parsed), which no tool that is built on LibCST can do without; with the plugin on an empty cache (cold), and once more (warm). Then as the
extension of VS Code does, in a process that stays, after each change of the script on disk: without the plugin, and with it.

Prints the times and the ratios of the fastest ones; ends with 1 where the cold ratio is above ``--bound``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from editor_project import write_project  # type: ignore[import-not-found]
from launching import Run, flake8, print_runs, saved_again  # type: ignore[import-not-found]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--bound", type=float)
    options = parser.parse_args()
    runs: dict[str, list[Run]] = {"without": [], "parsed": [], "cold": [], "warm": []}
    with tempfile.TemporaryDirectory() as folder:
        script = write_project(Path(folder))
        buffer = script.read_text(encoding="utf-8")
        parsing = f"import libcst\nfor path in {[str(path) for path in script.parent.glob('*.py')]}:\n    libcst.parse_module(open(path).read())"
        arguments = ["--stdin-display-name", str(script), "-"]
        for number in range(options.rounds):
            cache = str(Path(folder) / f"cache{number}")
            for name in runs:
                first = parsing if name == "parsed" else ""
                runs[name].append(flake8(arguments, name in ("cold", "warm"), cache, buffer, first))
        kept = {
            "kept, without": saved_again(str(script), False, "", options.rounds),
            "kept, changed": saved_again(str(script), True, str(Path(folder) / "cache"), options.rounds),
        }
    shown = {name: {run.output for run in those} for name, those in runs.items()}
    if len(shown["cold"] | shown["warm"]) != 1 or "BCE1" not in shown["cold"].pop() or any("BCE1" in output for output in shown["without"]):
        sys.exit("the findings are not the same every time, or not there")
    if any("BCE1" not in run.output for run in kept["kept, changed"]) or any("BCE1" in run.output for run in kept["kept, without"]):
        sys.exit("a process that stays shows other findings")
    ratio = print_runs(runs)["cold"]
    print_runs(kept)
    if options.bound is not None and ratio > options.bound:
        sys.exit(f"more than {options.bound} times as long")


if __name__ == "__main__":
    main()
