"""Which files have changes that git does not hold."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable


def uncommitted(paths: Iterable[str]) -> list[str]:
    """Those of ``paths`` that lie in a git repository and are changed, staged or not tracked there; none where there is no git."""
    by_folder: dict[str, list[str]] = {}
    for path in paths:
        by_folder.setdefault(os.path.dirname(os.path.realpath(path)), []).append(path)
    return sorted(path for folder, those in by_folder.items() for path in those if _is_dirty(folder, os.path.basename(os.path.realpath(path))))


def _is_dirty(folder: str, name: str) -> bool:
    command = ["git", "--no-optional-locks", "status", "--porcelain", "--untracked-files=all", "--", f":(literal){name}"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=60, env={**os.environ, "LC_ALL": "C"})
    except FileNotFoundError:
        return False
    except (OSError, subprocess.TimeoutExpired):
        return True
    if done.returncode:
        # Where git can't say, as in a repository of another user, it may be.
        return b"not a git repository" not in done.stderr
    return bool(done.stdout.strip())
