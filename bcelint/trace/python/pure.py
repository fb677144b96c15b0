"""Functions of Python that are carried out where all their arguments are constants."""

from __future__ import annotations

import builtins
import math
import operator
import os.path
from collections.abc import Callable
from typing import Any

from bcelint.contracts.schema import UNKNOWN
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.plain import as_python

LARGEST = 1e6
_LARGEST_OF = {"math.comb": 1e3}
"""Of functions whose results grow much faster than their arguments."""
_MODULES: dict[str, Any] = {"builtins": builtins, "math": math, "operator": operator, "os.path": os.path}
_NAMES = {
    "builtins": "all any ascii bin chr divmod hex oct ord repr",
    "math": "ceil comb cos exp fabs floor fmod gcd isclose isinf isnan log log10 log2 prod sin sqrt tanh trunc",
    "operator": "add and_ contains eq floordiv ge getitem gt le lt mod mul ne neg not_ or_ sub truediv truth",
    "os.path": "basename commonpath dirname join normpath split splitext",
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"{module}.{name}": getattr(_MODULES[module], name) for module, names in _NAMES.items() for name in names.split()
}


def carried_out(at: Site, name: str, args: Arguments) -> Value | None:
    """The result of a function on constants; None where it is none of these, or its arguments are not known."""
    function = FUNCTIONS.get(name)
    if function is None or args.open_positional or args.open_keywords or not args.all():
        return None
    positional = [as_python(value) for value in args.positional]
    keywords = {key: as_python(value) for key, value in args.keywords.items()}
    given, largest = [*positional, *keywords.values()], _LARGEST_OF.get(name, LARGEST)
    if any(value is UNKNOWN for value in given) or any(isinstance(value, (int, float)) and abs(value) > largest for value in given):
        return None
    try:
        made = function(*positional, **keywords)
    except Exception:
        return None
    return at.from_python(made) if isinstance(made, (bool, int, float, str, tuple, list, type(None))) else None
