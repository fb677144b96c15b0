"""bcelint held against runs, line by line: what it says of every name, test and function of a program, and what was seen of them.

    python benchmarks/soundness.py [PROGRAM…] [--fixtures] [--generated N] [--unittest MODULE…] [--doctest MODULE…] [--pytest FILE… --root DIR]

A program is a script, or a folder with a ``main.py`` or ``train.py``. Prints the counts, every contradiction, what was exempted and why,
and what facts were lost by. Ends with 1 if there is a contradiction, and with 2 if it could not run.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from checks.soundness.comparing import Report
from checks.soundness.corpora import fixtures, generated
from checks.soundness.observer import LIMIT
from checks.soundness.programs import check_doctest, check_pytest, check_script, check_unittest
from checks.soundness.report import render


def scripts(given: list[str]) -> Iterator[tuple[Path, Path]]:
    """Each program's file to be run, and the root of its project."""
    for name in given:
        path = Path(name)
        if path.is_dir():
            found = next((entry for entry in (path / "main.py", path / "train.py") if entry.is_file()), None)
            if found is None:
                raise SystemExit(f"{path}: no main.py or train.py")
            yield found, path
        else:
            yield path, path.parent


def modules(given: list[str]) -> Iterator[str]:
    """The modules below each package that have examples in their docs."""
    for name in given:
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            yield name
            continue
        (folder, *_) = spec.submodule_search_locations
        for path in sorted(Path(folder).rglob("*.py")):
            if ">>> " in path.read_text(encoding="utf-8"):
                parts = path.relative_to(folder).with_suffix("").parts
                yield ".".join([name, *(part for part in parts if part != "__init__")])


def tests(given: list[str]) -> Iterator[Path]:
    for path in map(Path, given):
        yield from sorted(path.rglob("test_*.py")) if path.is_dir() else [path]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*")
    parser.add_argument("--fixtures", action="store_true", help="all fixtures")
    parser.add_argument("--generated", type=int, default=0, metavar="N", help="N programs of the differential tests' grammar")
    parser.add_argument("--unittest", nargs="+", default=[], metavar="MODULE", help="modules of unittest: test.test_grammar")
    parser.add_argument("--doctest", nargs="+", default=[], metavar="MODULE", help="modules, or packages with all of theirs, whose examples are run")
    parser.add_argument("--pytest", nargs="+", default=[], metavar="FILE", help="files of tests, or folders of them, in the project at --root")
    parser.add_argument("--root", default=".", help="the root of the project of --pytest")
    parser.add_argument("--limit", type=int, default=LIMIT, help="visits of a line that are looked at")
    parser.add_argument("--faults", type=int, default=200, help="contradictions that are printed")
    parser.add_argument("--lost", type=int, default=30, help="lines of what loses facts")
    parser.add_argument("--exempted", type=int, default=0, help="examples of what is exempted, for each reason")
    args = parser.parse_args()
    began = time.monotonic()
    total = Report()
    for path, root in scripts(args.programs):
        total.add(check_script(path, root, args.limit))
    for module in args.unittest:
        total.add(check_unittest(module, args.limit))
    for module in modules(args.doctest):
        total.add(check_doctest(module, args.limit))
    for path in tests(args.pytest):
        total.add(check_pytest(path, Path(args.root), args.limit))
    for report in (*(fixtures() if args.fixtures else ()), *generated(args.generated)):
        total.add(report)
    print(render(total, args.faults, args.lost, args.exempted), f"{time.monotonic() - began:.0f} s", sep="\n")
    return 1 if total.faults else 0


if __name__ == "__main__":
    try:
        code = main()
    except Exception:  # Python's own code for it is that of contradictions
        traceback.print_exc()
        code = 2
    sys.exit(code)
