"""Taking an activation out of the way of a loss: in the call itself, or where a local variable gets its value."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from bcelint.finding import Position
from bcelint.fix.code import Code
from bcelint.fix.edits import Draft, Edit
from bcelint.fix.scopes import Names

FUNCTIONS = {
    "torch.sigmoid": "sigmoid",
    "torch.softmax": "softmax",
    "torch.nn.functional.softmax": "softmax",
    "torch.nn.functional.logsigmoid": "logsigmoid",
    "torch.log_softmax": "log_softmax",
    "torch.nn.functional.log_softmax": "log_softmax",
}
LAYERS = {
    "torch.nn.Sigmoid": "sigmoid",
    "torch.nn.Softmax": "softmax",
    "torch.nn.LogSigmoid": "logsigmoid",
    "torch.nn.LogSoftmax": "log_softmax",
}
SHAPE_METHODS = frozenset(
    """squeeze unsqueeze view reshape view_as reshape_as flatten unflatten ravel contiguous permute transpose swapaxes movedim t
    float double half cuda cpu to expand expand_as clone repeat requires_grad_""".split()
)
_SHAPE_FUNCTIONS = frozenset(f"torch.{name}" for name in ("squeeze", "unsqueeze", "reshape", "flatten", "permute", "transpose", "movedim", "ravel"))
_HARMLESS = frozenset("argmax shape size device dtype ndim dim numel".split())
"""What may be asked of logits as well as of probabilities."""


@dataclass(frozen=True)
class Activation:
    """A call of a sigmoid or softmax; ``given`` is what it is applied to."""

    call: ast.Call
    given: ast.expr
    name: str


def activation(code: Code, node: ast.AST) -> Activation | None:
    """The activation that ``node`` calls: a function, a method, or a layer that stands there or is built once."""
    if not isinstance(node, ast.Call):
        return None
    dotted = code.dotted(node.func)
    if dotted in FUNCTIONS:
        given = node.args[0] if node.args else next((each.value for each in node.keywords if each.arg == "input"), None)
        return Activation(node, given, FUNCTIONS[dotted]) if given is not None and not isinstance(given, ast.Starred) else None
    if dotted is None and isinstance(node.func, ast.Attribute) and node.func.attr in FUNCTIONS.values() and _only_a_dim(node):
        return Activation(node, node.func.value, node.func.attr)
    built = node.func if isinstance(node.func, ast.Call) else _built(code, node.func)
    layer = None if built is None else LAYERS.get(code.dotted(built.func) or "")
    if layer is None or len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred):
        return None
    return Activation(node, node.args[0], layer)


def _only_a_dim(node: ast.Call) -> bool:
    return all(isinstance(each, (ast.Constant, ast.UnaryOp)) for each in node.args) and all(each.arg in ("dim", "dtype") for each in node.keywords)


def _built(code: Code, callee: ast.expr) -> ast.Call | None:
    """The call that builds ``self.act``, or a local ``act``, where there is but one assignment to it."""
    found: list[ast.expr | None] = []
    if isinstance(callee, ast.Name):
        for scope in (code.scope(callee), code.tree):
            bindings = Names(code, scope).bindings(callee.id)
            if bindings:
                found = [_value(code.parents.get(node)) for node in bindings]
                break
    elif isinstance(callee, ast.Attribute) and isinstance(callee.value, ast.Name):
        owner = code.enclosing_class(callee)
        for node in ast.walk(owner) if owner is not None else ():
            if isinstance(node, ast.Attribute) and node.attr == callee.attr and not isinstance(node.ctx, ast.Load):
                found.append(_value(code.parents.get(node)))
    built = found[0] if len(found) == 1 else None
    while isinstance(built, ast.Call) and isinstance(built.func, ast.Attribute) and built.func.attr in ("to", "cuda", "cpu", "eval"):
        built = built.func.value
    return built if isinstance(built, ast.Call) else None


def _value(statement: ast.AST | None) -> ast.expr | None:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return statement.value
    return statement.value if isinstance(statement, ast.AnnAssign) else None


@dataclass(frozen=True)
class Found:
    """The activation on the way of a value to the loss. ``path`` are the names that it went through, from the call backwards."""

    activation: Activation
    path: tuple[tuple[ast.Name, ast.stmt], ...] = ()
    in_a_branch: bool = False
    """A name on the way has its value from elsewhere in other cases."""


def find(code: Code, value: ast.expr, born: Position | None, path: tuple[tuple[ast.Name, ast.stmt], ...] = ()) -> Found | None:
    """The activation at ``born``, if what stands between it and ``value`` changes but the shape."""
    if born is None or born.path != code.path or len(path) > 4:
        return None
    node: ast.expr = value
    while True:
        if isinstance(node, ast.Call):
            if node is code.call(born):
                made = activation(code, node)
                return None if made is None else Found(made, path)
            inner = _reshaped(code, node)
            if inner is None:
                return None
            node = inner
        elif isinstance(node, ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Name):
            names = Names(code, code.scope(node))
            binding = names.assigned(node, node.id)
            value_there = _value(binding)
            target = binding.targets[0] if isinstance(binding, ast.Assign) else getattr(binding, "target", None)
            if isinstance(binding, ast.For):
                value_there = binding.iter
            if binding is None:
                return _in_a_branch(code, names, node, born, path)
            if value_there is None or not isinstance(target, ast.Name):
                return None
            return find(code, value_there, born, (*path, (node, binding)))
        else:
            return None


def _in_a_branch(code: Code, names: Names, use: ast.Name, born: Position, path: tuple[tuple[ast.Name, ast.stmt], ...]) -> Found | None:
    """The activation at ``born`` where it is all of one of several values that a name may have."""
    made = activation(code, code.call(born) or use)
    binding = None if made is None else code.parents.get(made.call)
    if made is None or not isinstance(binding, ast.stmt) or _value(binding) is not made.call:
        return None
    bound = [code.parents.get(each) for each in names.bindings(use.id)]
    return Found(made, (*path, (use, binding)), in_a_branch=True) if binding in bound else None


def only_in_training(code: Code, born: Position) -> bool:
    """Whether the operation at ``born`` is one that a module does not apply once it is no longer ``self.training``."""
    call = code.call(born)
    function = None if call is None else code.scope(call)
    if call is None or function is None:
        return False
    above = list(code.ancestors(call))
    for node in ast.walk(function):
        if isinstance(node, (ast.If, ast.IfExp)) and any(isinstance(each, ast.Attribute) and each.attr == "training" for each in ast.walk(node.test)):
            leaves = any(isinstance(each, ast.Return) for each in ast.walk(node)) and code.span(node)[1] <= code.span(call)[0]
            if leaves or (node in above and node.test not in above):
                return True
    return False


def _reshaped(code: Code, node: ast.Call) -> ast.expr | None:
    """What a call that changes but the shape, the device or the width of floats is applied to."""
    if code.dotted(node.func) in _SHAPE_FUNCTIONS and node.args:
        return node.args[0]
    if isinstance(node.func, ast.Attribute) and node.func.attr in SHAPE_METHODS and code.dotted(node.func) is None:
        return node.func.value
    return None


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
    exact = _value(binding) is made.call
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
    inner, after = code.with_parentheses(made.given) if isinstance(made.call.func, ast.Attribute) and made.given is made.call.func.value else (
        code.span(made.given)
    )  # fmt: skip
    text = code.text[inner:after]
    parent = code.parents.get(made.call)
    bare = code.is_primary(made.given) or text.startswith("(") or isinstance(made.given, ast.Constant)
    alone = isinstance(parent, (ast.Assign, ast.AnnAssign, ast.Return, ast.keyword)) or (isinstance(parent, ast.Call) and made.call in parent.args)
    if alone and isinstance(parent, (ast.Assign, ast.AnnAssign, ast.Return)) and "\n" in text:
        return Edit(code.path, start, end, f"({text})")
    return Edit(code.path, start, end, text if bare or alone else f"({text})")


def _dropped(code: Code, binding: ast.stmt, made: Activation) -> Draft:
    """The activation taken out of an assignment; the whole assignment where nothing is left of it."""
    target = binding.targets[0] if isinstance(binding, ast.Assign) else None
    if _value(binding) is made.call and isinstance(target, ast.Name) and isinstance(made.given, ast.Name) and made.given.id == target.id:
        removed = _removed(code, binding)
        if removed:
            return Draft(removed)
    return Draft([_unwrapped(code, made)])


def _removed(code: Code, statement: ast.stmt) -> list[Edit]:
    """The edit that takes a statement out; none where other code stands on its line."""
    parent = code.parents[statement]
    block = next(found for name in ("body", "orelse", "finalbody") for found in [getattr(parent, name, ())] if statement in found)
    if len(block) == 1:
        return [Edit(code.path, *code.span(statement), "pass")]
    start, end = _whole_line(code, statement)
    return [Edit(code.path, start, end, "")] if end > start else []


def _whole_line(code: Code, statement: ast.stmt) -> tuple[int, int]:
    """From the first column to behind the line end, if nothing but the statement stands there; else an empty span."""
    start, end = code.span(statement)
    first = max(code.text.rfind("\n", 0, start), code.text.rfind("\r", 0, start)) + 1
    rest = re.compile(r"[ \t]*(?:\r\n|\n|\r|$)").match(code.text, end)
    if code.text[first:start].strip() or rest is None:
        return start, start
    return first, rest.end()


def _split(code: Code, binding: ast.stmt, made: Activation, use: ast.Name, names: Names) -> Draft | None:
    """What the activation is given gets a name of its own, which the loss reads; everyone else goes on reading the activation's result."""
    start, _ = code.span(binding)
    first = max(code.text.rfind("\n", 0, start), code.text.rfind("\r", 0, start)) + 1
    indent = code.text[first:start]
    if indent.strip() or "\n" in code.source(made.given):
        return None
    taken = {node.id for node in ast.walk(names.scope) if isinstance(node, ast.Name)} | {
        node.arg for node in ast.walk(names.scope) if isinstance(node, ast.arg)
    }
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
        from bcelint.fix.naming import renamed

        text, imports = renamed(code, func, "log_softmax")
        return Draft([Edit(code.path, *code.span(func), text)], imports)
    return None
