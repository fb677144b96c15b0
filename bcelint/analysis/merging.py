"""One verdict of several: a loss call is judged in every case and context in which it is met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bcelint.analysis.lacking import in_words, ordered
from bcelint.finding import Finding, JudgedCall, Position, Verdict

_RANK = {Verdict.MISUSE: 0, Verdict.OK: 1, Verdict.PARTLY: 2, Verdict.UNKNOWN: 3}


def merge(calls: Iterable[JudgedCall]) -> list[JudgedCall]:
    """One result for each loss call, however many contexts it was seen in, in the order in which they first came.

    A misuse in one context outweighs all others. Without one, a case that was dropped makes the call unknown, and what is ok in one context
    and not in another is partly known. A finding is kept once for its code and place; one that holds in every case goes before one that
    names a case, and one of few conditions before one of many.
    """
    groups: dict[tuple[object, ...], list[JudgedCall]] = {}
    for call in calls:
        if call.is_constructor and not call.findings:
            continue  # no loss is computed there, and nothing is wrong
        groups.setdefault((call.position, call.inner, call.loss, call.is_constructor), []).append(call)
    kept: dict[tuple[str, Position], Finding] = {}
    every = [call for group in groups.values() for call in group]
    for call in sorted(every, key=lambda call: len(call.case)):
        for finding in call.findings:
            kept.setdefault((finding.code, finding.position), finding)
    return [_together(group, kept) for group in groups.values()]


def _together(group: Sequence[JudgedCall], kept: dict[tuple[str, Position], Finding]) -> JudgedCall:
    """One call of ``group`` with those findings of the group that are kept; they are taken out of ``kept``."""
    own = {(finding.code, finding.position): finding for call in group for finding in call.findings}
    findings = [kept.pop(key) for key in own if key in kept]
    return replace(
        _verdict_on(group),
        findings=tuple(sorted(findings, key=lambda finding: finding.code)),
        built=tuple(dict.fromkeys(position for call in group for position in call.built)),
    )


def _verdict_on(group: Sequence[JudgedCall]) -> JudgedCall:
    """The call that stands for the group: the one that decides, with the verdict on all of them."""
    first = min(group, key=lambda call: _RANK[call.verdict])
    if first.verdict is Verdict.MISUSE:
        return first
    for call in group:
        if call.dropped:
            return call
    if first.verdict is Verdict.UNKNOWN or all(call.verdict is Verdict.OK for call in group):
        return first
    return _partly(first, group)


def _partly(first: JudgedCall, group: Sequence[JudgedCall]) -> JudgedCall:
    """``first``, partly known: what is not known in any case of the group is not known."""
    names = dict.fromkeys(name for call in group for name in call.not_known)
    not_known = {name: ordered({fact for call in group for fact in call.not_known.get(name, ())}) for name in names}
    unknown = next((call for call in group if call.verdict is Verdict.UNKNOWN), None)
    lost = unknown or next((call for call in group if call.verdict is Verdict.PARTLY and call.reason_position is not None), first)
    reasons = [call.reason for call in group if call.verdict is Verdict.PARTLY and call.not_known == not_known][:1]
    if not_known and not reasons:
        reasons = [in_words(not_known)]
    if unknown is not None:
        reasons.append(f"unknown in another case: {unknown.reason}")
    return replace(
        first,
        verdict=Verdict.PARTLY,
        reason="; ".join(reasons),
        reason_position=lost.reason_position,
        not_known=not_known,
        open_rules=tuple(sorted({code for call in group for code in call.open_rules})),
    )
