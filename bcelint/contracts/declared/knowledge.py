"""What is declared, as the tracer asks for it: the user's rows first, then those of our own files, each read when its package is mentioned."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, cached_property
from typing import Union

from bcelint.contracts.aliases import canonical
from bcelint.contracts.declared.declarations import library_names, library_row, packages
from bcelint.contracts.declared.rows import Declarations, DeclaredCall, DeclaredLoss

Declared = Union[DeclaredLoss, DeclaredCall]


class Knowledge:
    """The rows of ``user`` and of the libraries. ``of`` is for names outside of the project; what the project defines itself is ``user``'s alone."""

    def __init__(self, user: Declarations | None = None) -> None:
        self.user = user or Declarations()

    def of(self, name: str) -> Declared | None:
        """The row of a class, function or method outside of the project by its dotted name."""
        return self._names.get(name) or library_row(name)

    def has_methods(self, name: str) -> bool:
        """Whether something is declared of objects of the class ``name``."""
        return name in self._classes or name in _library_classes(name.partition(".")[0])

    def loss_words(self, data: bytes) -> frozenset[bytes]:
        """The last parts of the names of losses that code may mean: the user's, and those of the packages that it mentions."""
        mentioned = [package for package in packages() if package.encode() in data]
        words = frozenset(name.rpartition(".")[2].encode() for name in self.user.losses)
        return words.union(*map(_library_words, mentioned))

    @cached_property
    def _names(self) -> dict[str, Declared]:
        rows: dict[str, Declared] = {**self.user.losses, **self.user.calls}
        return {**{canonical(name): row for name, row in rows.items()}, **rows}

    @cached_property
    def _classes(self) -> frozenset[str]:
        return _owners((*self.user.losses, *self.user.calls))


def _owners(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.rpartition(".")[0] for name in names)


@cache
def _library_classes(package: str) -> frozenset[str]:
    return _owners(library_names(package))


@cache
def _library_words(package: str) -> frozenset[bytes]:
    losses = (name for name, (table, _) in library_names(package).items() if table == "losses")
    return frozenset(name.rpartition(".")[2].encode() for name in losses)
