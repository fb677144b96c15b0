"""How a file says a name of torch's: by the aliases that it has, else by a new import."""

from __future__ import annotations

import ast

from bcelint.fix.code import Code
from bcelint.fix.edits import Import


def renamed(code: Code, written: ast.expr, name: str) -> tuple[str, list[Import]]:
    """The text for another member ``name`` of the module that ``written`` (``nn.BCELoss``, ``binary_cross_entropy``) is a member of."""
    if isinstance(written, ast.Constant):  # getattr(nn, "BCELoss")
        return code.source(written).replace(str(written.value), name), []
    if isinstance(written, ast.Attribute):
        return code.source(written)[: -len(written.attr)] + name, []
    dotted = code.dotted(written) or ""
    return member(code, dotted.rpartition(".")[0], name, written, prefer_bare=True)


def member(code: Code, module: str, name: str, at: ast.AST, prefer_bare: bool = False) -> tuple[str, list[Import]]:
    """The text for ``module.name`` at a node."""
    bare = code.names_for(f"{module}.{name}", at)
    if bare:
        return bare[0], []
    parent, rest = module, name
    if prefer_bare and name not in code.bound and not code.names_for(module, at):
        return name, [Import(code.path, module, name)]
    while parent:
        aliases = code.names_for(parent, at)
        if aliases:
            return f"{aliases[0]}.{rest}", []
        parent, _, last = parent.rpartition(".")
        rest = f"{last}.{rest}"
    if module == "torch" and "torch" not in code.bound:
        return f"torch.{name}", [Import(code.path, "torch")]
    return name, [Import(code.path, module, name)]
