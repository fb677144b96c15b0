"""The projects that a process knows, and what was found out about them so far."""

from __future__ import annotations

import contextlib
import gc
import os
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bcelint.analysis.tasks import Outcome, Task, together
from bcelint.config import Config, Settings
from bcelint.contracts.declared.knowledge import Knowledge
from bcelint.finding import INTERNAL_ERROR
from bcelint.project.project import Project, find_root
from bcelint.project.source import BadInput, Source

if TYPE_CHECKING:
    from bcelint.analysis.cache import Cache


_THRESHOLD = 1_000_000
"""New objects after which Python looks for garbage among them; its own default is 700, or 2000."""


class Workspace:
    """Projects by their root and configuration, built once, and the outcome of every task that ran.

    ``overlay`` holds texts that stand for files whatever is on disk, as an editor's unsaved buffers do. A pickled workspace is the list of
    its files; the projects are then built again where it arrives. ``cache`` serves what earlier runs found out.
    """

    def __init__(self, overlay: Mapping[str, str] | None = None, cache: Cache | None = None, settings: Settings | None = None) -> None:
        self.cache = cache
        self.settings = settings or Settings(isolated=True)
        self.overlay = {os.path.abspath(path): text for path, text in (overlay or {}).items()}
        self._projects: dict[tuple[str, str], Project] = {}
        self._configs: dict[str, Config] = {}
        self._roots: dict[str, str] = {}
        self._outcomes: dict[Task, Outcome] = {}

    def __getstate__(self) -> dict[str, Any]:
        files = {key: project.files for key, project in self._projects.items()}
        return {"overlay": self.overlay, "cache": self.cache, "configs": self._configs, "files": files}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["overlay"], state["cache"])  # type: ignore[misc]
        self._configs = state["configs"]
        for key, files in state["files"].items():
            self._build(key, files)

    def with_overlay(self, overlay: Mapping[str, str]) -> Workspace:
        """A workspace of the same files in which ``overlay`` stands for some of them."""
        other = Workspace({**self.overlay, **overlay}, self.cache, self.settings)
        other._configs = self._configs
        for key, project in self._projects.items():
            other._build(key, project.files)
        return other

    def tasks(self, files: Iterable[str], everyone: bool = False) -> list[Task]:
        """The work that shows every loss call in, or through, one of ``files`` (absolute paths); with ``everyone`` also those that start in
        files that are excluded."""
        by_root: dict[tuple[str, str], list[str]] = {}
        for path in files:
            by_root.setdefault(self._key(path), []).append(path)
        tasks: list[Task] = []
        for (root, config), targets in by_root.items():
            project = self.project(root, targets, config)
            tasks += [Task(root, group, config) for group in connected(project, self._entries(project, targets, everyone))]
        return tasks

    def _entries(self, project: Project, targets: Sequence[str], everyone: bool = False) -> list[str]:
        """Where to start, so that all of ``targets`` are seen. What is excluded is followed, but no start, unless for ``everyone``."""
        return [path for path in project.entries(targets) if everyone or path in targets or not self.settings.excluded(path)]

    def tasks_for(self, path: str) -> list[Task]:
        """The work that shows every loss call in the file ``path``. Work already done is preferred.

        The first file of a project gets just what it needs, as when an editor asks. Where a second one comes, all files will: the work
        is then the same for all of those that have modules in common.
        """
        root, config = self._key(path)
        project = self.project(root, [path], config)
        done = [task for task in self._outcomes if (task.root, task.config) == (root, config)]
        tasks: list[Task] = []
        for group in connected(project, self._entries(project, [path])):
            covering = [task for task in done if set(group).issubset(task.entries)]
            if not covering and done:
                every = [entry for entry in project.entries() if entry in group or not self.settings.excluded(entry)]
                covering = [Task(root, whole, config) for whole in connected(project, every) if set(group).issubset(whole)]
            tasks += covering[-1:] or [Task(root, group, config)]
        return list(dict.fromkeys(tasks))

    def root(self, path: str) -> str:
        """The root of the project that ``path`` belongs to."""
        folder = os.path.dirname(path)
        if folder not in self._roots:
            self._roots[folder] = find_root(path)
        return self._roots[folder]

    def _key(self, path: str) -> tuple[str, str]:
        """The root of the project that a file belongs to, and the path of its configuration."""
        config = self.settings.config(path)
        self._configs[config.path] = config
        return self.root(path), config.path

    def project(self, root: str, needed: Iterable[str] = (), config: str = "") -> Project:
        """The project at ``root`` under a configuration. It holds the files of ``needed`` too where discovery would have left them out."""
        key = root, config
        project = self._projects.get(key) or self._build(key, None)
        missing = set(needed).difference(project.files)
        return self._build(key, [*project.files, *sorted(missing)]) if missing else project

    def _build(self, key: tuple[str, str], files: Sequence[str] | None) -> Project:
        root, path = key
        config = self._configs.get(path, Config())
        overlay = {path: text for path, text in self.overlay.items() if self.root(path) == root or path.startswith(root + os.sep)}
        knowledge = Knowledge(config.declared)
        project = self._projects[key] = Project(root, files=files, overlay=overlay, knowledge=knowledge, source_roots=config.source_roots)
        return project

    def project_of(self, path: str) -> Project:
        """The project that a file belongs to."""
        root, config = self._key(path)
        return self.project(root, config=config)

    def source(self, path: str) -> Source | None:
        """What a file is once it is read; None where it can't be."""
        try:
            return self.project_of(path).source(path)
        except BadInput:
            return None

    def text(self, path: str) -> str:
        """The text of a file; empty where it can't be read."""
        source = self.source(path)
        return "" if source is None else source.text

    def written(self, path: str) -> Mapping[int, str]:
        """The lines of a notebook that stand otherwise in its text (``Source.written``)."""
        source = self.source(path)
        return {} if source is None else source.written

    def run(self, task: Task) -> Outcome:
        """Evaluate entry files, once. Where that fails, each is evaluated alone: an error may not take the other files with it."""
        outcome = self.known(task)
        if outcome is None:
            project = self.project(task.root, config=task.config)
            project.asked = set(task.entries)
            outcome = self._evaluate(task)
            if outcome.crashed and len(task.entries) > 1:
                outcome = together([self._evaluate(Task(task.root, (entry,), task.config)) for entry in task.entries])
            self._outcomes[task] = outcome
            if self.cache is not None and not outcome.crashed:
                self.cache.store(task, project, outcome)
            project.trim()
        return outcome

    def known(self, task: Task) -> Outcome | None:
        """The outcome of a task that this process, or another one before it, has run."""
        if task not in self._outcomes:
            outcome = None if self.cache is None else self.cache.load(task, self.project(task.root, config=task.config))
            if outcome is None:
                return None
            self._outcomes[task] = outcome
        return self._outcomes[task]

    def doubtful(self, task: Task, outcome: Outcome) -> set[str]:
        """The files of which a task may not have seen every loss call, because something could not be read or evaluated."""
        if not outcome.warnings:
            return set()
        return self.project(task.root, config=task.config).around(path for path, _ in outcome.warnings)

    def _evaluate(self, task: Task) -> Outcome:
        with _collecting_rarely():
            return self._evaluate_now(task)

    def _evaluate_now(self, task: Task) -> Outcome:
        from bcelint.analysis.callsite import call_sites
        from bcelint.analysis.cases import with_cases
        from bcelint.analysis.judge import judge
        from bcelint.analysis.merging import merge
        from bcelint.rules.registry import ALL_RULES
        from bcelint.trace.tracer import traced

        outcome = Outcome()
        try:
            project = self.project(task.root, config=task.config)
            found = traced(project, task.entries, lambda path, reason: outcome.warnings.append((path, reason)))
            judged = with_cases([judge(call, ALL_RULES) for call in found.calls])
            outcome.calls = merge(each.plain() for each in judged)
            outcome.sites = call_sites(judged)
            outcome.reached = found.reached
            found.release()
        except Exception as error:
            outcome.warnings.append((task.entries[0], f"{INTERNAL_ERROR}: {type(error).__name__}: {error}; please report it"))
            outcome.crashed = True
            outcome.details = traceback.format_exc()
        return outcome


@contextlib.contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Let Python look for garbage less often: what parsing and evaluating make is there to stay, and is walked over each time."""
    before = gc.get_threshold()
    if before[0]:
        gc.set_threshold(max(before[0], _THRESHOLD), *before[1:])
    try:
        yield
    finally:
        gc.collect(0)  # what was evaluated hangs together in cycles, and all of it is new
        if not gc.get_freeze_count():
            gc.freeze()
            gc.unfreeze()  # what is left of that counts as old now, so that it is not walked over again soon
        gc.set_threshold(*before)


def connected(project: Project, entries: Sequence[str]) -> list[tuple[str, ...]]:
    """``entries`` in groups that have no module with a loss in common, each in the order given.

    Only a group sees all calls of its functions: those that nobody calls are entry points, so no group may be split.
    """
    leader = {entry: entry for entry in entries}

    def find(entry: str) -> str:
        while leader[entry] != entry:
            leader[entry] = leader[leader[entry]]
            entry = leader[entry]
        return entry

    for entry in entries:
        for imported in project.imports(entry):
            if imported in leader:
                leader[find(imported)] = find(entry)
    groups: dict[str, list[str]] = {}
    for entry in entries:
        groups.setdefault(find(entry), []).append(entry)
    return [tuple(group) for group in groups.values()]
