"""``match``: literal patterns are followed as comparisons; others are cases of their own."""

from __future__ import annotations

from typing import Any, Optional

import libcst as cst

from bcelint.trace.conditions.atoms import ALWAYS, Atom, Guard, consistent
from bcelint.trace.interpreter import Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.constants import Const
from bcelint.trace.values.unknowns import Unknown

Options = list[tuple[Guard, Optional[cst.BaseSuite]]]


def options(at: Site, node: cst.Match) -> Options:
    """The suites that may be executed, each under its condition, and None where none is."""
    return [(guard, suite) for guard, suite in _options(at, node) if consistent(guard)]


def _options(at: Site, node: cst.Match) -> Options:
    subject = at.evaluate(node.subject)
    asked = _asked(subject)
    symbol, domain = (f"m{id(node)}", ()) if asked is None else (asked.symbol, asked.domain)
    found: Options = []
    passed = ALWAYS
    for case in node.cases:
        pattern = case.pattern
        if isinstance(pattern, cst.MatchAs) and pattern.pattern is None and case.guard is None:
            if pattern.name is not None:
                at.write(at.frame, pattern.name.value, subject)
            found.append((passed, case.body))
            return found
        literals = None if case.guard is not None else _literals(at, pattern)
        if literals is not None and isinstance(subject, Const):
            if subject.value in literals:
                found.append((passed, case.body))
                return found
            continue
        text = f"{at.text(node.subject)} is {at.text(pattern)}"
        op, operand = ("other", f"case {id(case)}") if literals is None else ("==", literals[0]) if len(literals) == 1 else ("in", literals)
        atom = Atom(symbol, op, operand, True, lambda text=text: text, domain=domain)  # type: ignore[misc]
        found.append((passed | {atom}, case.body))
        passed |= {atom.negated()}
    return [*found, (passed, None)]


def _literals(at: Site, pattern: cst.MatchPattern) -> tuple[Any, ...] | None:
    """The constants one of which the subject must equal; None for patterns that want something else."""
    if isinstance(pattern, cst.MatchOr):
        found = [_literals(at, part.pattern) for part in pattern.patterns]
        return None if None in found else tuple(literal for part in found for literal in part or ())
    value = at.evaluate(pattern.value) if isinstance(pattern, cst.MatchValue) else None
    return (value.value,) if isinstance(value, Const) else None


def _asked(subject: Value) -> Unknown | None:
    """What is unknown about the subject: the whole of it, or all but one value of it, as of an option with a default."""
    cases = alternatives(subject)
    unknown = next((single for _, single in cases if isinstance(single, Unknown)), None)
    about = {literal.symbol if isinstance(literal, Atom) else "" for guard, _ in cases for literal in guard}
    return unknown if unknown is not None and about <= {unknown.symbol} else None
