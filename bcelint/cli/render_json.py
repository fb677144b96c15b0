"""JSON: paths relative to the working directory, lines and columns from 1, in a notebook those of its ``cell``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Callable

from bcelint.finding import Finding, JudgedCall, Position, Trouble, Verdict
from bcelint.places import shown


def findings_as_json(findings: Iterable[Finding], times: Callable[[Finding], int] | None = None) -> str:
    """The list that ``check --output-format json`` prints; with ``times``, which says how often each was seen, a ``count`` beside it."""
    items = []
    for finding in findings:
        item = _relative(finding.as_json())
        items.append(item if times is None else {**item, "count": times(finding)})
    return dump(items)


def calls_as_json(calls: Sequence[JudgedCall], troubles: Iterable[Trouble] = ()) -> str:
    """What ``trace --output-format json`` prints: the loss calls, how many of them were judged, and what could not be read."""
    from bcelint.cli.summary import Summary

    summary = Summary(calls)
    return dump(
        {
            "calls": [_call(call) for call in calls],
            "summary": {
                "verdicts": {verdict.value: summary.counts[verdict] for verdict in Verdict},
                "judged_share": summary.judged_share,
                "wholly_or_partly_share": summary.wholly_or_partly,
                "reasons": [{"reason": reason, "count": count} for reason, count in summary.reasons],
                "not_known": [{"fact": what, "count": count} for what, count in summary.not_known],
            },
            "unread": [_unread(trouble) for trouble in troubles],
        }
    )


def _call(call: JudgedCall) -> dict[str, Any]:
    return {
        **_span(call.position),
        "loss": call.loss,
        "constructor": call.is_constructor,
        "function": call.function,
        "verdict": call.verdict.value,
        "reason": call.reason or None,
        "not_known": {name: list(facts) for name, facts in call.not_known.items()},
        "open_rules": list(call.open_rules) if call.verdict is Verdict.PARTLY else [],
        "lost_at": None if call.reason_position is None else _span(call.reason_position),
        "inner": _span(call.inner),
        "built": [_span(position) for position in call.built],
        "facts": dict(call.facts),
        "case": list(call.case),
        "findings": [_relative(finding.as_json()) for finding in call.findings],
    }


def _unread(trouble: Trouble) -> dict[str, Any]:
    cell = {} if trouble.cell is None else {"cell": trouble.cell}
    return {"path": shown(trouble.path), **cell, "line": trouble.line, "reason": trouble.what}


def _span(at: Position) -> dict[str, Any]:
    return {**at.as_json(), "path": shown(at.path)}


def dump(value: Any) -> str:
    return json.dumps(value, indent=2)


def _relative(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "path": shown(item["path"]), "trace": [{**step, "path": shown(step["path"])} for step in item["trace"]]}
