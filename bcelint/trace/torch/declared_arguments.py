"""The arguments of declared calls: by their parameters, and as the expressions in the rows see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bcelint.contracts.declared.rows import Cases, Signature
from bcelint.contracts.schema import REQUIRED, UNKNOWN
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.values.choices import Choice
from bcelint.trace.values.constants import Const
from bcelint.trace.values.plain import constants_of
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import Unknown


class Something:
    """In conditions, what is known to be no constant: it is not None, and equal to nothing."""


SOMETHING = Something()


def by_name(signature: Signature, args: Arguments) -> dict[str, Value]:
    """The arguments by parameter name; of a signature that takes anything, the keywords."""
    positional = [param.name for param in signature.params if not param.keyword_only]
    found = {**dict(zip(positional, args.positional)), **args.keywords}
    too_many = len(args.positional) > len(positional) and not signature.args
    if args.open_positional or args.open_keywords or too_many:  # another version may have the parameters in other places
        for param in signature.params:
            found.setdefault(param.name, Unknown(f"{param.name}: it comes out of arguments that are not followed"))
    return found


def fits(signature: Signature, args: Arguments) -> bool:
    positional = [param for param in signature.params if not param.keyword_only]
    if len(args.positional) > len(positional) and not signature.args:
        return False
    if not signature.kwargs and not args.keywords.keys() <= signature.names:
        return False
    given = {param.name for param in positional[: len(args.positional)]} | args.keywords.keys()
    is_open = args.open_positional or args.open_keywords
    return is_open or all(param.name in given for param in signature.params if param.default is REQUIRED)


def mentioned(cases: Cases[Any]) -> list[str]:
    return sorted({name for when, _ in cases.options for name in when.names})


def view(values: Mapping[str, Value], signature: Signature) -> Callable[[str], Any]:
    """What expressions see of the arguments."""
    defaults = {param.name: param.default for param in signature.params}

    def look(name: str) -> Any:
        if name.endswith("]"):
            return _size_of(values.get(name.partition(".")[0]), int(name[name.index("[") + 1 : -1]))
        value = values.get(name)
        if value is None:
            default = defaults.get(name, UNKNOWN)
            return UNKNOWN if default is REQUIRED else default
        if isinstance(value, Const):
            return value.value
        constants = constants_of(value) if isinstance(value, Tuple) else None
        if constants is not None:
            return constants
        return UNKNOWN if isinstance(value, (Unknown, Choice)) else SOMETHING

    return look


def _size_of(value: Value | None, axis: int) -> Any:
    shape = value.facts.value("shape") if isinstance(value, Tensor) else None
    size = None if shape is None else shape.dim(axis)
    return UNKNOWN if size is None else size
