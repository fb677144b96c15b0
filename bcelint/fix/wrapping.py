"""Edits around one argument: a function around it, a method behind it."""

from __future__ import annotations

import ast
import re

from bcelint.analysis.callsite import KnownFacts
from bcelint.facts import DType
from bcelint.fix.context import Written
from bcelint.fix.edits import Draft, Edit
from bcelint.fix.naming import member

_SMALLEST = {DType.FLOAT16.value: "1e-7"}
"""What a dtype can't tell from zero below; 1e-30 is well above that of the others."""
_CASTS = frozenset("float double half long int short char byte bool".split())


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


def log(at: Written, facts: KnownFacts) -> Draft:
    """The log of probabilities. A softmax or sigmoid far out gives an exact zero, whose log has no gradient but NaN: that is kept away."""
    floor = "" if facts.low is not None and facts.low > 0 else f".clamp_min({_SMALLEST.get(facts.dtype or '', '1e-30')})"
    return behind(at, f"{floor}.log()")


def calls_it_logits(node: ast.expr) -> bool:
    """Whether the code itself says, in a name or a key, that an argument is meant to be logits: ``logits.view(-1, 3)``, ``out["student_logits"]``."""
    said: list[str] = []
    current: ast.AST | None = node
    while current is not None:
        if isinstance(current, ast.Subscript) and isinstance(current.slice, ast.Constant):
            said.append(str(current.slice.value))
        said.append(current.attr if isinstance(current, ast.Attribute) else current.id if isinstance(current, ast.Name) else "")
        current = current.func if isinstance(current, ast.Call) else getattr(current, "value", None)
    return any(re.search(r"(?:^|_)logits?(?:_|$)", name.lower()) for name in said)


def cast(at: Written, method: str) -> Draft:
    """``argument.float()``; a cast that stands there already makes way."""
    node = at.node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CASTS and not node.args and not node.keywords:
        _, end = at.code.span(node.func)
        return Draft([Edit(at.code.path, end - len(node.func.attr), end, method)])
    return behind(at, f".{method}()")
