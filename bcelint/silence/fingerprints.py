"""What stays the same of a finding while other lines come and go: its code and the text of its line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import blake2b

from bcelint.finding import Finding

LineOf = Callable[[str, int], "str | None"]
"""The text of a line (from 1) of a file, None where there is none."""


def fingerprint(line: str) -> str:
    """Stands for the text of a line, however it is indented: 16 hexadecimal digits."""
    return blake2b(line.strip().encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def numbered(findings: Iterable[Finding], line_of: LineOf) -> list[tuple[Finding, str, int]]:
    """Each finding with the fingerprint of its line, and how many of the same path, code and fingerprint come before it."""
    seen: Counter[tuple[str, str, str]] = Counter()
    rows = []
    for finding in sorted(findings, key=lambda finding: finding.position):
        at = finding.position
        print_ = fingerprint(line_of(at.path, at.line) or "")
        key = (at.path, finding.code, print_)
        rows.append((finding, print_, seen[key]))
        seen[key] += 1
    return rows
