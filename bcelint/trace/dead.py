"""Functions that are called only where a known test rules it out: dead code, as the project stands."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import libcst as cst

from bcelint.trace.values import Function

if TYPE_CHECKING:
    from bcelint.trace.run import Run

_CALL = re.compile(r"(?<!def )(?<!class )\b([A-Za-z_]\w*)\s*\(")


class DeadCode:
    """The suites of each file that a known test ruled out and that never ran."""

    def __init__(self) -> None:
        self._skipped: dict[str, dict[int, cst.CSTNode]] = {}
        self._ran: set[int] = set()
        self._calls: dict[str, Counter[str]] = {}

    def skip(self, path: str, suite: cst.CSTNode | None) -> None:
        if suite is not None:
            self._skipped.setdefault(path, {})[id(suite)] = suite

    def enter(self, suite: cst.CSTNode) -> None:
        self._ran.add(id(suite))

    def holds(self, run: Run, function: Function) -> bool:
        """Whether all calls of the function's name in its own file stand in such suites."""
        module = function.module
        suites = [suite for key, suite in self._skipped.get(module.path, {}).items() if key not in self._ran]
        if not suites:
            return False
        if module.path not in self._calls:
            self._calls[module.path] = Counter(_CALL.findall(run.project.source(module.path).text))
        inside = sum(module.text(suite).count(f"{function.name}(") for suite in suites)
        return 0 < self._calls[module.path][function.name] <= inside
