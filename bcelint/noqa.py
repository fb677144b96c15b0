"""``# noqa`` and ``# flake8: noqa``, read the way flake8 reads them, so that one comment silences both front ends."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator, Sequence

from flake8.defaults import NOQA_FILE, NOQA_INLINE_REGEXP  # type: ignore[import-untyped]

_SEPARATOR = re.compile(r"[,\s]+")


class Noqa:
    """The ``# noqa`` comments of one file; the file is tokenised only when it has any.

    As in flake8, a comment speaks for its own physical line, and for all the lines of a string or a backslash continuation that it ends.
    """

    def __init__(self, text: str) -> None:
        self._lines = _split(text)
        self.whole_file = any(NOQA_FILE.match(line) for line in self._lines)
        self._joined: dict[int, str] | None = None if NOQA_INLINE_REGEXP.search(text) else {}

    def silences(self, code: str, line: int) -> bool:
        """Whether a finding ``code`` on ``line`` (from 1) is not to be shown. Codes in a comment count as prefixes, as in flake8."""
        if self.whole_file:
            return True
        if self._joined is None:
            self._joined = dict(_comment_lines(self._lines))
        match = NOQA_INLINE_REGEXP.search(self._joined.get(line, ""))
        if match is None:
            return False
        codes = match.group("codes")
        if codes is None:
            return True
        return code.upper().startswith(tuple(part for part in _SEPARATOR.split(codes.upper()) if part))


def _split(text: str) -> list[str]:
    return [line + "\n" for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def _comment_lines(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """For every line, the text in which its comment is looked for. Where a file has no tokens, each line stands for itself."""
    source = iter(lines)
    spans: list[tuple[int, int]] = []
    first, last = len(lines) + 2, -1
    try:
        for token in tokenize.generate_tokens(lambda: next(source, "")):
            if token.type in (tokenize.ENDMARKER, tokenize.DEDENT):
                continue
            first, last = min(first, token.start[0]), max(last, token.end[0])
            if token.type in (tokenize.NL, tokenize.NEWLINE):
                spans.append((first, last))
                first, last = len(lines) + 2, -1
    except (tokenize.TokenError, SyntaxError):
        spans = [(number, number) for number in range(1, len(lines) + 1)]
    for first, last in spans:
        joined = "".join(lines[first - 1 : last])
        for number in range(first, last + 1):
            yield number, joined
