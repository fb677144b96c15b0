"""Whether arguments fit the parameters of a function, or Python raises."""

from __future__ import annotations

import libcst as cst
from libcst.helpers import get_full_name_for_node

from bcelint.trace.interpreter import Arguments
from bcelint.trace.values.functions import Function

_HARMLESS = frozenset({"staticmethod", "classmethod", "property", "torch.no_grad", "torch.enable_grad", "torch.inference_mode"})
"""Decorators that leave the signature as it is. Of others that is not known: ``main()`` may take its arguments from the command line."""


def unfit(function: Function, args: Arguments) -> str:
    """Why Python refuses the arguments; nothing where it does not, or that is not known."""
    if args.is_made_up or args.open_positional or args.open_keywords or _is_decorated(function):
        return ""
    params = function.node.params
    positional = [*params.posonly_params, *params.params]
    if len(args.positional) > len(positional) and not isinstance(params.star_arg, cst.Param):
        return "more arguments than it takes"
    named = {param.name.value for param in (*params.params, *params.kwonly_params)}
    if params.star_kwarg is None and not args.keywords.keys() <= named:
        return "a keyword that it does not take"
    by_place = {param.name.value for param in params.params[: max(0, len(args.positional) - len(params.posonly_params))]}
    if by_place & args.keywords.keys():
        return f"{min(by_place & args.keywords.keys())} is given twice"
    given = {param.name.value for param in positional[: len(args.positional)]} | args.keywords.keys()
    missing = [p.name.value for p in (*positional, *params.kwonly_params) if p.default is None and p.name.value not in given]
    return f"no {missing[0]} is given" if missing else ""


def _is_decorated(function: Function) -> bool:
    decorators = function.node.decorators if isinstance(function.node, cst.FunctionDef) else ()
    return any((get_full_name_for_node(item.decorator) or "") not in _HARMLESS for item in decorators)
