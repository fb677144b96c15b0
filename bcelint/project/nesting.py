"""How deeply code is nested: the parser recurses in C, and what is nested too deeply overflows its stack and ends the process."""

from __future__ import annotations

import ast
import re
import sys

LIMIT = 700 if sys.version_info[:2] == (3, 12) else 1500
"""Levels that are parsed. LibCST needs up to 12 kB of stack for a level, and time that grows with the square of the depth. Python 3.12
counts its recursion in C apart, up to a limit that nothing moves, and LibCST's positions hit it between 700 and 900 levels (3.12.1)."""

_SHORT = 300
_BRACKET = 7  # levels that a bracket counts for: that much more stack does it cost, and Python itself takes no more than 200

_TOKEN = re.compile(
    r"""
      \#[^\n]*
    | (?P<string>(?:\b[rRbBuUfFtT]{1,3})? (?: \"\"\"(?:[^\\"]|\\.|\"(?!\"\"))*(?:\"\"\"|\Z) | '''(?:[^\\']|\\.|'(?!''))*(?:'''|\Z)
                            | "(?:[^\\"\n]|\\.)*"? | '(?:[^\\'\n]|\\.)*'? ))
    | \\\r?\n | (?P<newline>\n) | (?P<open>[(\[{]) | (?P<close>[)\]}]) | (?P<cut>[,;]) | (?P<code>\w+|[^\s\w])
    """,
    re.VERBOSE | re.DOTALL,
)


def tree_depth(tree: ast.AST) -> int:
    """The depth of the deepest node that matters, give or take ``_SHORT`` levels: short one-line expressions are not entered."""
    deepest = 0
    stack = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        if isinstance(node, ast.BoolOp):  # flat here, nested in LibCST
            depth += len(node.values)
        deepest = max(deepest, depth)
        for child in ast.iter_child_nodes(node):
            short = isinstance(child, ast.expr) and child.end_lineno == child.lineno and (child.end_col_offset or 0) - child.col_offset < _SHORT
            if not short:
                stack.append((child, depth + 1))
    return deepest


def text_depth(text: str) -> int:
    """An upper bound of the nesting, from tokens alone, for text that ``ast`` can't parse or should not be asked to.

    Within one bracket, every token since the last comma may open a level; brackets add up; so do all ``elif``.
    """
    deepest = elifs = total = 0
    frames = [_Frame()]  # one for each open bracket
    for match in _TOKEN.finditer(text):
        kind, frame = match.lastgroup, frames[-1]
        if kind == "open":
            frame.tokens += _BRACKET
            total += _BRACKET
            frames.append(_Frame())
        elif kind == "close":
            if len(frames) > 1:
                total -= frames.pop().tokens
        elif kind == "newline":
            if len(frames) == 1:
                frames, total = [_Frame()], 0
        elif kind == "cut":
            if not frame.lambdas:
                total -= frame.tokens
                frame.tokens = 0
        elif kind == "string":  # nested f-strings with the same quotes come apart here, and count like brackets
            levels = _string_depth(match.group())
            frame.tokens += levels
            total += levels
        elif kind == "code":
            token = match.group()
            if token == "lambda":
                frame.lambdas += 1
            elif token == ":":
                frame.lambdas = max(0, frame.lambdas - 1)
            elif token == "elif":
                elifs += 1
            frame.tokens += 1
            total += 1
        deepest = max(deepest, total, elifs)
    return deepest


def _string_depth(token: str) -> int:
    prefix = token[: min(token.find(quote) for quote in "\"'" if quote in token)].lower()
    inside = token[len(prefix) :].strip("\"'")
    return _BRACKET + text_depth(inside) if "{" in inside and ("f" in prefix or "t" in prefix) else 0


class _Frame:
    def __init__(self) -> None:
        self.tokens = 0
        self.lambdas = 0  # whose parameters are still being listed: their commas end nothing
