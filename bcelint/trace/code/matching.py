"""``match``: literal patterns are followed as comparisons; others are cases of their own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, Union

import libcst as cst

from bcelint.trace.code.assigned import assigned
from bcelint.trace.conditions.atoms import ALWAYS, Atom, Guard, consistent
from bcelint.trace.conditions.joining import two_sides
from bcelint.trace.interpreter import Value
from bcelint.trace.state.flow import Flow
from bcelint.trace.state.site import Site
from bcelint.trace.state.truth import split
from bcelint.trace.values.choices import Choice, alternatives
from bcelint.trace.values.constants import Const
from bcelint.trace.values.unknowns import Unknown

Options = list[tuple[Guard, Union[cst.BaseSuite, Callable[[], Flow], None]]]


def options(at: Site, node: cst.Match) -> Options:
    """The suites that may be executed, each under its condition, and None where none is."""
    return [(guard, suite) for guard, suite in _options(at, node, at.evaluate(node.subject)) if consistent(guard)]


def _options(at: Site, node: cst.Match, subject: Value) -> Options:
    if isinstance(subject, Choice) and all(isinstance(single, Const) for _, single in subject.alternatives):
        return [(guard | inner, suite) for guard, single in subject.alternatives for inner, suite in _options(at, node, single)]
    asked = _asked(subject)
    symbol, domain = (f"m{id(node)}", ()) if asked is None else (asked.symbol, asked.domain)
    found: Options = []
    passed = ALWAYS
    for case in node.cases:
        pattern = case.pattern
        is_any = isinstance(pattern, cst.MatchAs) and pattern.pattern is None
        names = dict(_captured(pattern, subject))
        if is_any and case.guard is None:
            return [*found, (passed, functools.partial(_within, at, names, case))]
        literals = None if case.guard is not None else _literals(at, pattern)
        if literals is not None and isinstance(subject, Const):
            if subject.value in literals:
                found.append((passed, functools.partial(_within, at, names, case) if names else case.body))
                return found
            continue
        if case.guard is not None:
            names.update(dict.fromkeys(assigned(at, case.guard)))
            _bind(at.on(pattern), names)  # they stay bound where the guard does not hold
            if is_any:
                holds, fails = two_sides(*split(at.on(case.guard), at.evaluate(case.guard)))
                found += [(passed | guard, case.body) for guard in holds]
                if not fails:
                    return found
                passed |= fails[0]
                continue
        text = f"{at.text(node.subject)} is {at.text(pattern)}{f' if {at.text(case.guard)}' if case.guard is not None else ''}"
        op, operand = ("other", f"case {id(case)}") if literals is None else ("==", literals[0]) if len(literals) == 1 else ("in", literals)
        atom = Atom(symbol, op, operand, True, lambda text=text: text, domain=domain)  # type: ignore[misc]
        found.append((passed | {atom}, functools.partial(_within, at, names, case) if names else case.body))
        passed |= {atom.negated()}
    return [*found, (passed, None)]


def _within(at: Site, names: dict[str, Value | None], case: cst.MatchCase) -> Flow:
    """The body of a case, with what its pattern binds."""
    _bind(at.on(case.pattern), names)
    return at.execute(case.body)


def _bind(at: Site, names: dict[str, Value | None]) -> None:
    for name, value in names.items():
        at.write(at.frame.cell_for(name), name, value or at.unknown("a part of what is matched"))


def _captured(pattern: cst.CSTNode, subject: Value | None) -> Iterator[tuple[str, Value | None]]:
    """The names that a pattern binds, each with what it is bound to, where that is the whole subject."""
    if isinstance(pattern, (cst.MatchAs, cst.MatchStar)) and pattern.name is not None:
        yield pattern.name.value, subject if isinstance(pattern, cst.MatchAs) else None
    elif isinstance(pattern, cst.MatchMapping) and pattern.rest is not None:
        yield pattern.rest.value, None
    whole = isinstance(pattern, (cst.MatchAs, cst.MatchOr, cst.MatchOrElement))
    for child in pattern.children:
        yield from _captured(child, subject if whole else None)


def _literals(at: Site, pattern: cst.MatchPattern) -> tuple[Any, ...] | None:
    """The constants one of which the subject must equal; None for patterns that want something else."""
    if isinstance(pattern, cst.MatchOr):
        found = [_literals(at, part.pattern) for part in pattern.patterns]
        return None if None in found else tuple(literal for part in found for literal in part or ())
    if isinstance(pattern, cst.MatchAs) and pattern.pattern is not None:
        return _literals(at, pattern.pattern)
    value = at.evaluate(pattern.value) if isinstance(pattern, cst.MatchValue) else None
    return (value.value,) if isinstance(value, Const) else None


def _asked(subject: Value) -> Unknown | None:
    """What is unknown about the subject: the whole of it, or all but one value of it, as of an option with a default."""
    cases = alternatives(subject)
    unknown = next((single for _, single in cases if isinstance(single, Unknown)), None)
    about = {literal.symbol if isinstance(literal, Atom) else "" for guard, _ in cases for literal in guard}
    return unknown if unknown is not None and about <= {unknown.symbol} else None
