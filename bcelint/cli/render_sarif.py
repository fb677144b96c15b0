"""SARIF 2.1.0, the format of code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable
from urllib.parse import quote

from bcelint import __version__
from bcelint.cli.render_json import dump
from bcelint.finding import Finding, Position, TraceStep, Trouble
from bcelint.places import shown
from bcelint.rules.registry import EVERY_CODE
from bcelint.silence.fingerprints import numbered

if TYPE_CHECKING:
    from bcelint.analysis.result import Result
    from bcelint.fix.edits import Edit, Repair
    from bcelint.rules.base import Documented

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
BASE = "%SRCROOT%"
"""The name of the working directory, to which paths are relative."""
FINGERPRINT = "bcelint/v1"
_LINK = re.compile(r"\]\((?P<target>https?://[^)\s]+)\)")

Json = dict[str, Any]


def result_as_sarif(result: Result, times: Callable[[Finding], int] | None, repairs: Mapping[Finding, Repair]) -> str:
    """The log that ``check --output-format sarif`` prints: with the safe ones of ``repairs``, and where ``times`` says how often each finding was
    seen, that beside it."""
    index = {rule.code: number for number, rule in enumerate(EVERY_CODE)}
    results = []
    for finding, print_, before in numbered(result.findings, result.line):
        item = _result(finding, index[finding.code], f"{print_}:{before}")
        repair = repairs.get(finding)
        if repair is not None and repair.is_safe and not repair.imports:  # what whoever reads the log may make unasked, edits and nothing else
            item["fixes"] = [_fix(repair, result.text_of)]
        if times is not None:
            item["occurrenceCount"] = times(finding)
        results.append(item)
    driver = {"name": "bcelint", "semanticVersion": __version__, "version": __version__, "rules": [_rule(rule) for rule in EVERY_CODE]}
    run = {
        "tool": {"driver": driver},
        "invocations": [_invocation(result)],
        "originalUriBaseIds": {BASE: {"uri": _folder(os.getcwd())}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Documented) -> Json:
    docs = rule.docs()
    what = docs.split("\n## ")[0].partition("\n")[2]
    link = _LINK.search(docs)
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": " ".join(what.split())},
        "help": {"text": docs, "markdown": docs},
        **({} if link is None else {"helpUri": link["target"]}),
        "defaultConfiguration": {"level": rule.level, "enabled": not rule.option},
    }


def _result(finding: Finding, rule: int, print_: str) -> Json:
    at = finding.position
    region = {"startLine": at.line_in_cell, "startColumn": at.column, "endLine": at.end_line - at.above, "endColumn": at.end_column}
    item: Json = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": EVERY_CODE[rule].level,
        "message": {"text": finding.message},
        "locations": [_location(at, region)],
        "partialFingerprints": {FINGERPRINT: print_},
    }
    if finding.trace:
        item["codeFlows"] = [{"threadFlows": [{"locations": [{"location": _step(step)} for step in finding.trace]}]}]
    return item


def _step(step: TraceStep) -> Json:
    return {**_location(step, {"startLine": step.line_in_cell, "startColumn": step.column}), "message": {"text": step.note}}


def _location(at: Position | TraceStep, region: Mapping[str, int]) -> Json:
    """In a notebook, lines are those of the cell, which stands beside as a logical location."""
    cell = {} if at.cell is None else {"logicalLocations": [{"name": f"cell {at.cell}"}]}
    return {"physicalLocation": {"artifactLocation": _artifact(at.path), "region": dict(region)}, **cell}


def _artifact(path: str) -> Json:
    """Where a file is: relative to the working directory where it lies below it, else as an absolute ``file:`` URI."""
    relative = shown(path)
    if os.path.isabs(relative):
        return {"uri": Path(relative).as_uri()}
    return {"uri": quote(os.fsencode(relative.replace(os.sep, "/"))), "uriBaseId": BASE}


def _folder(path: str) -> str:
    return Path(path).as_uri().rstrip("/") + "/"


def _invocation(result: Result) -> Json:
    said = [_notification(trouble) for trouble in result.trouble]
    return {"executionSuccessful": not said, **({"toolExecutionNotifications": said} if said else {})}


def _notification(trouble: Trouble) -> Json:
    location: Json = {"physicalLocation": {"artifactLocation": _artifact(trouble.path)}}
    if trouble.line is not None:
        location["physicalLocation"]["region"] = {"startLine": trouble.line}
    if trouble.cell is not None:
        location["logicalLocations"] = [{"name": f"cell {trouble.cell}"}]
    return {"level": "error", "message": {"text": " ".join(trouble.what.split())}, "locations": [location]}


def _fix(repair: Repair, text_of: Callable[[str], str]) -> Json:
    changes = []
    for path in sorted(repair.paths):
        edits = [edit for edit in repair.edits if edit.path == path]
        changes.append({"artifactLocation": _artifact(path), "replacements": _replacements(edits, text_of(path))})
    return {"description": {"text": repair.title}, "artifactChanges": changes}


def _replacements(edits: Iterable[Edit], text: str) -> list[Json]:
    rows = []
    for edit in edits:
        (line, column), (end_line, end_column) = _place(text, edit.start), _place(text, edit.end)
        region = {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
        rows.append({"deletedRegion": region, "insertedContent": {"text": edit.new}})
    return rows


def _place(text: str, offset: int) -> tuple[int, int]:
    """Line and column (from 1) of an offset."""
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
