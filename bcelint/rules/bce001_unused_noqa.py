"""BCE001: a ``# noqa`` that names a code of ours and silences nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bcelint.finding import Finding, Position
from bcelint.noqa import Comment, Noqa
from bcelint.rules.base import Documented

_PREFIX = "BCE"


@dataclass(frozen=True)
class UnusedCodes(Finding):
    """A comment that silences nothing; ``codes`` are those to drop from it."""

    codes: tuple[str, ...] = ()


class UnusedNoqa(Documented):
    """
    ## What it does
    Checks for `# noqa` comments that name a code of bcelint's where that code is not found, or one that no rule has. Only files
    are looked at in which every loss call was seen in this run, only codes that the run selects, and no line on which a loss call
    is unknown. A blanket `# noqa`, other tools' codes and files under `# flake8: noqa` are left alone. It is off unless
    `--unused-noqa` or its full code in `--select` asks for it.

    ## Why is this bad?
    The code was repaired, or the comment stands on the wrong line: it belongs on the first line of the loss call. In both
    cases it silences the next mistake on its line, and tells whoever reads it something that is not so.

    ## Example
    ```python
    criterion = nn.BCEWithLogitsLoss()  # noqa: BCE102
    loss = criterion(logits, y)
    ```

    ## Use instead
    ```python
    criterion = nn.BCEWithLogitsLoss()
    loss = criterion(logits, y)
    ```

    ## Fix safety
    Dropping the code, or the whole comment where it is the only one, is safe: no program hangs on it. What else the comment says
    stays.

    ## References
    - [flake8: in-line ignoring errors](https://flake8.pycqa.org/en/latest/user/violations.html#in-line-ignoring-errors)
    """

    code = "BCE001"
    name = "unused-noqa"
    summary = "a noqa comment that names a code which is not found there"
    option = "--unused-noqa"
    level = "warning"

    def check(
        self, path: str, noqa: Noqa, found: Iterable[Finding], unknown: Collection[int], selected: Collection[str], known: Collection[str]
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
                elif self.code not in meant and meant.issubset(selected) and not meant & here and not any(line in unknown for line in lines):
                    unused.append(code)
            if foreign or unused:
                message, codes = _message(comment, unused, foreign), (*unused, *foreign)
                findings.append(UnusedCodes(self.code, self.name, message, _position(path, comment), codes=codes))
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
