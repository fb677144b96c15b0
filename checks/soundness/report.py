"""A report in words."""

from __future__ import annotations

from collections import Counter

from checks.soundness.comparing import Report


def render(report: Report, faults: int, lost: int, examples: int = 0) -> str:
    lines = [
        f"{report.programs} programs, {report.functions} functions ran and {report.evaluated} of them were evaluated, "
        f"{len(report.lines)} lines, {report.visits} visits, {report.values} values of which {report.known} known, {report.branches} branches",
        f"{len(report.faults)} contradictions: {dict(Counter(fault.kind for fault in report.faults.values()).most_common())}",
        *(f"  {fault}" for fault in list(report.faults.values())[:faults]),
        f"known: {sum(report.listed.values())}",
        *(f"  {count:6} {reason}" for reason, count in report.listed.most_common()),
        f"exempted: {sum(report.exempt.values())}",
        *(line for reason, count in report.exempt.most_common() for line in (f"  {count:6} {reason}", *_examples(report, reason, examples))),
        f"functions that ran and were not evaluated: {sum(report.passed_over.values())}",
        *(f"  {count:6} {reason}" for reason, count in report.passed_over.most_common()),
        *(f"         {place}" for place in sorted(report.not_followed)[:lost]),
        f"files that could not be read: {dict(report.passed_over_files)}",
        "lost by:",
        *(f"  {count:6} {reason}" for reason, count in report.lost.most_common(lost)),
    ]
    return "\n".join(lines)


def _examples(report: Report, reason: str, count: int) -> list[str]:
    return [f"           {line}" for line in list(report.exempted.get(reason, {}).values())[:count]]
