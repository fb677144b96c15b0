"""``match``: literal patterns are followed as comparisons; others are cases of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

import libcst as cst

from bcelint.trace import evaluate as ev
from bcelint.trace.conditions import ALWAYS, Atom, consistent
from bcelint.trace.frames import Frame
from bcelint.trace.run import Run
from bcelint.trace.values import Const, Unknown, Value, alternatives

if TYPE_CHECKING:
    from bcelint.trace.conditions import Literal

    Options = list[tuple[frozenset[Literal], Optional[cst.BaseSuite]]]


def options(run: Run, frame: Frame, node: cst.Match) -> Options:
    """The suites that may be executed, each under its condition, and None where none is."""
    return [(guard, suite) for guard, suite in _options(run, frame, node) if consistent(guard)]


def _options(run: Run, frame: Frame, node: cst.Match) -> Options:
    subject = ev.evaluate(run, frame, node.subject)
    asked = _asked(subject)
    symbol, domain = (f"m{id(node)}", ()) if asked is None else (asked.symbol, asked.domain)
    found: Options = []
    passed = ALWAYS
    for case in node.cases:
        pattern = case.pattern
        if isinstance(pattern, cst.MatchAs) and pattern.pattern is None and case.guard is None:
            if pattern.name is not None:
                run.state.write(frame, pattern.name.value, subject)
            found.append((passed, case.body))
            return found
        literals = None if case.guard is not None else _literals(run, frame, pattern)
        if literals is not None and isinstance(subject, Const):
            if subject.value in literals:
                found.append((passed, case.body))
                return found
            continue
        text = f"{frame.module.text(node.subject)} is {frame.module.text(pattern)}"
        op, operand = ("other", f"case {id(case)}") if literals is None else ("==", literals[0]) if len(literals) == 1 else ("in", literals)
        atom = Atom(symbol, op, operand, True, lambda text=text: text, domain=domain)  # type: ignore[misc]
        found.append((passed | {atom}, case.body))
        passed |= {atom.negated()}
    return [*found, (passed, None)]


def _literals(run: Run, frame: Frame, pattern: cst.MatchPattern) -> tuple[Any, ...] | None:
    """The constants one of which the subject must equal; None for patterns that want something else."""
    if isinstance(pattern, cst.MatchOr):
        found = [_literals(run, frame, part.pattern) for part in pattern.patterns]
        return None if None in found else tuple(literal for part in found for literal in part or ())
    value = ev.evaluate(run, frame, pattern.value) if isinstance(pattern, cst.MatchValue) else None
    return (value.value,) if isinstance(value, Const) else None


def _asked(subject: Value) -> Unknown | None:
    """What is unknown about the subject: the whole of it, or all but one value of it, as of an option with a default."""
    cases = alternatives(subject)
    unknown = next((single for _, single in cases if isinstance(single, Unknown)), None)
    about = {literal.symbol if isinstance(literal, Atom) else "" for guard, _ in cases for literal in guard}
    return unknown if unknown is not None and about <= {unknown.symbol} else None
