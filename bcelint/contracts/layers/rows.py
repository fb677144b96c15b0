"""How rows of layers are written."""

from __future__ import annotations

from typing import Any

from bcelint.contracts.rows import page, signature, spelled
from bcelint.contracts.schema import Layer


def layer(names: str, init: str = "", source: str = "", call: str = "input", **fields: Any) -> Layer:
    """One row: its names in short, the signatures of constructor and ``forward`` as text, and what comes out."""
    full = spelled(names)
    return Layer(full, source or page(full[0]), signature(init), signature(call), **fields)


def is_function(names: str, init: str, op: str, call: str = "input", source: str = "") -> Layer:
    """A layer that is the function ``op`` with its constructor's arguments."""
    return layer(names, init, source, call, op=spelled(op)[0])
