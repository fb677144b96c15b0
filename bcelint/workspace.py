"""The projects that a process knows, and what was found out about them so far."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bcelint.judge import JudgedCall
    from bcelint.project.project import Project


@dataclass(frozen=True)
class Task:
    """One piece of work: the evaluation of one entry file of one project."""

    root: str
    entry: str


@dataclass
class Outcome:
    """What one task found; plain data that a worker process can send home."""

    calls: list[JudgedCall] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    crashed: bool = False
    details: str = ""
    """The traceback of a crash."""


class Workspace:
    """Projects by their root, built once, and the outcome of every task that ran.

    ``overlay`` holds texts that stand for files whatever is on disk, as an editor's unsaved buffers do. A pickled workspace is the list of
    its files; the projects are then built again where it arrives.
    """

    def __init__(self, overlay: Mapping[str, str] | None = None) -> None:
        self.overlay = dict(overlay or {})
        self._projects: dict[str, Project] = {}
        self._roots: dict[str, str] = {}
        self._outcomes: dict[Task, Outcome] = {}

    def __getstate__(self) -> dict[str, Any]:
        files = {root: list(project.files) for root, project in self._projects.items()}
        return {"overlay": self.overlay, "files": files}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["overlay"])  # type: ignore[misc]
        for root, files in state["files"].items():
            self._build(root, files)

    def with_overlay(self, overlay: Mapping[str, str]) -> Workspace:
        """A workspace of the same files in which ``overlay`` stands for some of them."""
        other = Workspace({**self.overlay, **overlay})
        other._roots = dict(self._roots)
        for root, project in self._projects.items():
            other._build(root, project.files)
        return other

    def tasks(self, files: Iterable[str]) -> list[Task]:
        """The entry files from which a loss call in, or through, one of ``files`` (absolute paths) may be reached."""
        by_root: dict[str, list[str]] = {}
        for path in files:
            by_root.setdefault(self.root(path), []).append(path)
        return [Task(root, entry) for root, targets in by_root.items() for entry in self.project(root, targets).entries(targets)]

    def root(self, path: str) -> str:
        """The root of the project that ``path`` belongs to."""
        folder = os.path.dirname(path)
        if folder not in self._roots:
            from bcelint.project.project import find_root

            self._roots[folder] = find_root(path)
        return self._roots[folder]

    def project(self, root: str, needed: Iterable[str] = ()) -> Project:
        """The project at ``root``. It holds the files of ``needed`` too where discovery would have left them out."""
        if root not in self._projects:
            self._build(root, None)
        project = self._projects[root]
        missing = set(needed).difference(project.files)
        if missing:
            project = self._build(root, [*project.files, *sorted(missing)])
        return project

    def _build(self, root: str, files: Sequence[str] | None) -> Project:
        from bcelint.project.project import Project

        project = self._projects[root] = Project(root, files=files, overlay=self.overlay)
        return project

    def text(self, path: str) -> str:
        """The text of a file; empty where it can't be read."""
        from bcelint.project.source import BadInput

        try:
            return self.project(self.root(path)).source(path).text
        except (BadInput, OSError, KeyError):
            return ""

    def run(self, task: Task) -> Outcome:
        """Evaluate one entry file, once. An error of bcelint's own becomes a warning: it may not take the other files with it."""
        if task not in self._outcomes:
            self._outcomes[task] = self._evaluate(task)
        return self._outcomes[task]

    def _evaluate(self, task: Task) -> Outcome:
        from bcelint.judge import judge, merge
        from bcelint.rules.registry import ALL_RULES
        from bcelint.trace.tracer import loss_calls

        outcome = Outcome()
        try:
            calls = loss_calls(self.project(task.root), [task.entry], lambda path, reason: outcome.warnings.append((path, reason)))
            outcome.calls = merge(judge(call, ALL_RULES) for call in calls)
        except Exception as error:
            outcome.warnings.append((task.entry, f"bcelint's analysis failed: {type(error).__name__}: {error}"))
            outcome.crashed = True
            outcome.details = traceback.format_exc()
        return outcome
