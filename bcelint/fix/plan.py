"""The plan of a project: a repair, or the reason why there is none, for every finding, and which of them are made together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from bcelint.analysis.callsite import CallSite
from bcelint.finding import Finding, Position
from bcelint.fix.context import Context
from bcelint.fix.edits import Outcome, Refusal, Repair, whole
from bcelint.fix.repairs import repair
from bcelint.fix.repairs.comments import unused_noqa
from bcelint.project.source import is_notebook
from bcelint.silence.noqa import Noqa
from bcelint.silence.unused_noqa import UnusedCodes


class _Silence:
    """The ``# noqa`` comments of all files, and the findings that are left alone without one."""

    def __init__(self, text_of: Callable[[str], str], left_alone: Collection[Finding]) -> None:
        self._text_of = text_of
        self._noqa: dict[str, Noqa] = {}
        self._left_alone = {(finding.code, finding.position) for finding in left_alone}

    def at(self, code: str, position: Position) -> bool:
        return (code, position) in self._left_alone or self.on_line(code, position.path, position.line)

    def on_line(self, code: str, path: str, line: int) -> bool:
        if path not in self._noqa:
            self._noqa[path] = Noqa(self._text_of(path))
        return self._noqa[path].silences(code, line)


def outcomes(
    findings: Sequence[Finding], sites: Sequence[CallSite], text_of: Callable[[str], str], left_alone: Collection[Finding] = ()
) -> dict[Finding, Outcome]:
    """How each finding is repaired. All its cases and callers are: one that can't be leaves the others alone.

    The calls of ``left_alone`` are treated as if a ``# noqa`` stood there.
    """
    silence = _Silence(text_of, left_alone)
    context = Context(sites, text_of, silence.at)
    of: dict[tuple[str, Position], list[CallSite]] = {}
    for site in sites:
        for code in site.codes:
            of.setdefault((code, site.position), []).append(site)
    return {finding: _outcome(context, silence, finding, of.get((finding.code, finding.position), ())) for finding in findings}


def _outcome(context: Context, silence: _Silence, finding: Finding, sites: Sequence[CallSite]) -> Outcome:
    try:
        if isinstance(finding, UnusedCodes):
            return unused_noqa(context.code(finding.position.path), finding)
        found = whole([repair(context, finding.code, site) for site in sites])
    except Exception as error:
        # A mistake in a repair may cost that repair, but never the finding.
        return Refusal(f"bcelint could not work out a repair ({type(error).__name__}: {error}); please report it")
    if isinstance(found, Repair):
        if any(map(is_notebook, found.paths)):
            return Refusal(f"notebooks are left alone; what could be done: {found.title}")
        if any(edit.clashes(other) for edit in found.edits for other in found.edits):
            return Refusal("its cases want different repairs")
        for edit in found.edits:
            code = context.code(edit.path)
            if code is not None and silence.on_line(finding.code, edit.path, code.line(edit.start)):
                return Refusal("a `# noqa` stands where the repair would be made")
    return found


def chosen(found: Mapping[Finding, Outcome], allowed: Callable[[Finding, Repair], bool]) -> dict[Finding, Repair]:
    """The repairs that are made together: safe ones first, then by place; what does not go with an earlier one waits for the next round."""
    made: list[Repair] = []
    taken: dict[Finding, Repair] = {}
    for finding, outcome in sorted(found.items(), key=lambda item: (isinstance(item[1], Repair) and not item[1].is_safe, item[0].position)):
        if not isinstance(outcome, Repair) or not allowed(finding, outcome):
            continue
        if outcome in made or all(outcome.fits(other) for other in made):
            taken[finding] = outcome
            made.append(outcome)
    return taken


def edited_paths(repairs: Iterable[Outcome]) -> set[str]:
    """The files that repairs would change."""
    return {path for each in repairs if isinstance(each, Repair) for path in each.paths}
