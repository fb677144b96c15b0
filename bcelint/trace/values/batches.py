"""Batches, as torch's default_collate makes them (source: torch.utils.data docs; measured on torch 2.13)."""

from __future__ import annotations

from bcelint.facts import Dim
from bcelint.trace.interpreter import Interpreter, Value
from bcelint.trace.values.unknowns import born_elsewhere


def batch(at: Interpreter, item: Value, size: Dim) -> Value:
    """A batch of such items, case by case."""
    return at.lift(lambda single: single.batched(at, size) or born_elsewhere(at, "a batch of items that are not followed", single), item)
