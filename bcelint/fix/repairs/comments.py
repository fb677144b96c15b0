"""Repairs of ``# noqa`` comments that silence nothing."""

from __future__ import annotations

from bcelint.fix.code import Code
from bcelint.fix.edits import SAFE, Edit, Outcome, Refusal, Repair
from bcelint.silence.noqa import Noqa, lines_of
from bcelint.silence.unused_noqa import UnusedCodes


def unused_noqa(code: Code | None, finding: UnusedCodes) -> Outcome:
    """Drop the codes that the finding names, and the comment with them where no other is left; what else is said there stays."""
    at = finding.position
    span = None if code is None else Noqa(code.text).span(at.line)
    if code is None or span is None or span.comment is None:
        return Refusal("the comment is not seen")
    left = [each for each in span.comment.codes if each not in finding.codes]
    start, end = code.offset(at.line, at.column), code.offset(at.line, at.end_column)
    if left:
        first = start + code.text[start:end].index(":") + 1
        return Repair(SAFE, f"drop {', '.join(finding.codes)} from the noqa comment", (Edit(code.path, first, end, f" {', '.join(left)}"),))
    line_end = code.offset(at.line, 1) + len(lines_of(code.text)[at.line - 1])
    behind = code.text[end:line_end].lstrip(" \t,")
    before = len(code.text[:start].rstrip(" \t"))
    if not behind:
        edit = Edit(code.path, before, line_end, "")
    else:
        edit = Edit(code.path, start, line_end - len(behind), "" if behind.startswith("#") else "# ")
    return Repair(SAFE, "drop the noqa comment", (edit,))
