"""``# noqa`` comments for findings, put where flake8 and bcelint heed them."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Collection, Mapping

from bcelint.noqa import Comment, Noqa

IN_A_STRING = "a `# noqa` stands in a string there, and only the first one of a line is read"
NO_PLACE = "a comment can't be put there without changing the code"
NO_TOKENS = "this Python can't split the file into tokens"

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_UNSEEN = (tokenize.COMMENT, tokenize.NL)


def with_noqa(text: str, wanted: Mapping[int, Collection[str]]) -> tuple[str, dict[int, str]]:
    """The text with comments that silence the codes ``wanted`` by line (from 1), and the lines where that can't be done, with the reason.

    One comment may have to speak for several lines: those of a string or of a backslash continuation. Nothing but comments changes.
    """
    noqa = Noqa(text)
    before = _tokens(text)
    if before is None:
        return text, dict.fromkeys(wanted, NO_TOKENS)
    of_span: dict[int, set[str]] = {}
    refused = {}
    for line, codes in wanted.items():
        missing = {code for code in codes if not noqa.silences(code, line)}
        span = noqa.span(line)
        if span is None:
            refused[line] = NO_PLACE
        elif missing and span.comment is not None and not span.comment.is_comment:
            refused[line] = IN_A_STRING
        elif missing:
            of_span.setdefault(span.last, set()).update(missing)
    parts = [list(match.groups()) for match in _LINE.finditer(text)]
    for last, codes in of_span.items():
        span = noqa.span(last)
        assert span is not None
        old, parts[last - 1][0] = parts[last - 1][0], _with_comment(parts[last - 1][0], span.comment, sorted(codes))
        if _tokens(_joined(parts)) != before:
            parts[last - 1][0] = old
            refused.update({line: NO_PLACE for line in wanted if span.first <= line <= last})
    return _joined(parts), refused


def _with_comment(line: str, comment: Comment | None, codes: list[str]) -> str:
    if comment is None:
        code = line.rstrip()
        return f"{code}{'  ' if code else ''}# noqa: {', '.join(codes)}"
    end = comment.codes_end - 1
    return f"{line[:end]}, {', '.join(codes)}{line[end:]}"


def _joined(parts: list[list[str]]) -> str:
    return "".join(line + end for line, end in parts)


def _tokens(text: str) -> list[tuple[int, str]] | None:
    """What the text is made of, but for its comments; None where it can't be told."""
    try:
        tokens = tokenize.generate_tokens(io.StringIO(text, newline=None).readline)
        return [(token.type, token.string) for token in tokens if token.type not in _UNSEEN]
    except (tokenize.TokenError, SyntaxError):
        return None
