"""What IPython adds to Python in the cells of a notebook: magics, shell commands, help. They are put out of the way, each line in its place."""

from __future__ import annotations

import re

_PYTHON_CELLS = frozenset("capture debug memit prun time timeit".split())
"""The cell magics (https://ipython.readthedocs.io/en/stable/interactive/magics.html; ``memit``: memory_profiler) whose cell is run as Python here."""

_CELL_MAGIC = re.compile(r"%%(\S*)")
_RUN = re.compile(r"%(?:time|timeit|prun|memit)(?:[ \t]+-\w+(?:[ \t]+\d+)?)*[ \t]+(?=[^\s\-%!?])(?!(?:async|class|def|for|if|try|while|with)\b)")
"""A line magic that runs the statement behind its options."""
_ESCAPED = ("%", "!", "?", ",", ";", "/")
"""What a line starts with that IPython reads: magics, the shell, help, and calls without parentheses."""
_HELP = re.compile(r"%{0,2}[\w*][\w*.\[\]]*\?{1,2}[ \t]*")
_ASSIGNED = re.compile(r"(?P<target>[\w\s.,\[\]'\"*()]+=)[ \t]*[%!]")
_PIECE = re.compile(
    r"""
      \#[^\n]*
    | \"\"\"(?:[^\\"]|\\.|\"(?!\"\"))*(?:\"\"\"|\Z) | '''(?:[^\\']|\\.|'(?!''))*(?:'''|\Z)
    | "(?:[^\\"\n]|\\.)*"? | '(?:[^\\'\n]|\\.)*'?
    | \\\n | (?P<newline>\n) | (?P<open>[(\[{]) | (?P<close>[)\]}])
    """,
    re.VERBOSE | re.DOTALL,
)


def without_magics(cell: str) -> str:
    """The Python of a cell. What IPython reads itself is replaced, so that lines and columns of the rest stay; "" where the whole cell is its own.

    The body of ``%%time`` is Python and that of ``%%bash`` is not; ``%time f(x)`` runs ``f(x)``; ``files = !ls`` binds something unknown.
    """
    lines = cell.split("\n")
    at = 0
    while at < len(lines) and (not lines[at].strip() or lines[at].startswith("%%")):
        magic = _CELL_MAGIC.match(lines[at])
        if magic is not None:
            if magic[1] not in _PYTHON_CELLS:
                return ""
            lines[at] = ""
        at += 1
    while at < len(lines):
        replaced = _replaced(lines[at])
        if replaced is None:
            at += _length("\n".join(lines[at:]))
            continue
        more = lines[at].endswith("\\")
        lines[at] = replaced
        at += 1
        while more and at < len(lines):
            more = lines[at].endswith("\\")
            lines[at] = ""
            at += 1
    return "\n".join(lines)


def _replaced(line: str) -> str | None:
    """What stands for a line at which a statement begins, if IPython reads it."""
    code = line.lstrip()
    indent = line[: len(line) - len(code)]
    run = _RUN.match(code)
    if run is not None and not line.endswith("\\"):
        return indent + "0".ljust(run.end() - 1) + ";" + code[run.end() :]
    if code.startswith(_ESCAPED) or _HELP.fullmatch(code):
        return indent + "pass"
    assigned = _ASSIGNED.match(code)
    return None if assigned is None else f"{indent}{assigned['target']} get_ipython()"


def _length(text: str) -> int:
    """How many lines the statement has that ``text`` begins with."""
    depth = lines = 0
    for match in _PIECE.finditer(text):
        lines += match.group().count("\n")
        if match["newline"] and depth <= 0:
            return lines
        depth += bool(match["open"]) - bool(match["close"])
    return lines + 1
