"""How deeply code is nested: the parser recurses in C, and what is nested too deeply overflows its stack and ends the process."""

from __future__ import annotations

import ast
import re

LIMIT = 1500
"""Levels that are parsed. LibCST needs up to 12 kB of stack for a level, and time that grows with the square of the depth."""

_SHORT = 300

_TOKEN = re.compile(
    r"""
      \#[^\n]*
    | (?:\b[rRbBuUfFtT]{1,3})? (?: \"\"\"(?:[^\\"]|\\.|\"(?!\"\"))*(?:\"\"\"|\Z) | '''(?:[^\\']|\\.|'(?!''))*(?:'''|\Z)
                            | "(?:[^\\"\n]|\\.)*"? | '(?:[^\\'\n]|\\.)*'? )
    | \\\r?\n | (?P<newline>\n) | (?P<word>\w+) | (?P<open>[(\[{]) | (?P<close>[)\]}]) | (?P<cut>[,;]) | [^\s\w]
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
            short = (
                isinstance(child, ast.expr) and child.end_lineno == child.lineno and (child.end_col_offset or 0) - child.col_offset < _SHORT
            )
            if not short:
                stack.append((child, depth + 1))
    return deepest


def text_depth(text: str) -> int:
    """An upper bound of the nesting, from tokens alone, for text that ``ast`` can't parse or should not be asked to.

    Within one bracket, every token since the last comma may open a level; brackets add up; so do the ``elif`` of one chain.
    """
    deepest = elifs = 0
    frames = [0]
    lambdas = [False]
    total = 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "open":
            frames.append(0)
            lambdas.append(False)
            total += 1
        elif kind == "close":
            if len(frames) > 1:
                total -= frames.pop()
                lambdas.pop()
        elif kind == "newline":
            if len(frames) == 1:
                total, frames[0], lambdas[0] = 0, 0, False
        elif kind == "cut":
            if not lambdas[-1]:
                total -= frames[-1]
                frames[-1] = 0
        else:
            text_of = match.group()
            if text_of == "lambda":
                lambdas[-1] = True
            elif text_of == "elif":
                elifs += 1
            elif text_of == "if":
                deepest = max(deepest, elifs)
            frames[-1] += 1
            total += 1
        if total > deepest:
            deepest = total
    return max(deepest, elifs)
