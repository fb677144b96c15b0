"""``bcelint fix`` next to ``torchfix --fix``: ``python benchmarks/fix_next_to_torchfix.py TREE [--torchfix COMMAND] [--jobs N] [--limit MINUTES]``.

Both run on a fresh copy of TREE, without a cache, with as many processes. Prints the wall time and the peak memory of both, and for bcelint which
files changed and which of them had a finding: there must be no other.

torchfix parses every file that holds the word ``torch`` and asks LibCST for the qualified name of each node, which takes it some 20 minutes of CPU
over the 1.2 million lines of the torch package; after the limit it is stopped, and that is what is printed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from check_tree import measure  # type: ignore[import-not-found]


def copied(tree: Path, folder: str) -> Path:
    """A copy of the Python files of TREE."""
    for path in tree.rglob("*.py"):
        target = Path(folder) / tree.name / path.relative_to(tree)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return Path(folder) / tree.name


def found(tree: Path) -> set[str]:
    """The files in which a finding, or a step of its trace, lies."""
    command = [sys.executable, "-m", "bcelint", "check", "--output-format", "json", str(tree)]
    findings = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
    return {os.path.realpath(place["path"]) for each in findings for place in (each, *each["trace"])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--torchfix", default="torchfix")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--limit", type=float, default=60, metavar="MINUTES", help="how long torchfix may take")
    given = parser.parse_args()
    tree = given.tree.resolve()
    jobs = str(given.jobs)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        mine, theirs = copied(tree, one), copied(tree, other)
        with_findings = found(mine)
        before = {path: path.read_bytes() for path in mine.rglob("*.py")}
        seconds, memory = measure([sys.executable, "-m", "bcelint", "fix", "--unsafe", "--no-cache", "--jobs", jobs, str(mine)])
        changed = {path for path, data in before.items() if path.read_bytes() != data}
        print(f"bcelint fix --unsafe: {seconds:.1f} s, {memory:.0f} MB, {len(before)} files, {len(changed)} changed", flush=True)
        for path in sorted(changed):
            print(f"  {path.relative_to(mine)}{'' if os.path.realpath(path) in with_findings else ' WITHOUT A FINDING'}", flush=True)
        before = {path: path.read_bytes() for path in theirs.rglob("*.py")}
        seconds, memory = measure([given.torchfix, "--fix", "--select", "ALL", "--jobs", jobs, str(theirs)], given.limit * 60)
        took = f"stopped after {given.limit:g} minutes" if math.isinf(seconds) else f"{seconds:.1f} s"
        changed = {path for path, data in before.items() if path.read_bytes() != data}
        print(f"torchfix --fix: {took}, {memory:.0f} MB, {len(before)} files, {len(changed)} changed")


if __name__ == "__main__":
    main()
