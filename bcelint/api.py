"""The public interface: findings for a text, or for files and folders.

Nothing here runs or imports the code it reads, and no input raises: a file that can't be read has no findings. ``ValueError`` is raised
for a code in ``select`` or ``ignore`` that no rule has, and for a baseline that can't be read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Union

from bcelint import session
from bcelint.cache import default_cache
from bcelint.finding import Finding

if TYPE_CHECKING:
    from bcelint.baseline import Baseline
    from bcelint.judge import JudgedCall

Path = Union[str, "os.PathLike[str]"]


def check_text(
    text: str,
    path: Path,
    *,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    advice: bool = False,
    baseline: Path | None = None,
) -> list[Finding]:
    """The findings in ``text``, sorted by line and column.

    ``text`` stands for the file ``path``, which need not exist; what is on disk there is not looked at, but the files around it are.
    Only findings whose place lies in that file are returned. ``select`` and ``ignore`` hold codes or prefixes (``"BCE1"``).
    Findings that the file ``baseline`` holds are left out.
    """
    codes = session.choose_rules(select, ignore, advice)
    return session.analyse_text(text, os.fspath(path), codes, default_cache(), _loaded(baseline)).findings


def check_paths(
    paths: Iterable[Path],
    *,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    advice: bool = False,
    baseline: Path | None = None,
    jobs: int | None = None,
) -> list[Finding]:
    """The findings that belong to files and folders, sorted by path, line and column.

    A finding belongs to them if its place, or any step of its trace, lies in one of their files. ``jobs`` is the number of processes, one
    per CPU where it is None. Findings that the file ``baseline`` holds are left out.
    """
    given, codes = [os.fspath(path) for path in paths], session.choose_rules(select, ignore, advice)
    return session.analyse(given, codes, jobs, cache=default_cache(), baseline=_loaded(baseline)).findings


def loss_calls(paths: Iterable[Path], *, jobs: int | None = None) -> list[JudgedCall]:
    """Every loss call in files and folders: its verdict, the facts of its arguments and, for unknown, where the trace was lost and why."""
    return session.analyse([os.fspath(path) for path in paths], session.choose_rules(), jobs, cache=default_cache()).calls


def _loaded(baseline: Path | None) -> Baseline | None:
    from bcelint.baseline import load

    return None if baseline is None else load(os.fspath(baseline))
