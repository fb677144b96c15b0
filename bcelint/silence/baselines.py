"""A baseline: the findings that a project had when it began to use bcelint, in a file, so that only new ones are reported.

An entry is a path relative to the file's folder, a code, a fingerprint of the finding's line, and how many findings are alike in these.
So it stays true while lines move and the checkout changes its place.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bcelint.finding import Finding
from bcelint.project.atomic import write_text
from bcelint.silence.fingerprints import LineOf, numbered

if TYPE_CHECKING:
    from bcelint.config import Settings

VERSION = 1

Entry = tuple[str, str, str]
"""The path with forward slashes, the code and the fingerprint."""

_FINGERPRINT = re.compile(r"[0-9a-f]{16}")


class BadBaseline(ValueError):
    """A baseline that can't be read. The text is one line that names the file and what is wrong in it."""


@dataclass(frozen=True)
class Baseline:
    """The entries of the file ``path`` (absolute), and how many findings each stands for."""

    path: str
    entries: Mapping[Entry, int]

    def split(self, findings: Iterable[Finding], line_of: LineOf) -> tuple[list[Finding], list[Finding]]:
        """The findings that are new, and those that are known, each in the order given.

        Where there are more of a kind than the baseline knows, the first are taken for the known ones.
        """
        findings = list(findings)
        known = {row[0] for row in self._numbered(findings, line_of) if row[2] < self.entries.get(row[1], 0)}
        return [each for each in findings if each not in known], [each for each in findings if each in known]

    def counted(self, findings: Iterable[Finding], line_of: LineOf) -> Counter[Entry]:
        """The entries that a baseline of these findings has."""
        return Counter(entry for _, entry, _ in self._numbered(findings, line_of))

    def save(self) -> None:
        """Write the file: sorted, each entry on a line of its own. Raises ``OSError``."""
        files: dict[str, dict[str, dict[str, int]]] = {}
        for path, code, line in sorted(self.entries):
            files.setdefault(path, {}).setdefault(code, {})[line] = self.entries[path, code, line]
        write_text(self.path, json.dumps({"version": VERSION, "findings": files}, indent=2, ensure_ascii=False) + "\n")

    def _numbered(self, findings: Iterable[Finding], line_of: LineOf) -> list[tuple[Finding, Entry, int]]:
        names: dict[str, str] = {}
        rows = []
        for finding, print_, before in numbered(findings, line_of):
            path = finding.position.path
            if path not in names:
                names[path] = self._relative(path)
            rows.append((finding, (names[path], finding.code, print_), before))
        return rows

    def _relative(self, path: str) -> str:
        path = os.path.realpath(path)
        with contextlib.suppress(ValueError):  # on Windows, another drive
            path = os.path.relpath(path, os.path.dirname(os.path.realpath(self.path)))
        return path.replace(os.sep, "/")


def chosen(given: str | None, settings: Settings, beside: str = "any.py") -> Baseline | None:
    """The baseline in the file ``given``, or else in the one that the configuration of the file ``beside`` names; an
    empty ``given`` is none at all. Raises ``BadBaseline``."""
    path = given if given is not None else settings.baseline(os.path.abspath(beside))
    return load(path) if path else None


def load(path: str) -> Baseline:
    """The baseline in a file. Raises ``BadBaseline``."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            data = json.load(file, object_pairs_hook=_object)
    except OSError as error:
        raise BadBaseline(f"{path}: can't be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise BadBaseline(f"{path}: no baseline: {error}") from None
    version = data.get("version") if isinstance(data, dict) else None
    if version != VERSION:
        raise BadBaseline(f"{path}: version: {json.dumps(version)} where this bcelint knows {VERSION} only")
    entries: dict[Entry, int] = {}
    for name, codes in _members(path, data, ("findings",)):
        for code, lines in _members(path, codes, ("findings", name)):
            for line, count in _members(path, lines, ("findings", name, code)):
                if not _FINGERPRINT.fullmatch(line):
                    raise BadBaseline(f"{path}: {_key('findings', name, code)}: {line!r} is no fingerprint of a line")
                if type(count) is not int or count < 1:
                    raise BadBaseline(f"{path}: {_key('findings', name, code, line)}: {json.dumps(count)} is no number of findings")
                entries[name, code, line] = count
    return Baseline(os.path.abspath(path), entries)


def _members(path: str, data: Any, keys: tuple[str, ...]) -> Iterable[tuple[str, Any]]:
    value = data.get("findings") if keys == ("findings",) else data
    if not isinstance(value, dict):
        raise BadBaseline(f"{path}: {_key(*keys)}: not an object")
    return value.items()


def _key(*keys: str) -> str:
    return " > ".join(keys)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses a key that is there twice, as a merge may leave it; one of the two would be lost."""
    twice = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
    if twice:
        raise ValueError(f"the key {twice[0]!r} is there twice")
    return dict(pairs)
