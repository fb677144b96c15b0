"""What other tools say of the fixtures: ``python benchmarks/other_tools.py [--bin FOLDER] [--semgrep-rules FOLDER…]``.

Counts, for each tool that is installed in FOLDER (by default beside this Python), at how many of the lines that expect a finding it reports
anything at all, and says where and what; that need not be about the loss. The repaired fixtures are left out. Style codes
that speak of a line as text are named in ``STYLE`` and left out too.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tests.fixture_lines import FIXTURES, expectations, fixtures  # noqa: E402

Lines = dict[tuple[str, int], set[str]]
"""What is said at each place: codes by path and line."""

STYLE = (
    "E1",
    "E2",
    "E3",
    "E4",
    "E5",
    "E7",
    "W2",
    "W3",
    "C0",
    "I0",
    "COM",
    "B950",
    "D1",
    "D2",
    "D3",
    "D4",
    "Q0",
    "ERA",
    "CPY",
    "INP",
    "ANN",
    "line-too-long",
)
_PLACE = re.compile(r"^\s*(?P<path>[^:\s][^:]*\.py):(?P<line>\d+)(?::\d+)*:? ?(?P<text>\D.*)$", re.MULTILINE)
_CODE = re.compile(r"\b[A-Z]{1,5}\d{3,4}\b|[\[(](?P<name>[a-z][a-z-]+)[\])]")

TOOLS = {
    "bcelint": ["bcelint", "check", "--advice", "--output-format", "json"],
    "torchfix": ["torchfix", "--select", "ALL"],
    "flake8, with flake8-bugbear": ["flake8", "--isolated", "--select", "B,C,E,F,W", "--extend-select", "B9"],
    "ruff, all rules and preview": ["ruff", "check", "--isolated", "--no-cache", "--select", "ALL", "--preview", "--output-format", "concise"],
    "pylint": ["pylint", "--rcfile", os.devnull, "--score", "n", "--jobs", "2"],
    "mypy, with torch's types": [
        "mypy",
        "--check-untyped-defs",
        "--no-incremental",
        "--explicit-package-bases",
        "--show-error-codes",
        "--python-executable",
        sys.executable,
    ],
    "semgrep": ["semgrep", "scan", "--metrics", "off", "--disable-version-check", "--no-git-ignore", "--emacs", "--quiet"],
}
"""Each tool's command, to which the files are added."""


def copied(folder: Path) -> Lines:
    """Copies the programs below folder, in folders that can be packages, so that files of one name are told apart; returns what is expected."""
    found: Lines = {}
    for fixture in fixtures():
        for path in () if fixture.is_repaired else fixture.files:
            target = folder / str(path.relative_to(FIXTURES)).replace("-", "_")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
            found.update({(os.path.realpath(target), each.line): set(each.codes) for each in expectations(path) if each.codes})
    return found


def said(command: Sequence[str], folder: Path) -> Lines:
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.py"))
    done = subprocess.run([*command, *files], cwd=folder, capture_output=True, encoding="utf-8", check=False)
    found: Lines = defaultdict(set)
    if "json" in command:
        for each in json.loads(done.stdout):
            found[os.path.realpath(folder / each["path"]), each["line"]].add(each["code"])
        return found
    for match in _PLACE.finditer(done.stdout):
        code = _CODE.search(match["text"])
        name = (code["name"] or code[0]) if code else match["text"].partition(":")[0]
        if not name.startswith((*STYLE, "note")):
            found[os.path.realpath(folder / match["path"]), int(match["line"])].add(name)
    if not found and done.returncode not in (0, 1):
        print(done.stderr[-500:], file=sys.stderr)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=Path(sys.executable).parent)
    parser.add_argument("--semgrep-rules", nargs="*", default=[])
    parser.add_argument("--only", nargs="*", choices=[command[0] for command in TOOLS.values()])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        places = copied(Path(folder))
        print(f"{len(places)} lines of {FIXTURES.name}/ expect a finding", flush=True)
        for name, (program, *options) in TOOLS.items():
            if given.only and program not in given.only:
                continue
            tool = [sys.executable, "-m", "bcelint"] if program == "bcelint" else [str(given.bin / program)]
            if not Path(tool[0]).exists() or (program == "semgrep" and not given.semgrep_rules):
                print(f"{name}: not there")
                continue
            rules = [word for folder in given.semgrep_rules for word in ("--config", folder)] if program == "semgrep" else []
            found = said([*tool, *options, *rules], Path(folder))
            hit = {place: codes for place, codes in found.items() if place in places and codes}
            right = sum(places[place] <= codes for place, codes in hit.items())
            print(f"{name}: {len(found)} lines in all; something at {len(hit)} of these, what is expected at {right}", flush=True)
            for (path, line), codes in sorted(hit.items()) if program != "bcelint" else ():
                print(f"    {os.path.relpath(path, os.path.realpath(folder))}:{line}  {', '.join(sorted(codes))}")


if __name__ == "__main__":
    main()
