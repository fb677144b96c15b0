"""Activations on the way to a loss: in the call itself, or where a local variable gets its value."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from bcelint.finding import Position
from bcelint.fix.code import Code
from bcelint.fix.scopes import Names

_FUNCTIONS = {
    "torch.sigmoid": "sigmoid",
    "torch.softmax": "softmax",
    "torch.nn.functional.softmax": "softmax",
    "torch.nn.functional.logsigmoid": "logsigmoid",
    "torch.log_softmax": "log_softmax",
    "torch.nn.functional.log_softmax": "log_softmax",
}
_LAYERS = {
    "torch.nn.Sigmoid": "sigmoid",
    "torch.nn.Softmax": "softmax",
    "torch.nn.LogSigmoid": "logsigmoid",
    "torch.nn.LogSoftmax": "log_softmax",
}
_SHAPE_METHODS = frozenset(
    """squeeze unsqueeze view reshape view_as reshape_as flatten unflatten ravel contiguous permute transpose swapaxes movedim t
    float double half cuda cpu to expand expand_as clone repeat requires_grad_""".split()
)
_SHAPE_FUNCTIONS = frozenset(f"torch.{name}" for name in ("squeeze", "unsqueeze", "reshape", "flatten", "permute", "transpose", "movedim", "ravel"))


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
    if dotted in _FUNCTIONS:
        given = node.args[0] if node.args else next((each.value for each in node.keywords if each.arg == "input"), None)
        return Activation(node, given, _FUNCTIONS[dotted]) if given is not None and not isinstance(given, ast.Starred) else None
    if dotted is None and isinstance(node.func, ast.Attribute) and node.func.attr in _FUNCTIONS.values() and _only_a_dim(node):
        return Activation(node, node.func.value, node.func.attr)
    built = node.func if isinstance(node.func, ast.Call) else _built(code, node.func)
    layer = None if built is None else _LAYERS.get(code.dotted(built.func) or "")
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
                found = [value_of(code.parents.get(node)) for node in bindings]
                break
    elif isinstance(callee, ast.Attribute) and isinstance(callee.value, ast.Name):
        owner = code.enclosing_class(callee)
        for node in ast.walk(owner) if owner is not None else ():
            if isinstance(node, ast.Attribute) and node.attr == callee.attr and not isinstance(node.ctx, ast.Load):
                found.append(value_of(code.parents.get(node)))
    built = found[0] if len(found) == 1 else None
    while isinstance(built, ast.Call) and isinstance(built.func, ast.Attribute) and built.func.attr in ("to", "cuda", "cpu", "eval"):
        built = built.func.value
    return built if isinstance(built, ast.Call) else None


def value_of(statement: ast.AST | None) -> ast.expr | None:
    """What a plain assignment assigns."""
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
            value_there = value_of(binding)
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
    if made is None or not isinstance(binding, ast.stmt) or value_of(binding) is not made.call:
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
    if isinstance(node.func, ast.Attribute) and node.func.attr in _SHAPE_METHODS and code.dotted(node.func) is None:
        return node.func.value
    return None
