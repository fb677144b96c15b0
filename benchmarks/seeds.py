"""What bcelint says of the code in articles: ``python benchmarks/seeds.py FOLDER``.

FOLDER holds articles as ``*.txt`` or ``*.md``, whose code stands in fences, below a line ``python``, or bare, from an ``import`` on.
Each block is written into a folder of its own, linted there, and printed as ``file:line -> codes``, advice too.
"""

from __future__ import annotations

import argparse
import ast
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bcelint.api import check_paths, loss_calls

FENCE = "```"
OUTPUT = "Output"
"""The line above what a block prints, where code is not fenced."""


def blocks(text: str) -> Iterator[tuple[int, str]]:
    """(line from 1, code) of each block of Python."""
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        if line.startswith(FENCE):
            end = next((n for n in range(at + 1, len(lines)) if lines[n].strip() == FENCE), len(lines))
            if line[len(FENCE) :] in ("python", "py"):
                yield at + 2, "\n".join(lines[at + 1 : end])
            at = end + 1
        elif line == "python" or lines[at].startswith(("import ", "from ")):
            start = at + (line == "python")
            end = end_of_code(lines, start)
            if end > start:
                yield start + 1, "\n".join(lines[start:end])
            at = max(end, at + 1)
        else:
            at += 1


def end_of_code(lines: Sequence[str], start: int) -> int:
    """The end of the longest run of lines from ``start`` that is Python, short of ``Output``."""
    stop = next((n for n in range(start, len(lines)) if lines[n].strip() == OUTPUT), len(lines))
    return next((end for end in range(stop, start, -1) if parses("\n".join(lines[start:end]))), start)


def parses(code: str) -> bool:
    try:
        return bool(ast.parse(code).body)
    except (SyntaxError, ValueError):
        return False


def lint(code: str) -> tuple[list[str], list[str]]:
    """What was found, as ``line code``, and the verdict of each loss call."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pyproject.toml").touch()
        (Path(folder) / "block.py").write_text(code, encoding="utf-8")
        findings = check_paths([folder], advice=True, jobs=1)
        calls = loss_calls([folder], jobs=1)
    found = [f"{finding.code} (line {finding.position.line})" for finding in findings]
    return found, [f"{call.loss} at line {call.position.line}: {call.verdict.value}" for call in calls if not call.is_constructor]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    articles = sorted(path for path in parser.parse_args().folder.iterdir() if path.suffix in (".txt", ".md"))
    count = 0
    for article in articles:
        for line, code in blocks(article.read_text(encoding="utf-8")):
            count += 1
            found, calls = lint(code)
            print(f"{article.name}:{line} -> {', '.join(found) or 'nothing'} [{'; '.join(calls) or 'no loss call'}]")
    print(f"{count} blocks in {len(articles)} articles")
    return 0 if count else 2


if __name__ == "__main__":
    sys.exit(main())
