"""Reads a configuration file."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bcelint.contracts.declared.rows import Declarations
from bcelint.places import shown
from bcelint.project.roots import PYPROJECT

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SECTION = "bcelint"
KEYS = ("select", "ignore", "per-file-ignores", "exclude", "extend-exclude", "advice", "unused-noqa", "baseline", "source-roots", "losses", "calls")


class ConfigError(ValueError):
    """A configuration that can't be used; the message is one line that names the file and the key."""


@dataclass(frozen=True)
class Config:
    """What a configuration file says; None where it says nothing. Patterns are relative to ``folder``, other paths are absolute."""

    path: str = ""
    folder: str = ""
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] | None = None
    extend_exclude: tuple[str, ...] = ()
    advice: bool | None = None
    unused_noqa: bool | None = None
    baseline: str | None = None
    source_roots: tuple[str, ...] = ()
    declared: Declarations = field(default_factory=Declarations)

    def ignored(self, path: str) -> tuple[str, ...]:
        """The codes and prefixes that are not reported in the file ``path``."""
        return tuple(code for pattern, codes in self.per_file_ignores if self._fits(pattern, path) for code in codes)

    def excludes(self, path: str) -> bool:
        """Whether a file, or a folder (with a slash at its end), is excluded by the patterns."""
        patterns = (*(self.exclude or ()), *self.extend_exclude)
        return bool(patterns) and self._matches(patterns, path)

    def _fits(self, pattern: str, path: str) -> bool:
        if pattern.startswith("!"):
            return not self._matches((pattern[1:],), path)
        return self._matches((pattern,), path)

    def _matches(self, patterns: Sequence[str], path: str) -> bool:
        inside = os.path.abspath(path)
        if not inside.startswith(self.folder.rstrip(os.sep) + os.sep):
            return False
        relative = inside[len(self.folder.rstrip(os.sep)) + 1 :].replace(os.sep, "/")
        return _spec(tuple(patterns)).match_file(relative + ("/" if path.endswith("/") else ""))


_specs: dict[tuple[str, ...], GitIgnoreSpec] = {}


def _spec(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    if patterns not in _specs:
        _specs[patterns] = GitIgnoreSpec.from_lines(patterns)
    return _specs[patterns]


def section(path: str) -> Mapping[str, Any] | None:
    """The tables of a configuration file that are ours; None where it has none. Raises ConfigError.

    ``pyproject.toml`` is parsed only if it mentions us at all.
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise ConfigError(f"{shown(path)}: can't be read: {error.strerror or error}") from None
    in_pyproject = os.path.basename(path) == PYPROJECT
    if in_pyproject and SECTION.encode() not in data:
        return None
    from bcelint.contracts.declared.toml import BadToml, loads

    try:
        tables = loads(data)
    except BadToml as error:
        raise ConfigError(f"{shown(path)}: is no TOML: {error}") from None
    if not in_pyproject:
        return tables
    tool = tables.get("tool", {})
    found = tool.get(SECTION) if isinstance(tool, dict) else None
    if found is not None and not isinstance(found, dict):
        raise ConfigError(f"{shown(path)}: tool.{SECTION}: should be a table")
    return found


def read_config(path: str, data: Mapping[str, Any], folder: str) -> Config:
    """What the tables of the file ``path`` say. Raises ConfigError."""
    from bcelint.contracts.declared.reading import BadTable

    try:
        return _read(path, data, folder)
    except BadTable as error:
        raise ConfigError(f"{shown(path)}: {error}") from None


def _read(path: str, data: Mapping[str, Any], folder: str) -> Config:
    from bcelint.contracts.declared.declarations import read
    from bcelint.contracts.declared.reading import Table

    prefix = f"tool.{SECTION}" if os.path.basename(path) == PYPROJECT else ""
    table = Table(data, prefix, KEYS)
    for key in ("exclude", "extend-exclude"):
        _check_patterns(table, key, table.texts(key) or ())
    return Config(
        path,
        folder,
        select=_codes(table, "select"),
        ignore=_codes(table, "ignore"),
        per_file_ignores=_per_file(table),
        exclude=table.texts("exclude"),
        extend_exclude=table.texts("extend-exclude") or (),
        advice=table.flag("advice"),
        unused_noqa=table.flag("unused-noqa"),
        baseline=_file(table, "baseline", folder),
        source_roots=_folders(table, folder),
        declared=read(data, prefix),
    )


def _file(table: Any, key: str, folder: str) -> str | None:
    given: str | None = table.text(key)
    return None if given is None else os.path.normpath(os.path.join(folder, given))


def _codes(table: Any, key: str) -> tuple[str, ...] | None:
    found: tuple[str, ...] | None = table.texts(key)
    if found:
        from bcelint.rules.registry import selected

        try:
            selected(found)
        except ValueError as error:
            raise table.bad(key, str(error)) from None
    return found


def _per_file(table: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    from bcelint.contracts.declared.reading import Table

    value = table.get("per-file-ignores")
    if value is None:
        return ()
    inner = Table(value, table.key("per-file-ignores"))
    for pattern in inner.data:
        _check_patterns(inner, pattern, (pattern.removeprefix("!"),))
    return tuple((pattern, _codes(inner, pattern) or ()) for pattern in inner.data)


def _check_patterns(table: Any, key: str, patterns: Sequence[str]) -> None:
    for pattern in patterns:
        try:
            _spec((pattern,))
        except ValueError:
            raise table.bad(key, f"{pattern!r} is no pattern as in a .gitignore") from None


def _folders(table: Any, folder: str) -> tuple[str, ...]:
    found = []
    for given in table.texts("source-roots") or ():
        path = os.path.normpath(os.path.join(folder, given))
        if not os.path.isdir(path):
            raise table.bad("source-roots", f"{given!r} is no folder")
        found.append(path)
    return tuple(found)
