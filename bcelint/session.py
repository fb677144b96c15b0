"""One place that analyses: from paths, or a text, to findings, whichever front end asks.

LibCST and the tracer are imported only once there is a file from which a loss can be reached.
"""

from __future__ import annotations

import io
import os
import tokenize
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable

from bcelint.finding import Finding, Position
from bcelint.noqa import Noqa
from bcelint.places import shown
from bcelint.project.files import discover
from bcelint.project.source import BadInput, read_source
from bcelint.workspace import Task, Workspace, together

if TYPE_CHECKING:
    from bcelint.cache import Cache
    from bcelint.callsite import CallSite
    from bcelint.judge import JudgedCall
    from bcelint.workers import Progress


class UnknownCode(ValueError):
    """A selection names a code or prefix that no rule has."""


class AnalysisFailed(Exception):
    """An error of bcelint's own."""


@dataclass
class Result:
    """What a run found: ``findings`` sorted by place, the judged ``calls`` of the run, and a line for each file that could not be read."""

    findings: list[Finding] = field(default_factory=list)
    calls: list[JudgedCall] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    checked: int = 0
    """How many files the run was about."""
    crashed: bool = False
    """Some of the analysis ended in an error of bcelint's own, which ``warnings`` names."""
    text_of: Callable[[str], str] = field(default=lambda path: "")
    written_of: Callable[[str], Mapping[int, str]] = field(default=lambda path: {})
    """The lines of a notebook that stand otherwise in its text (``Source.written``)."""
    files: list[str] = field(default_factory=list)
    """The files that the run was about."""
    sites: list[CallSite] = field(default_factory=list)
    """What repairs must know of the calls that have a problem, and of those that share a criterion with one."""

    def line(self, path: str, number: int) -> str | None:
        """A line (from 1) of a file as its author sees it, without its end; None where there is none."""
        written = self.written_of(path).get(number)
        if written is not None:
            return written
        lines = _lines(self.text_of(path))
        return lines[number - 1] if 0 < number <= len(lines) else None


def choose_rules(select: Sequence[str] | None = None, ignore: Sequence[str] | None = None, advice: bool = False) -> frozenset[str]:
    """The codes that a run reports. Raises ``UnknownCode`` for a code or prefix that no rule has."""
    from bcelint.rules.registry import selected

    try:
        return frozenset(rule.code for rule in selected(select, ignore, advice))
    except ValueError as error:
        raise UnknownCode(str(error)) from None


def analyse(
    paths: Sequence[str], codes: Collection[str], jobs: int | None = None, progress: Progress | None = None, cache: Cache | None = None
) -> Result:
    """Check files and folders. A finding belongs to the run if its place or a step of its trace lies in one of their files."""
    return marked(survey(paths, codes, jobs, progress, cache))


def survey(
    paths: Sequence[str],
    codes: Collection[str],
    jobs: int | None = None,
    progress: Progress | None = None,
    cache: Cache | None = None,
    overlay: Mapping[str, str] | None = None,
    also: Collection[str] = (),
) -> Result:
    """``analyse`` without the marks of what can be fixed. ``overlay`` holds texts that stand for files whatever is on disk.

    Whoever has to do with one of the files ``also`` is evaluated too, so that every call of what stands there is among the ``sites``.
    """
    result = Result()
    files = discover(paths, warn=result.warnings.append)
    result.warnings += _unreadable(files)
    workspace = Workspace(overlay, cache=cache)
    result.files = list(dict.fromkeys([*files, *also]))
    tasks = workspace.tasks(result.files)
    calls = _run(workspace, tasks, jobs, progress, result)
    result.checked = len(files)
    given = {os.path.realpath(path) for path in files}
    _keep(result, calls, codes, workspace, lambda finding: _touches(finding, given), lambda call: _inside(call, given))
    return result


def marked(result: Result) -> Result:
    """The same with a ``fix`` at every finding that can be repaired."""
    if result.findings:
        from bcelint.fix.marks import with_fixes

        result.findings = with_fixes(result.findings, result.sites, result.text_of)
    return result


def analyse_text(text: str, path: str, codes: Collection[str], cache: Cache | None = None) -> Result:
    """Check a text that stands for the file ``path``, whatever is on disk there. Only findings whose place lies in it belong to the run."""
    path = os.path.abspath(path)
    workspace = Workspace({path: text}, cache)
    result = Result(checked=1)
    calls = _run(workspace, workspace.tasks([path]), 1, None, result)
    real = {os.path.realpath(path)}
    _keep(result, calls, codes, workspace, lambda finding: _is_in(finding.position, real), lambda call: _inside(call, real))
    return marked(result)


def result_of(calls: Sequence[JudgedCall], codes: Collection[str]) -> Result:
    """The result of loss calls that were observed in a run: all of them belong to it."""
    result = Result()
    _keep(result, calls, codes, Workspace(), lambda finding: True, lambda call: True)
    return result


def findings_in(workspace: Workspace, path: str, text: str) -> list[Finding]:
    """All findings whose place lies in ``path``, advice too, whatever ``# noqa`` says. ``text`` wins over what is on disk.

    What ``workspace`` already knows is not found out again, as long as ``text`` is what is on disk. Raises ``AnalysisFailed`` where
    bcelint itself failed.
    """
    if not _on_disk(path, text):
        workspace = workspace.with_overlay({path: text})
    outcome = together([workspace.run(task) for task in workspace.tasks_for(path)])
    real = {os.path.realpath(path)}
    calls = [call for call in outcome.calls if _is_in(call.position, real)]
    if outcome.crashed and not calls:
        raise AnalysisFailed(outcome.warnings[-1][1])
    return sorted({finding for call in _together(calls) for finding in call.findings}, key=_order)


def _run(workspace: Workspace, tasks: Sequence[Task], jobs: int | None, progress: Progress | None, result: Result) -> list[JudgedCall]:
    """The judged calls of all tasks, each loss call once."""
    if not tasks:
        return []
    from bcelint.workers import run_tasks

    calls: list[JudgedCall] = []
    for outcome in run_tasks(workspace, tasks, jobs or os.cpu_count() or 1, progress):
        calls.extend(outcome.calls)
        result.sites.extend(outcome.sites)
        result.warnings.extend(f"{shown(path)}: {reason}" for path, reason in outcome.warnings)
        result.crashed |= outcome.crashed
    result.warnings = list(dict.fromkeys(result.warnings))
    result.sites = list(dict.fromkeys(result.sites))
    return _together(calls)


def _unreadable(files: Iterable[str]) -> Iterator[str]:
    """A line for each file that is no text, and for each cell of a notebook that can't be parsed.

    Those that hold no loss are not looked at again, so this would go unnoticed.
    """
    for path in files:
        try:
            yield from (f"{shown(path)}: {reason}" for reason in read_source(path).trouble)
        except BadInput as error:
            yield f"{shown(path)}: {error.reason}"


def _together(calls: Sequence[JudgedCall]) -> list[JudgedCall]:
    """Each loss call once, however many tasks saw it."""
    if not calls:
        return []
    from bcelint.judge import merge

    return merge(_Plain(call) for call in calls)  # type: ignore[misc]


class _Plain:
    """A judged call from another process or task, in the form in which ``merge`` takes calls."""

    def __init__(self, call: JudgedCall) -> None:
        self._call = call

    def plain(self) -> JudgedCall:
        return self._call


def _keep(
    result: Result,
    calls: Iterable[JudgedCall],
    codes: Collection[str],
    workspace: Workspace,
    belongs: Callable[[Finding], bool],
    shown: Callable[[JudgedCall], bool],
) -> None:
    """Fill ``result`` with what belongs to the run, is selected and not silenced."""
    result.text_of, result.written_of = workspace.text, workspace.written
    noqa: dict[str, Noqa] = {}
    for call in calls:
        findings = [finding for finding in call.findings if belongs(finding)]
        if findings or shown(call):
            result.calls.append(call)
        for finding in findings:
            at = finding.position
            if at.path not in noqa:
                noqa[at.path] = Noqa(workspace.text(at.path))
            if finding.code in codes and not noqa[at.path].silences(finding.code, at.line):
                result.findings.append(finding)
    result.findings = sorted(set(result.findings), key=_order)
    result.calls.sort(key=lambda call: (call.position, call.inner, call.loss))


def _touches(finding: Finding, files: Collection[str]) -> bool:
    return any(os.path.realpath(path) in files for path in (finding.position.path, *(step.path for step in finding.trace)))


def _inside(call: JudgedCall, files: Collection[str]) -> bool:
    return _is_in(call.position, files) or _is_in(call.inner, files)


def _is_in(position: Position, files: Collection[str]) -> bool:
    return os.path.realpath(position.path) in files


def _order(finding: Finding) -> tuple[Position, str, str]:
    return finding.position, finding.code, finding.message


def _on_disk(path: str, text: str) -> bool:
    try:
        with open(path, "rb") as file:
            return _lines(decoded(file.read())) == _lines(text)
    except OSError:
        return False


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def decoded(data: bytes) -> str:
    """The text of a Python file, by its BOM or encoding line, else UTF-8; as Latin-1 where that fails."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except (SyntaxError, LookupError, UnicodeDecodeError):
        return data.decode("latin-1")
