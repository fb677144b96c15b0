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
"""Stands for the last minor version of a major one, and for the last major one."""
_VERSION = r"(?:===?|~=|<=?|>=?|!=|=)[ \t]*[\"']?v?\d[\w.+*]*"
_TORCH = re.compile(rf"(?<![\w./-])(?:py)?torch[\"']?[ \t]*(?:=[ \t]*[\"'](?=[<>=~!]))?({_VERSION}(?:[ \t]*,[ \t]*{_VERSION})*)")
_ONE = re.compile(r"([=~!<>]+)[ \t]*[\"']?v?(\d+)(?:\.(\d+))?(?:\.(\d+|\*))?")


def newest_torch(project: Project, path: str) -> tuple[int, int] | None:
    """The newest torch, as (major, minor), that the files allow which stand beside ``path`` or above it, up to the project's root.

    None where they set no bound. Only the nearest folder counts of which a file asks for a version.
    """
    folder = os.path.dirname(os.path.abspath(path))
    while True:
        bounds = [bound for name in FILES for bound in bounds_in(_text(project, os.path.join(folder, name)))]
        if bounds or folder in (project.root, os.path.dirname(folder)):
            newest = max(bounds, default=(LAST, LAST))
            return None if newest == (LAST, LAST) else newest
        folder = os.path.dirname(folder)


def _text(project: Project, path: str) -> str:
    project.asked.add(path)  # also where it is not there: what is found hangs on that
    return project.as_it_is(path) if os.path.isfile(path) else ""


def bounds_in(text: str) -> Iterator[tuple[int, int]]:
    """The newest version that each line allows which asks for one: ``==1.3.0`` and ``<1.4`` allow 1.3, ``>=1.0`` any."""
    for line in text.splitlines():
        for asked in _TORCH.findall(line.partition("#")[0]):
            yield min(map(_newest, *zip(*_ONE.findall(asked))))


def _newest(sign: str, first: str, second: str, micro: str) -> tuple[int, int]:
    major, minor = int(first), int(second or 0)
    if sign == "<" and micro in ("", "0", "*"):
        return (major, minor - 1) if minor else (major - 1, LAST)
    exact = sign in ("=", "==", "===", "<=", "<") or (sign == "~=" and bool(micro))
    return (major, minor if second else LAST) if exact else (LAST, LAST)
