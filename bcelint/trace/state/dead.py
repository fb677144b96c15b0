"""Functions that are called only where a known test rules it out: dead code, as the project stands."""

from __future__ import annotations

import re
from collections import Counter

import libcst as cst

from bcelint.project.code import Code
from bcelint.trace.values.functions import Function

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

    def never_ran(self, path: str) -> list[cst.CSTNode]:
        """The suites of a file that were ruled out whenever their test was met."""
        return [suite for key, suite in self._skipped.get(path, {}).items() if key not in self._ran]

    def holds(self, function: Function) -> bool:
        """Whether all calls of the function's name in its own file stand in such suites."""
        code = function.closure.code
        suites = self.never_ran(code.path)
        return bool(suites) and 0 < self.calls_in(code)[function.name] <= sum(code.text(suite).count(f"{function.name}(") for suite in suites)

    def calls_in(self, code: Code) -> Counter[str]:
        """How often each name is called in a file."""
        if code.path not in self._calls:
            self._calls[code.path] = Counter(_CALL.findall(code.source.text))
        return self._calls[code.path]
