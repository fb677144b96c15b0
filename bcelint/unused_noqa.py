"""Which ``# noqa`` comments of a run silence nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Sequence

from bcelint.finding import Finding, JudgedCall, Verdict
from bcelint.noqa import Noqa
from bcelint.rules.registry import EVERY_CODE, UNUSED_NOQA


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
    return [finding for path, noqa in texts.items() for finding in UNUSED_NOQA.check(path, noqa, found[path], unknown[path], codes_of(path), every)]
