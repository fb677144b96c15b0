"""The public interface: findings for a text, or for files and folders.

Nothing here runs or imports the code it reads, and no input raises: a file that can't be read has no findings. ``ValueError`` is raised
for a code in ``select`` or ``ignore`` that no rule has, and ``ConfigError``, which is a ``ValueError``, for a configuration that can't
be used; and for a baseline that can't be read.

Every function reads the configuration of the files as ``bcelint check`` does; ``config`` names another one, and with ``isolated`` none is read.
What is passed as an argument wins.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Union

from bcelint.analysis import session
from bcelint.analysis.cache import default_cache
from bcelint.analysis.result import Result
from bcelint.config import Settings
from bcelint.finding import Finding, JudgedCall
from bcelint.fix.marks import mark

if TYPE_CHECKING:
    from bcelint.silence.baselines import Baseline

Path = Union[str, "os.PathLike[str]"]


class UnreadWarning(UserWarning):
    """Something could not be read, or be judged: the findings are not all that there may be."""


def check_text(
    text: str,
    path: Path,
    *,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    advice: bool | None = None,
    config: Path | None = None,
    isolated: bool = False,
    baseline: Path | None = None,
) -> list[Finding]:
    """The findings in ``text``, sorted by line and column.

    ``text`` stands for the file ``path``, which need not exist; what is on disk there is not looked at, but the files around it are.
    Only findings whose place lies in that file are returned. ``select`` and ``ignore`` hold codes or prefixes (``"BCE1"``).
    Findings that the file ``baseline`` holds, or the one that the configuration names, are left out.
    """
    settings = _settings(select, ignore, advice, config, isolated)
    return _marked(_warned(session.analyse_text(text, os.fspath(path), settings, default_cache(), _loaded(baseline, settings, path))))


def check_paths(
    paths: Iterable[Path],
    *,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    advice: bool | None = None,
    config: Path | None = None,
    isolated: bool = False,
    baseline: Path | None = None,
    jobs: int | None = None,
) -> list[Finding]:
    """The findings that belong to files and folders, sorted by path, line and column.

    A finding belongs to them if its place, or any step of its trace, lies in one of their files. ``jobs`` is the number of processes, one
    per CPU where it is None. Findings that the file ``baseline`` holds, or the one that the working directory's configuration names, are
    left out.
    """
    settings = _settings(select, ignore, advice, config, isolated)
    given = [os.fspath(path) for path in paths]
    return _marked(_warned(session.analyse(given, settings, jobs, cache=default_cache(), baseline=_loaded(baseline, settings))))


def loss_calls(paths: Iterable[Path], *, config: Path | None = None, isolated: bool = False, jobs: int | None = None) -> list[JudgedCall]:
    """Every loss call in files and folders: its verdict, the facts of its arguments, and what is not known, with where and why the trace was lost.

    Those that stand in the code and were not evaluated are among them, as unknown.
    """
    settings = _settings(None, None, None, config, isolated)
    return _warned(session.analyse([os.fspath(path) for path in paths], settings, jobs, cache=default_cache(), every_call=True)).calls


def _marked(result: Result) -> list[Finding]:
    """The findings of a run, each with the repair that it has."""
    mark(result)
    return result.findings


def _warned(result: Result) -> Result:
    """The same, after a warning of what could not be read, at the line that called the function which calls this."""
    for trouble in result.trouble:
        warnings.warn(str(trouble), UnreadWarning, stacklevel=3)
    return result


def _settings(select: Sequence[str] | None, ignore: Sequence[str] | None, advice: bool | None, config: Path | None, isolated: bool) -> Settings:
    session.choose_rules(select, ignore)
    return Settings(select, ignore, advice, None if config is None else os.fspath(config), isolated)


def _loaded(baseline: Path | None, settings: Settings, beside: Path = "any.py") -> Baseline | None:
    from bcelint.silence.baselines import chosen

    return chosen(None if baseline is None else os.fspath(baseline), settings, os.fspath(beside))
