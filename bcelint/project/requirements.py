"""Which torch a project asks for, as far as the files say that name its requirements: what torch does has changed with its versions."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bcelint.project.project import Project

FILES = ("requirements.txt", "setup.py", "setup.cfg", "pyproject.toml", "environment.yml", "environment.yaml", "Pipfile")
LAST = 99
"""Stands for the last minor version of a major one."""
_COMMENT = re.compile(r"#.*")
_TORCH = re.compile(
    r"""
    (?<![\w./-]) (?:py)?torch ["']? \s*
    (?: =\s*["'] (?=[\d<>=~!]) )?                             # torch = "1.3.1" of poetry
    ( (?: \s* ,? \s* (?:[=~!<>]=?=?)? \s* v?\d+\.\d[\w.+*]* )+ )
    """,
    re.VERBOSE,
)
_SPECIFIER = re.compile(r"([=~!<>]*)\s*v?(\d+)\.(\d+)(?:\.(\d+|\*))?")


def newest_torch(project: Project, path: str) -> tuple[int, int] | None:
    """The newest torch, as (major, minor), that the files allow which stand beside ``path`` or above it, up to the project's root.

    None where they set no bound. Only the nearest folder counts of which a file sets one.
    """
    folder = os.path.dirname(os.path.abspath(path))
    while True:
        bounds = [bound for name in FILES for bound in bounds_in(_text(project, os.path.join(folder, name)))]
        if bounds or folder in (project.root, os.path.dirname(folder)):
            return min(bounds, default=None)
        folder = os.path.dirname(folder)


def _text(project: Project, path: str) -> str:
    project.asked.add(path)  # also where it is not there: what is found hangs on that
    return project.as_it_is(path) if os.path.isfile(path) else ""


def bounds_in(text: str) -> Iterator[tuple[int, int]]:
    """The newest version by each bound from above in a text of requirements: ``==1.3.0`` and ``<1.4`` allow 1.3."""
    for asked in _TORCH.findall(_COMMENT.sub("", text)):
        for sign, first, second, micro in _SPECIFIER.findall(asked):
            major, minor = int(first), int(second)
            if sign == "<" and micro in ("", "0", "*"):
                yield (major, minor - 1) if minor else (major - 1, LAST)
            elif sign in ("", "=", "==", "===", "<=", "<") or (sign == "~=" and micro):
                yield major, minor
