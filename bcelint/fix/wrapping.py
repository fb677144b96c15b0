"""Edits around one argument: a function around it, a method behind it."""

from __future__ import annotations

import ast

from bcelint.fix.context import Written
from bcelint.fix.edits import Draft, Edit
from bcelint.fix.naming import member


def around(at: Written, function: str, more: str = "") -> Draft:
    """``torch.function(argument, more)``; the method of that name where the file does not import torch."""
    text, imports = member(at.code, "torch", function, at.node)
    if imports:
        return behind(at, f".{function}({more})")
    more = f", {more}" if more else ""
    start, end = at.code.span(at.node)
    path = at.code.path
    return Draft([Edit(path, start, start, f"{text}("), Edit(path, end, end, f"{more})")], imports)


def behind(at: Written, method: str) -> Draft:
    """``argument.method``."""
    start, end = at.code.with_parentheses(at.node)
    path = at.code.path
    if at.code.is_primary(at.node) or (start, end) != at.code.span(at.node):
        return Draft([Edit(path, end, end, method)])
    return Draft([Edit(path, start, start, "("), Edit(path, end, end, ")" + method)])


_CASTS = frozenset("float double half long int short char byte bool".split())


def cast(at: Written, method: str) -> Draft:
    """``argument.float()``; a cast that stands there already makes way."""
    node = at.node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CASTS and not node.args and not node.keywords:
        _, end = at.code.span(node.func)
        return Draft([Edit(at.code.path, end - len(node.func.attr), end, method)])
    return behind(at, f".{method}()")
