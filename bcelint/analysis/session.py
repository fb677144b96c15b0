"""One place that analyses: from paths, or a text, to findings, whichever front end asks.

LibCST and the tracer are imported only once there is a file from which a loss can be reached.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Callable

from bcelint.analysis.known import without_known
from bcelint.analysis.result import Result
from bcelint.analysis.tasks import Outcome, Task, together
from bcelint.analysis.workspace import Workspace
from bcelint.config import Settings
from bcelint.finding import Finding, JudgedCall, Position, Trouble
from bcelint.project.files import discover
from bcelint.project.reading import check_file, check_text, decoded
from bcelint.project.source import BadInput, is_code
from bcelint.silence.noqa import Noqa, lines_of

if TYPE_CHECKING:
    from bcelint.analysis.cache import Cache
    from bcelint.analysis.workers import Progress
    from bcelint.silence.baselines import Baseline


class UnknownCode(ValueError):
    """A selection names a code or prefix that no rule has."""


class AnalysisFailed(Exception):
    """An error of bcelint's own."""


def choose_rules(
    select: Sequence[str] | None = None, ignore: Sequence[str] | None = None, advice: bool = False, unused_noqa: bool = False
) -> frozenset[str]:
    """The codes that a run reports. Raises ``UnknownCode`` for a code or prefix that no rule has."""
    from bcelint.rules.registry import selected

    try:
        return frozenset(rule.code for rule in selected(select, ignore, advice, unused_noqa))
    except ValueError as error:
        raise UnknownCode(str(error)) from None


def analyse(
    paths: Sequence[str],
    codes: Collection[str] | Settings,
    jobs: int | None = None,
    progress: Progress | None = None,
    cache: Cache | None = None,
    baseline: Baseline | None = None,
    overlay: Mapping[str, str] | None = None,
    also: Collection[str] = (),
    everyone: bool = False,
    every_call: bool = False,
) -> Result:
    """Check files and folders. A finding belongs to the run if its place or a step of its trace lies in one of their files.

    ``codes`` are those to report, with no configuration read, or settings. What ``baseline`` holds is not among the ``findings``.
    ``overlay`` holds texts that stand for files whatever is on disk. Whoever has to do with one of the files ``also`` is evaluated too, so that
    every call of what stands there is among the ``sites``; with ``everyone``, the files that are excluded as well. With ``every_call``, the
    loss calls that stand in the files and were not evaluated are among the ``calls``, as unknown.
    """
    result = Result()
    settings = Settings.of(codes)
    if settings.force_exclude:
        paths = [path for path in paths if not (os.path.isfile(path) and settings.excluded(os.path.abspath(path)))]
    missing: list[Trouble] = []
    files = discover(paths, warn=lambda path, reason: missing.append(Trouble(path, reason)), excluded=settings.excluded)
    unreadable = list(_unreadable(files))
    workspace = Workspace(overlay, cache, settings)
    result.files = list(dict.fromkeys([*files, *also]))
    tasks = workspace.tasks(result.files, everyone)
    result.judged = files
    calls, met = _run(workspace, tasks, jobs, progress, result, {trouble.path for trouble in unreadable})
    result.checked = len(files)
    given = {os.path.realpath(path) for path in files}

    def counts(trouble: Trouble) -> bool:
        return trouble.is_own or os.path.realpath(trouble.path) in given or not settings.excluded(trouble.path)

    result.trouble = _sorted([*missing, *unreadable, *filter(counts, met)])

    def belongs(finding: Finding) -> bool:
        there = _is_in(finding.position, given)
        return there or (_touches(finding, given) and not settings.excluded(finding.position.path))

    _keep(result, calls, settings, workspace, belongs, lambda call: _inside(call, given))
    if every_call:
        _add_unreached(result, calls, workspace, files)
    return without_known(result, baseline)


def analyse_text(
    text: str,
    path: str,
    codes: Collection[str] | Settings,
    cache: Cache | None = None,
    baseline: Baseline | None = None,
    every_call: bool = False,
) -> Result:
    """Check a text that stands for the file ``path``, whatever is on disk there. Only findings whose place lies in it belong to the run."""
    path = os.path.abspath(path)
    settings = Settings.of(codes)
    workspace = Workspace({path: text}, cache, settings)
    result = Result(checked=1, files=[path], judged=[path])
    calls, met = _run(workspace, workspace.tasks([path]), 1, None, result)
    try:
        check_text(path, text, is_code(path, text))
    except BadInput as error:
        met.append(Trouble(path, error.reason))
    result.trouble = _sorted(met)
    real = {os.path.realpath(path)}
    _keep(result, calls, settings, workspace, lambda finding: _is_in(finding.position, real), lambda call: _inside(call, real))
    if every_call:
        _add_unreached(result, calls, workspace, [path])
    return without_known(result, baseline)


def result_of(calls: Sequence[JudgedCall], codes: Collection[str] | Settings) -> Result:
    """The result of loss calls that were observed in a run: all of them belong to it."""
    result = Result()
    settings = Settings.of(codes)
    _keep(result, calls, settings, Workspace(settings=settings), lambda finding: True, lambda call: True)
    return result


def findings_in(workspace: Workspace, path: str, text: str) -> list[Finding]:
    """All findings whose place lies in ``path``, advice too, whatever ``# noqa`` says. ``text`` wins over what is on disk.

    Where the workspace's settings ask for them, there are also the comments that silence nothing. What ``workspace`` already knows is not
    found out again, as long as ``text`` is what is on disk. Raises ``AnalysisFailed`` where bcelint itself failed.
    """
    if not _on_disk(path, text):
        workspace = workspace.with_overlay({path: text})
    tasks = workspace.tasks_for(path)
    outcomes = [workspace.run(task) for task in tasks]
    outcome = together(outcomes)
    real = {os.path.realpath(path)}
    calls = [call for call in outcome.calls if _is_in(call.position, real)]
    if outcome.crashed and not calls:
        raise AnalysisFailed(outcome.warnings[-1][1])
    findings = {finding for call in _together(calls) for finding in call.findings}
    if "noqa" in text and not any(path in workspace.doubtful(task, each) for task, each in zip(tasks, outcomes)):
        from bcelint.silence.unused_noqa import unused_noqa

        findings.update(unused_noqa([path], lambda path: text, outcome.calls, workspace.settings.codes))
    return sorted(findings, key=_order)


def _run(
    workspace: Workspace,
    tasks: Sequence[Task],
    jobs: int | None,
    progress: Progress | None,
    result: Result,
    unreadable: Collection[str] = (),
) -> tuple[list[JudgedCall], list[Trouble]]:
    """The judged calls of all tasks, each loss call once, and what they had trouble with. Files of which not all was seen are taken out of
    ``result.judged``."""
    doubtful = set(unreadable)
    met: list[Trouble] = []
    calls: list[JudgedCall] = []
    outcomes: Sequence[Outcome] = ()
    if tasks:
        from bcelint.analysis.workers import run_tasks

        outcomes = run_tasks(workspace, tasks, jobs or os.cpu_count() or 1, progress)
    for task, outcome in zip(tasks, outcomes):
        doubtful |= workspace.doubtful(task, outcome)
        calls.extend(outcome.calls)
        result.sites.extend(outcome.sites)
        result.reached.extend(outcome.reached)
        met.extend(Trouble(path, reason) for path, reason in outcome.warnings)
    result.sites = list(dict.fromkeys(result.sites))
    result.judged = [path for path in result.judged if path not in doubtful]
    result.doubtful = doubtful
    return _together(calls), met


def _unreadable(files: Iterable[str]) -> Iterator[Trouble]:
    """Each file that is no text, or no notebook. Whether a loss is reached from it nobody knows, so this would go unnoticed."""
    for path in files:
        try:
            check_file(path)
        except BadInput as error:
            yield Trouble(path, error.reason)


def _sorted(trouble: Iterable[Trouble]) -> list[Trouble]:
    return sorted(set(trouble), key=lambda each: each.order)


def _together(calls: Sequence[JudgedCall]) -> list[JudgedCall]:
    """Each loss call once, however many tasks saw it."""
    if not calls:
        return []
    from bcelint.analysis.merging import merge

    return merge(calls)


def _keep(
    result: Result,
    calls: Sequence[JudgedCall],
    settings: Settings,
    workspace: Workspace,
    belongs: Callable[[Finding], bool],
    shown: Callable[[JudgedCall], bool],
) -> None:
    """Fill ``result`` with what belongs to the run, is selected and not silenced."""
    result.text_of, result.written_of, result.codes_of = workspace.text, workspace.written, settings.codes
    noqa: dict[str, Noqa] = {}

    def speaks(finding: Finding) -> bool:
        at = finding.position
        if at.path not in noqa:
            noqa[at.path] = Noqa(workspace.text(at.path))
        return finding.code in settings.codes(at.path) and not noqa[at.path].silences(finding.code, at.line)

    for call in calls:
        findings = [finding for finding in call.findings if belongs(finding)]
        if findings or shown(call):
            result.calls.append(call)
        result.findings += filter(speaks, findings)
    from bcelint.silence.unused_noqa import unused_noqa

    result.findings += filter(speaks, unused_noqa(result.judged, workspace.text, calls, settings.codes))
    result.findings = sorted(set(result.findings), key=_order)
    result.calls.sort(key=_order_of_calls)


def _add_unreached(result: Result, calls: Sequence[JudgedCall], workspace: Workspace, files: Iterable[str]) -> None:
    from bcelint.analysis.unreached import unreached

    result.calls += unreached(workspace, files, calls, result.reached, {trouble.path: trouble.reason for trouble in result.trouble})
    result.calls.sort(key=_order_of_calls)


def _touches(finding: Finding, files: Collection[str]) -> bool:
    return any(os.path.realpath(path) in files for path in (finding.position.path, *(step.path for step in finding.trace)))


def _inside(call: JudgedCall, files: Collection[str]) -> bool:
    return _is_in(call.position, files) or _is_in(call.inner, files)


def _is_in(position: Position, files: Collection[str]) -> bool:
    return os.path.realpath(position.path) in files


def _order_of_calls(call: JudgedCall) -> tuple[Position, Position, str]:
    return call.position, call.inner, call.loss


def _order(finding: Finding) -> tuple[Position, str, str]:
    return finding.position, finding.code, finding.message


def _on_disk(path: str, text: str) -> bool:
    try:
        with open(path, "rb") as file:
            return lines_of(decoded(file.read())) == lines_of(text)
    except OSError:
        return False
