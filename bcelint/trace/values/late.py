"""Names that are imported from a module which is itself still being imported."""

from __future__ import annotations

from dataclasses import dataclass

from bcelint.trace.values.unknowns import Unknown


@dataclass(frozen=True, eq=False)
class Late(Unknown):
    """What the module ``module`` has not defined yet, and will: two modules import each other, and this one was begun with.

    Python begins with the other one, or the import would fail. It is looked up when it is read.
    """

    module: str = ""
    name: str = ""
