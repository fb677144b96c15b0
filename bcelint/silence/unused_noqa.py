"""Which ``# noqa`` comments of a run silence nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from bcelint.finding import Finding, JudgedCall, Position, Verdict
from bcelint.rules.registry import EVERY_CODE, UNUSED_NOQA
from bcelint.silence.noqa import Comment, Noqa

_PREFIX = "BCE"


@dataclass(frozen=True)
class UnusedCodes(Finding):
    """A comment that silences nothing; ``codes`` are those to drop from it."""

    codes: tuple[str, ...] = ()


def unused_noqa(
    judged: Iterable[str], text_of: Callable[[str], str], calls: Sequence[JudgedCall], codes_of: Callable[[str], Collection[str]]
) -> list[Finding]:
    """A finding for each comment in the files ``judged`` that silences none of ``calls``, where ``codes_of``, those selected there, ask for it."""
    texts = {path: Noqa(text_of(path)) for path in judged if UNUSED_NOQA.code in codes_of(path)}
    real = {os.path.realpath(path): path for path in texts}
    found: dict[str, list[Finding]] = {path: [] for path in texts}
    unknown: dict[str, set[int]] = {path: set() for path in texts}
    for call in calls:
        for at in (call.position, call.inner):
            path = real.get(os.path.realpath(at.path))
            if path is not None and call.verdict is Verdict.UNKNOWN:
                unknown[path].add(at.line)
        for finding in call.findings:
            path = real.get(os.path.realpath(finding.position.path))
            if path is not None:
                found[path].append(finding)
    every = [rule.code for rule in EVERY_CODE]
    return [finding for path, noqa in texts.items() for finding in unused_in(path, noqa, found[path], unknown[path], codes_of(path), every)]


def unused_in(
    path: str, noqa: Noqa, found: Iterable[Finding], unknown: Collection[int], selected: Collection[str], known: Collection[str]
) -> list[UnusedCodes]:
    """The comments of the file ``path`` that silence nothing.

    ``found`` are all findings in the file, whatever is selected or silenced, ``unknown`` the lines of its loss calls without a verdict,
    ``selected`` the codes of the run and ``known`` those of all rules.
    """
    if noqa.whole_file:
        return []
    codes_on: dict[int, set[str]] = {}
    for finding in found:
        codes_on.setdefault(finding.position.line, set()).add(finding.code)
    findings = []
    for span in noqa.spans():
        comment = span.comment
        if comment is None or not comment.is_comment:
            continue
        lines = range(span.first, span.last + 1)
        here = {code for line in lines for code in codes_on.get(line, ())}
        foreign, unused = [], []
        for code in dict.fromkeys(code for code in comment.codes if code.startswith(_PREFIX)):
            meant = {each for each in known if each.startswith(code)}
            if not meant:
                foreign.append(code)
            elif UNUSED_NOQA.code not in meant and meant.issubset(selected) and not meant & here and not any(line in unknown for line in lines):
                unused.append(code)
        if foreign or unused:
            message, codes = _message(comment, unused, foreign), (*unused, *foreign)
            findings.append(UnusedCodes(UNUSED_NOQA.code, UNUSED_NOQA.name, message, _position(path, comment), codes=codes))
    return findings


def _message(comment: Comment, unused: list[str], foreign: list[str]) -> str:
    parts = []
    if unused:
        parts.append(f"{_listed(unused)} {'is' if len(unused) == 1 else 'are'} not found here")
    if foreign:
        parts.append(f"no rule has the code {_listed(foreign)}" if len(foreign) == 1 else f"no rules have the codes {_listed(foreign)}")
    others = [code for code in comment.codes if code not in unused and code not in foreign]
    drop = f"drop {_listed([*unused, *foreign])} from it" if others else "drop it"
    return f"unused noqa: {' and '.join(parts)}; {drop}"


def _listed(codes: list[str]) -> str:
    return ", ".join(codes[:-1]) + " and " + codes[-1] if len(codes) > 1 else codes[0]


def _position(path: str, comment: Comment) -> Position:
    return Position(path, comment.line, comment.column, comment.line, comment.codes_end)
