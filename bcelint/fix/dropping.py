"""Edits that take an activation out of the way of a loss, or make a softmax a log_softmax."""

from __future__ import annotations

import ast
import re

from bcelint.fix.activations import Activation, Found, value_of
from bcelint.fix.code import Code
from bcelint.fix.edits import Draft, Edit
from bcelint.fix.naming import renamed
from bcelint.fix.scopes import Names, block_of

_HARMLESS = frozenset("argmax shape size device dtype ndim dim numel".split())
"""What may be asked of logits as well as of probabilities."""


def without(code: Code, found: Found) -> Draft | None:
    """Edits after which the loss gets what the activation was given; None where others would notice."""
    made = found.activation
    if found.in_a_branch:
        return None
    start, end = code.span(made.call)
    first, last = code.span(made.given)
    if "#" in code.text[start:first] + code.text[last:end]:
        return None  # a comment would go with it
    if not found.path:
        return Draft([_unwrapped(code, made)])
    names = Names(code, code.scope(found.path[0][0]))
    for name, statement in found.path[:-1]:
        # Through several names: only where nobody else reads those in between.
        if any(each is not name and not _asks_no_values(code, each) for each in names.readers(statement, name.id)):
            return None
    use, binding = found.path[-1]
    if isinstance(binding, ast.For):
        return Draft([_unwrapped(code, made)])
    readers = [node for node in names.readers(binding, use.id) if node is not use]
    others = [node for node in readers if not _asks_no_values(code, node)]
    exact = value_of(binding) is made.call
    if exact and isinstance(made.given, ast.Name) and made.given.id != use.id and names.is_kept(made.given.id, binding, use):
        draft = Draft([Edit(code.path, *code.span(use), made.given.id)])
        draft.edits += [] if readers else _removed(code, binding)
        return draft
    if not others:
        return _dropped(code, binding, made)
    return _split(code, binding, made, use, names) if exact else None


def _unwrapped(code: Code, made: Activation) -> Edit:
    """The activation's call replaced by what it is applied to."""
    start, end = code.span(made.call)
    is_method = isinstance(made.call.func, ast.Attribute) and made.given is made.call.func.value
    inner, after = code.with_parentheses(made.given) if is_method else code.span(made.given)
    text = code.text[inner:after]
    parent = code.parents.get(made.call)
    bare = code.is_primary(made.given) or text.startswith("(") or isinstance(made.given, ast.Constant)
    if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.Return)):
        bare = "\n" not in text
    elif isinstance(parent, ast.keyword) or (isinstance(parent, ast.Call) and made.call in parent.args):
        bare = True
    return Edit(code.path, start, end, text if bare else f"({text})")


def _dropped(code: Code, binding: ast.stmt, made: Activation) -> Draft:
    """The activation taken out of an assignment; the whole assignment where nothing is left of it."""
    target = binding.targets[0] if isinstance(binding, ast.Assign) else None
    if value_of(binding) is made.call and isinstance(target, ast.Name) and isinstance(made.given, ast.Name) and made.given.id == target.id:
        removed = _removed(code, binding)
        if removed:
            return Draft(removed)
    return Draft([_unwrapped(code, made)])


def _removed(code: Code, statement: ast.stmt) -> list[Edit]:
    """The edit that takes a statement out; none where other code stands on its line."""
    if len(block_of(code, statement)) == 1:
        return [Edit(code.path, *code.span(statement), "pass")]
    start, end = _whole_line(code, statement)
    return [Edit(code.path, start, end, "")] if end > start else []


def _whole_line(code: Code, statement: ast.stmt) -> tuple[int, int]:
    """From the first column to behind the line end, if nothing but the statement stands there; else an empty span."""
    start, end = code.span(statement)
    first = code.line_start(start)
    rest = re.compile(r"[ \t]*(?:\r\n|\n|\r|$)").match(code.text, end)
    if code.text[first:start].strip() or rest is None:
        return start, start
    return first, rest.end()


def _split(code: Code, binding: ast.stmt, made: Activation, use: ast.Name, names: Names) -> Draft | None:
    """What the activation is given gets a name of its own, which the loss reads; everyone else goes on reading the activation's result."""
    start, _ = code.span(binding)
    first = code.line_start(start)
    indent = code.text[first:start]
    if indent.strip() or "\n" in code.source(made.given):
        return None
    nodes = list(ast.walk(names.scope))
    taken = {node.id for node in nodes if isinstance(node, ast.Name)} | {node.arg for node in nodes if isinstance(node, ast.arg)}
    name = next(each for each in ("logits", f"{use.id}_logits", *(f"logits_{i}" for i in range(2, 99))) if each not in taken | code.bound)
    given = code.span(made.given)
    if isinstance(made.given, ast.Name) and made.given.id != use.id:
        return None
    line = f"{name} = {code.source(made.given)}{code.newline}{indent}"
    edits = [Edit(code.path, start, start, line), Edit(code.path, *given, name), Edit(code.path, *code.span(use), name)]
    return Draft(edits)


def _asks_no_values(code: Code, node: ast.Name) -> bool:
    """Whether a read asks only what holds of the logits too: the shape, or which one is the largest."""
    parent = code.parents.get(node)
    if isinstance(parent, ast.Attribute):
        return parent.attr in _HARMLESS
    return isinstance(parent, ast.Call) and node in parent.args[:1] and code.dotted(parent.func) == "torch.argmax"


def logged(code: Code, made: Activation) -> Draft | None:
    """``softmax`` renamed to ``log_softmax``."""
    if made.name != "softmax":
        return None
    func = made.call.func
    if isinstance(func, ast.Call):  # nn.Softmax(dim=1)(x)
        func = func.func
    if isinstance(func, ast.Attribute) and func.attr in ("softmax", "Softmax") and (code.dotted(func) or made.given is func.value):
        _, end = code.span(func)
        new = "LogSoftmax" if func.attr == "Softmax" else "log_softmax"
        return Draft([Edit(code.path, end - len(func.attr), end, new)])
    if isinstance(func, ast.Name) and code.dotted(func) is not None:
        text, imports = renamed(code, func, "log_softmax")
        return Draft([Edit(code.path, *code.span(func), text)], imports)
    return None
