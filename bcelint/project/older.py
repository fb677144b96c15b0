"""Syntax that Python has given up, written as it is now, each piece in the space that it has: lines and columns stay what they are."""

from __future__ import annotations

import re

_STRING = r"""(?:\b[rRbBuU]{1,2})?(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')"""
_OLD = re.compile(
    rf"""
    (?P<raw>\b[uU](?=[rR]['"]))
    | (?P<kept>\#[^\n]*|{_STRING})
    | (?P<keyword>(?<![\w])async(?!\w|[ \t]+(?:def|for|with)\b))
    | (?P<statement>(?<![\w.])(?:print|exec)[ \t](?=[ \t]*(?!(?:and|as|else|for|if|in|is|not|or)\b)[\w"'`{{~]))
    | (?P<backticks>`[^`\n]*`)
    | (?P<unequal><>)
    | (?P<long>(?<=\d)[lL]\b)
    | (?P<octal>(?<![\w.])(?<![eE][+-])0+(?=[1-9]\d*(?![\w.])))
    | (?P<caught>(?<![\w.])except[ \t]+[\w.]+[ \t]*,[ \t]*\w+(?=[ \t]*:))
    | (?P<several>(?<![\w.])except[ \t]*\([^()\n]*\)[ \t]*,[ \t]*\w+(?=[ \t]*:))
    | (?P<raised>(?<![\w.])raise[ \t]+[\w.]+[ \t]*,)
    """,
    re.VERBOSE | re.DOTALL,
)


def modernised(text: str) -> str:
    """``text`` with the print and exec statements, ``async`` as a name, ``except E, e``, ``raise E, x``, backticks, ``<>`` and numbers of
    Python 2 (and of what was left of it up to 3.6) put into today's syntax, character for character in the same places.

    What is printed or raised is evaluated as a statement of its own; a caught exception loses its name.
    """
    return _OLD.sub(_replacement, text)


def _replacement(match: re.Match[str]) -> str:
    kind, old = match.lastgroup, match.group()
    if kind == "keyword":
        return "asynk"
    if kind == "statement":
        return old[:-1] + ";"
    if kind == "backticks":
        return f"({old[1:-1]})"
    if kind == "unequal":
        return "!="
    if kind in ("raw", "long", "octal"):
        return " " * len(old)
    if kind in ("caught", "several"):
        return old[: old.rindex(",")].ljust(len(old))
    if kind == "raised":
        return old[:-1] + ";"
    return old
