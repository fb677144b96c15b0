"""Traces small programs that are given as text.

The programs begin with a prelude: ``x`` and ``y`` are tensors, ``z`` are logits (of a linear layer), ``p`` probabilities (of a sigmoid),
and ``anything`` is not known. A test asks what the tracer makes of the name ``out`` by passing it to a loss.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Mapping

from bcelint.analysis.judge import judge
from bcelint.analysis.merging import merge
from bcelint.contracts.declared.declarations import read
from bcelint.contracts.declared.knowledge import Knowledge
from bcelint.contracts.declared.toml import loads
from bcelint.losscall import Argument, LossCall
from bcelint.project.project import Project
from bcelint.rules.registry import ALL_RULES
from bcelint.trace.tracer import loss_calls

ROOT = os.path.join(os.path.abspath(os.sep), "project")
PRELUDE = """\
import torch
from torch import nn
import torch.nn.functional as F
import somewhere
anything = somewhere.load()
x, y = torch.randn(4, 3), torch.rand(4, 3)
z = nn.Linear(3, 3)(x)
p = torch.sigmoid(z)
"""
PRELUDE_LINES = PRELUDE.count("\n")
PROBE = "\nF.binary_cross_entropy_with_logits(out, y)\n"


class Traced:
    """The loss calls of a program, and the warnings that the tracer gave."""

    def __init__(self, calls: list[LossCall], warnings: list[tuple[str, str]]) -> None:
        self.calls = calls
        self.warnings = warnings

    @property
    def predictions(self) -> list[str]:
        """What each loss call gets as its prediction, in words."""
        return [in_words(call.prediction) + case_of(call) for call in self.calls]

    @property
    def codes(self) -> list[tuple[int, str]]:
        """(line, code) of each problem, lines counted from the first one after the prelude."""
        found = []
        for call in self.calls:
            judged = judge(call, ALL_RULES)
            found += [(call.place.line - PRELUDE_LINES, rule.code) for rule, _ in judged.problems if not rule.advice]
        return found

    @property
    def verdicts(self) -> dict[int, str]:
        """By the line of each call of a loss of torch, counted from the first one after the prelude: the verdict, and the reason if there is one."""
        merged = merge(judge(call, ALL_RULES).plain() for call in self.calls)
        return {call.inner.line - PRELUDE_LINES: ": ".join(filter(None, (call.verdict.value, call.reason))) for call in merged}


def trace(text: str, files: Mapping[str, str] | None = None, entry: str = "main.py", prelude: str = PRELUDE, declared: str = "") -> Traced:
    """Evaluate a program: ``text`` after the prelude, beside ``files`` (relative path to text). ``declared`` is the user's knowledge, as TOML."""
    overlay = {name: textwrap.dedent(body) for name, body in (files or {}).items()}
    overlay[entry] = prelude + textwrap.dedent(text)
    return trace_files(overlay, [entry], declared=declared)


def trace_files(files: Mapping[str, str], entries: list[str] | None = None, root: str = ROOT, declared: str = "") -> Traced:
    """Evaluate the files of a project, as they stand, from the files ``entries`` or from all."""
    overlay = {os.path.join(root, *name.split("/")): textwrap.dedent(body) for name, body in files.items()}
    project = Project(root, files=[], overlay=overlay, knowledge=Knowledge(read(loads(textwrap.dedent(declared).encode()))))
    warnings: list[tuple[str, str]] = []
    starts = [os.path.join(root, *name.split("/")) for name in entries or sorted(files)]
    calls = loss_calls(project, starts, lambda path, reason: warnings.append((os.path.basename(path), reason)))
    return Traced(calls, warnings)


def value_of(text: str, files: Mapping[str, str] | None = None, declared: str = "") -> str:
    """What ``out`` is at the end of a program: a kind, an interval, or ``unknown: `` and why. Several cases are joined by ``; ``."""
    return "; ".join(trace(textwrap.dedent(text) + PROBE, files, declared=declared).predictions)


def out_of(text: str, files: Mapping[str, str] | None = None) -> Argument:
    """The one thing that ``out`` is at the end of a program, with its facts."""
    (call,) = trace(textwrap.dedent(text) + PROBE, files).calls
    return call.prediction


def in_words(argument: Argument) -> str:
    facts = argument.facts
    if facts.kind is not None:
        return facts.kind.value.value
    if facts.range is not None:
        return str(facts.range.value)
    if argument.constant is not None:
        return f"the constant {argument.constant!r}"
    return f"unknown: {argument.reason}"


def case_of(call: LossCall) -> str:
    return " when " + " and ".join(call.case) if call.case else ""
