"""The settings of a run: the command line's, and what the configuration of each file says."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from typing import Callable

from bcelint.config.discovery import Tops, files_in
from bcelint.config.reading import Config, ConfigError, read_config, section
from bcelint.places import shown
from bcelint.project.files import skipped


class Settings:
    """What counts for each file of a run.

    ``select``, ``ignore``, ``advice`` and ``unused_noqa`` are the command line's: a ``select`` stands in the place of the configuration's
    ``select`` and ``ignore``, an ``ignore`` is added to the configuration's. ``config`` is one file for all; ``isolated`` does without any. Where a
    configuration can't be used, ConfigError is raised, or ``complain`` gets its message and the file has no configuration.
    ``fixed`` are the codes to report, whatever else is said. With ``force_exclude`` a file that is named itself may be excluded, too.
    """

    def __init__(
        self,
        select: Sequence[str] | None = None,
        ignore: Sequence[str] | None = None,
        advice: bool | None = None,
        config: str | None = None,
        isolated: bool = False,
        complain: Callable[[str], None] | None = None,
        fixed: Collection[str] | None = None,
        unused_noqa: bool | None = None,
        force_exclude: bool = False,
    ) -> None:
        self.force_exclude = force_exclude
        self._select = select
        self._ignore = ignore
        self._advice = advice
        self._unused_noqa = unused_noqa
        self._isolated = isolated
        self._complain = complain
        self._fixed = fixed
        self._by_folder: dict[str, Config] = {}
        self._tops = Tops()
        self._given = None if config is None else _given(config)

    @classmethod
    def of(cls, codes: Collection[str] | Settings) -> Settings:
        """Settings that report these codes and read no configuration; settings stay as they are."""
        return codes if isinstance(codes, Settings) else cls(isolated=True, fixed=codes)

    def config(self, path: str) -> Config:
        """The configuration of a file. Raises ConfigError."""
        if self._isolated:
            return Config()
        if self._given is not None:
            return self._given
        return self._in(os.path.dirname(os.path.abspath(path)))

    def _in(self, folder: str) -> Config:
        if folder not in self._by_folder:
            loaded = (self._load(path) for path in files_in(folder))
            found = next((config for config in loaded if config is not None), None)
            if found is None:
                found = Config() if self._tops.is_top(folder) else self._in(os.path.dirname(folder))
            self._by_folder[folder] = found
        return self._by_folder[folder]

    def _load(self, path: str) -> Config | None:
        try:
            data = section(path)
            return None if data is None else read_config(path, data, os.path.dirname(path))
        except ConfigError as error:
            if self._complain is None:
                raise
            self._complain(str(error))
            return Config()

    def codes(self, path: str) -> Collection[str]:
        """The codes that are reported in a file. Raises ValueError for a code of the command line that no rule has."""
        if self._fixed is not None:
            return self._fixed
        from bcelint.rules.registry import covered, selected

        config = self.config(path)
        advice = self._advice if self._advice is not None else bool(config.advice)
        unused_noqa = self._unused_noqa if self._unused_noqa is not None else bool(config.unused_noqa)
        if self._select is not None:
            select, ignore = self._select, tuple(self._ignore or ())
        else:
            select, ignore = config.select, (*(config.ignore or ()), *(self._ignore or ()))  # type: ignore[assignment]
        return frozenset(rule.code for rule in selected(select, ignore, advice, unused_noqa)) - covered(config.ignored(path))

    def baseline(self, path: str) -> str | None:
        """The baseline that the configuration of a file names."""
        return self.config(path).baseline

    def excluded(self, path: str) -> bool:
        """Whether a file, or a folder (with a slash at its end), is not to be checked unless it is asked for by its own path."""
        config = self.config(path.rstrip("/"))
        return (config.exclude is None and skipped(path)) or config.excludes(path)


def _given(path: str) -> Config:
    """The configuration that the command line names; its patterns and folders are relative to the working directory."""
    if not os.path.isfile(path):
        raise ConfigError(f"{shown(path)}: no such file")
    data = section(os.path.abspath(path))
    if data is None:
        raise ConfigError(f"{shown(path)}: has no table [tool.bcelint]")
    return read_config(os.path.abspath(path), data, os.getcwd())
