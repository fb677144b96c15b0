"""What earlier runs found out, kept on disk: it serves the next run, and flake8's worker processes, which share nothing.

A record holds the outcome of one task. It counts as long as the files that it was read from, the list of the project's files, the working
directory (messages show paths relative to it), the settings that change what is found (declared knowledge, source roots), bcelint, LibCST and
Python are the same. A cache never fails: what can't be read or written is not there.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import sys
import tempfile
import time
from functools import lru_cache
from hashlib import blake2b
from importlib import metadata
from typing import Any

from bcelint.analysis.tasks import Outcome, Task
from bcelint.project.project import Project

VARIABLE = "BCELINT_CACHE_DIR"
"""The environment variable that names the cache's folder; empty for no cache."""
_DAYS = 30  # that the records of another version are kept


class Cache:
    """Outcomes by their tasks, one file each, below ``folder``."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def load(self, task: Task, project: Project) -> Outcome | None:
        """The outcome of ``task``, if nothing that it hangs on has changed."""
        try:
            with open(self._path(task, project), encoding="utf-8") as file:
                record = json.load(file)
            if record["files"] != _digest(*project.files) or any(project.digest(path) != known for path, known in record["sources"].items()):
                return None
            return Outcome.from_plain(record["outcome"])
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def store(self, task: Task, project: Project, outcome: Outcome) -> None:
        """Keep an outcome that was just found out, and what it was read from (``project.asked``)."""
        record = {
            "files": _digest(*project.files),
            "sources": {path: project.digest_as_read(path) for path in sorted(project.asked)},
            "outcome": dataclasses.asdict(outcome),
        }
        path = self._path(task, project)
        try:
            self._make_folder()
            handle, partial = tempfile.mkstemp(dir=os.path.dirname(path))
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(record, file, default=lambda member: member.value, separators=(",", ":"))
                os.replace(partial, path)
            except BaseException:
                os.unlink(partial)
                raise
        except (OSError, ValueError, TypeError):
            return

    def _path(self, task: Task, project: Project) -> str:
        settings = repr(project.knowledge.user), *project.source_roots
        return os.path.join(self.folder, _tool(), _digest(os.getcwd(), task.root, *settings, *task.entries) + ".json")

    def _make_folder(self) -> None:
        """The folder for this version's records; where it is new, what other versions have left long ago goes."""
        if os.path.isdir(os.path.join(self.folder, _tool())):
            return
        os.makedirs(os.path.join(self.folder, _tool()), exist_ok=True)
        for entry in os.scandir(self.folder):
            if entry.is_dir() and entry.stat().st_mtime < time.time() - _DAYS * 86_400:
                shutil.rmtree(entry.path, ignore_errors=True)


def default_cache() -> Cache | None:
    """The user's cache, in the folder that the environment or the platform's convention names."""
    folder = os.environ.get(VARIABLE)
    if folder is None:
        from platformdirs import user_cache_dir

        folder = user_cache_dir("bcelint", appauthor=False)
    return Cache(os.path.abspath(folder)) if folder else None


@lru_cache(maxsize=1)
def _tool() -> str:
    """What stands for the program itself: its own files as they are on disk, for those who work on it, and what it parses with."""
    parts = [sys.version, metadata.version("libcst")]
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder, _, names in sorted(os.walk(package)):
        for name in sorted(names):
            if name.endswith((".py", ".toml")):
                stat = os.stat(os.path.join(folder, name))
                parts.append(f"{name} {stat.st_size} {stat.st_mtime_ns}")
    return _digest(*parts)


def _digest(*parts: Any) -> str:
    return blake2b("\n".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
