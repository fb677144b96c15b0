"""Where a loss is named that is not named in its call: a class or function that was put into a variable, or is got by its name."""

from __future__ import annotations

import ast

from bcelint.fix.code import Code


def elsewhere(code: Code, call: ast.Call, wanted: str, is_class: bool) -> ast.expr | None:
    """The expression that names ``wanted`` (``torch.nn.BCELoss``) for a call of it; None where that is not seen, or where it may serve other calls.

    Of a class it is the one that ``Loss = nn.BCELoss`` or ``make = partial(nn.BCELoss, …)`` holds for this call alone; of a function, the one
    place of the file that passes it on; of either, the string of ``getattr(nn, "BCELoss")``.
    """
    module, _, name = wanted.rpartition(".")
    got = call.func
    if isinstance(got, ast.Call) and isinstance(got.func, ast.Name) and got.func.id == "getattr" and len(got.args) == 2:
        string = got.args[1]
        return string if isinstance(string, ast.Constant) and string.value == name and code.dotted(got.args[0]) == module else None
    mentions = [
        node
        for node in ast.walk(code.tree)
        if isinstance(node, (ast.Name, ast.Attribute))
        and isinstance(node.ctx, ast.Load)
        and code.dotted(node) == wanted
        and not _is_called(code, node)
    ]
    mentions = [node for node in mentions if not is_class or _serves(code, node, call)]
    return mentions[0] if len(mentions) == 1 else None


def _is_called(code: Code, node: ast.expr) -> bool:
    parent = code.parents[node]
    return isinstance(parent, ast.Call) and parent.func is node


def _serves(code: Code, mention: ast.expr, call: ast.Call) -> bool:
    """Whether a mention of a class is assigned, plainly or in a partial, to a name that is read by ``call`` and nowhere else in the file."""
    value, parent = mention, code.parents[mention]
    if isinstance(parent, ast.Call) and parent.args[:1] == [mention] and code.dotted(parent.func) == "functools.partial":
        value, parent = parent, code.parents[parent]
    if not isinstance(parent, ast.Assign) or parent.value is not value or len(parent.targets) != 1 or not isinstance(parent.targets[0], ast.Name):
        return False
    uses = [node for node in ast.walk(code.tree) if isinstance(node, ast.Name) and node.id == parent.targets[0].id and node is not parent.targets[0]]
    return len(uses) == 1 and uses[0] is call.func
