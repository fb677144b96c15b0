"""``# noqa`` comments for findings, put where flake8 and bcelint heed them."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Collection, Mapping

from bcelint.silence.noqa import Comment, Noqa

IN_A_STRING = "a `# noqa` stands in a string there, and only the first one of a line is read"
NO_LINE = "the file has no such line"
NO_TOKENS = "this Python can't split the file into tokens"

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")


def with_noqa(text: str, wanted: Mapping[int, Collection[str]]) -> tuple[str, dict[int, str]]:
    """The text with comments that silence the codes ``wanted`` by line (from 1), and the lines where that can't be done, with the reason.

    One comment may have to speak for several lines: those of a string or of a backslash continuation. Nothing but comments changes.
    """
    if not _has_tokens(text):
        return text, dict.fromkeys(wanted, NO_TOKENS)
    noqa = Noqa(text)
    of_span: dict[int, set[str]] = {}
    refused = {}
    for line, codes in wanted.items():
        missing = {code for code in codes if not noqa.silences(code, line)}
        span = noqa.span(line)
        if span is None:
            refused[line] = NO_LINE
        elif missing and span.comment is not None and not span.comment.is_comment:
            refused[line] = IN_A_STRING
        elif missing:
            of_span.setdefault(span.last, set()).update(missing)
    parts = [list(match.groups()) for match in _LINE.finditer(text)]
    for last, codes in of_span.items():
        span = noqa.span(last)
        assert span is not None
        parts[last - 1][0] = _with_comment(parts[last - 1][0], span.comment, sorted(codes))
    return "".join(line + end for line, end in parts), refused


def _with_comment(line: str, comment: Comment | None, codes: list[str]) -> str:
    if comment is None:
        code = line.rstrip()
        return f"{code}{'  ' if code else ''}# noqa: {', '.join(codes)}"
    end = comment.codes_end - 1
    return f"{line[:end]}, {', '.join(codes)}{line[end:]}"


def _has_tokens(text: str) -> bool:
    """Whether it can be told where strings and comments are."""
    try:
        for _ in tokenize.generate_tokens(io.StringIO(text, newline=None).readline):
            pass
    except (tokenize.TokenError, SyntaxError):
        return False
    return True
