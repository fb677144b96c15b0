"""Tabs and spaces mixed in the indentation, which Python understands and LibCST does not: such a text is read with spaces alone."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from functools import lru_cache

TAB_SIZE = 8
"""A tab goes to the next multiple of this column (docs.python.org, lexical analysis)."""
_TAB, _SPACE = re.compile(r"^ *\t", re.MULTILINE), re.compile(r"^\t* ", re.MULTILINE)
_ASIDE = (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT)


@lru_cache(maxsize=1)
def widened(text: str) -> dict[int, int]:
    """By line, how many characters longer its indentation is in ``evened(text)``; nothing where the text stays as it is."""
    if "\t" not in text or not (_TAB.search(text) and _SPACE.search(text)):
        return {}
    try:
        indents = dict(_indentations(text))
    except (SyntaxError, tokenize.TokenError):
        return {}
    if not _is_mixed(indents.values()):
        return {}
    return {line: _width(indent) - len(indent) for line, indent in indents.items() if "\t" in indent}


def evened(text: str) -> str:
    """The text with its tabs put as spaces, where the indentation of some line does not begin as that of the block around it does."""
    more = widened(text)
    if not more:
        return text
    lines = text.split("\n")
    for line in more:
        indent = lines[line - 1][: len(lines[line - 1]) - len(lines[line - 1].lstrip(" \t"))]
        lines[line - 1] = indent.expandtabs(TAB_SIZE) + lines[line - 1][len(indent) :]
    return "\n".join(lines)


def _is_mixed(indents: Iterable[str]) -> bool:
    """Whether the indentation of some line does not begin as that of its block does, where Python takes all of them: it asks that a tab may count
    for one column as well.
    """
    blocks, mixed = [""], False
    for indent in indents:
        while _width(blocks[-1]) > _width(indent):
            blocks.pop()
        block = blocks[-1]
        is_inner = _width(indent) > _width(block)
        if (len(indent) > len(block)) is not is_inner or (not is_inner and len(indent) < len(block)):
            return False
        mixed = mixed or not indent.startswith(block)
        if is_inner:
            blocks.append(indent)
    return mixed


def _indentations(text: str) -> Iterator[tuple[int, str]]:
    """The lines in which statements begin, each with its indentation."""
    begins = True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if begins and token.type not in (*_ASIDE, tokenize.NEWLINE, tokenize.ENDMARKER):
            yield token.start[0], token.line[: token.start[1]]
            begins = False
        begins = begins or token.type == tokenize.NEWLINE


def _width(indent: str) -> int:
    return len(indent.expandtabs(TAB_SIZE))
