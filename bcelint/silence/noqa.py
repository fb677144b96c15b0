"""``# noqa`` and ``# flake8: noqa``, read the way flake8 reads them, so that one comment silences both front ends."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from flake8.defaults import NOQA_FILE, NOQA_INLINE_REGEXP  # type: ignore[import-untyped]

_SEPARATOR = re.compile(r"[,\s]+")


@dataclass(frozen=True)
class Comment:
    """The first ``# noqa`` that stands in the text of some lines, which is the one that counts for all of them."""

    line: int
    column: int
    """Where it stands, both from 1."""
    text: str
    """As it stands there, with the codes and nothing after them."""
    codes: tuple[str, ...]
    """In capitals; none in a comment that silences everything."""
    codes_end: int
    """The column (from 1) behind the last code."""
    is_comment: bool
    """Whether it stands in a comment; flake8 also heeds one in a string."""

    def silences(self, code: str) -> bool:
        return not self.codes or code.upper().startswith(self.codes)


@dataclass(frozen=True)
class Span:
    """Lines (from 1) that one comment speaks for: those of a string or of a backslash continuation, or else a single one."""

    first: int
    last: int
    comment: Comment | None


class Noqa:
    """The ``# noqa`` comments of one file; the file is tokenised only when it has any.

    As in flake8, a comment speaks for its own physical line, and for all the lines of a string or a backslash continuation that it ends.
    """

    def __init__(self, text: str) -> None:
        self._lines = [f"{line}\n" for line in lines_of(text)]
        self.whole_file = any(NOQA_FILE.match(line) for line in self._lines)
        self._has_any = NOQA_INLINE_REGEXP.search(text) is not None

    def silences(self, code: str, line: int) -> bool:
        """Whether a finding ``code`` on ``line`` (from 1) is not to be shown. Codes in a comment count as prefixes, as in flake8."""
        if self.whole_file:
            return True
        if not self._has_any:
            return False
        span = self._by_line.get(line)
        return span is not None and span.comment is not None and span.comment.silences(code)

    def span(self, line: int) -> Span | None:
        """What one comment speaks for, of which ``line`` is a part; None where the file has no such line."""
        return self._by_line.get(line)

    def spans(self) -> list[Span]:
        """All spans that have a comment, in the order of lines."""
        return [span for span in self._spans if span.comment is not None] if self._has_any else []

    @cached_property
    def _spans(self) -> list[Span]:
        return list(_spans(self._lines))

    @cached_property
    def _by_line(self) -> dict[int, Span]:
        return {number: span for span in self._spans for number in range(span.first, span.last + 1)}


def lines_of(text: str) -> list[str]:
    """The lines as Python counts them, without their ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _spans(lines: Sequence[str]) -> Iterator[Span]:
    """The spans of all lines. Where a file has no tokens, each line stands for itself."""
    source = iter(lines)
    ends: list[tuple[int, int]] = []
    comments: dict[int, int] = {}
    tokenised = True
    first, last = len(lines) + 2, -1
    try:
        for token in tokenize.generate_tokens(lambda: next(source, "")):
            if token.type in (tokenize.ENDMARKER, tokenize.DEDENT):
                continue
            if token.type == tokenize.COMMENT:
                comments[token.start[0]] = token.start[1]
            first, last = min(first, token.start[0]), max(last, token.end[0])
            if token.type in (tokenize.NL, tokenize.NEWLINE):
                ends.append((first, last))
                first, last = len(lines) + 2, -1
    except (tokenize.TokenError, SyntaxError):
        ends = [(number, number) for number in range(1, len(lines) + 1)]
        tokenised = False
    for first, last in ends:
        yield Span(first, last, _comment(lines, first, last, comments if tokenised else None))


def _comment(lines: Sequence[str], first: int, last: int, comments: dict[int, int] | None) -> Comment | None:
    """The first ``# noqa`` of some lines; ``comments`` holds the columns (from 0) of all comments, and is None where they are not known."""
    joined = "".join(lines[first - 1 : last])
    match = NOQA_INLINE_REGEXP.search(joined)
    if match is None:
        return None
    line = first + joined.count("\n", 0, match.start())
    start = joined.rfind("\n", 0, match.start()) + 1
    column = match.start() - start
    listed = match.group("codes")
    codes = tuple(part for part in _SEPARATOR.split((listed or "").upper()) if part)
    end = match.end() if listed is None else match.start("codes") + len(listed.rstrip(", \t\r\n\f"))
    is_comment = comments is None or comments.get(line, len(joined)) <= column
    return Comment(line, column + 1, joined[match.start() : end], codes, end - start + 1, is_comment)
