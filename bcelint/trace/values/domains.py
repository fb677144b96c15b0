"""Values of which all possible ones are known: each of them as a case, where something is computed from them."""

from __future__ import annotations

from bcelint.trace.conditions.atoms import Guard
from bcelint.trace.interpreter import Interpreter, Value
from bcelint.trace.values.asking import condition
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.constants import Const
from bcelint.trace.values.unknowns import MAX_VALUES, Unknown


def each_text(at: Interpreter, value: Value) -> Value:
    """``value`` as one of the texts that it may be; itself where these are not known, or are many."""
    options: list[tuple[Guard, Value]] = []
    for guard, single in alternatives(value):
        if isinstance(single, Const):
            options.append((guard, single))
        elif isinstance(single, Unknown) and single.domain and all(isinstance(text, str) for text in single.domain):
            for text in dict.fromkeys(single.domain):
                atom = condition(at, single, "==", text)
                options.append((guard | {atom}, Const(text)))
        else:
            return value
    return at.choice(options) if 1 < len(options) <= MAX_VALUES else value
