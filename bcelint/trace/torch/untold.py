"""Cases of a loss call of which nothing is said, because they don't come to be, or are meant for something else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bcelint.contracts.refusals.by_size import refuses_indices
from bcelint.contracts.schema import Loss, TargetForm
from bcelint.trace.conditions.asking import is_below_one, is_left_below_two, symbols
from bcelint.trace.conditions.atoms import Atom, Guard
from bcelint.trace.conditions.sampled import has_sample
from bcelint.trace.conditions.satisfiable import satisfiable
from bcelint.trace.conditions.telling import as_read
from bcelint.trace.interpreter import Value
from bcelint.trace.values.tensors import Tensor

_CLASSES = re.compile(r"\.shape\[-?1\]$")
"""In a symbol: how many classes, of a tensor whose rank is not known."""


def untold(row: Loss, hidden: Sequence[str], path: Guard, values: Sequence[Value]) -> str:
    """Why nothing is said of a case that may come to be; "" where something is."""
    if hidden:
        return f"it hangs on `{hidden[0]}`, which is set where it is not seen"
    if not satisfiable(as_read(path)) or not has_sample(path):
        return "it is a case in which one test comes out so here and otherwise there"
    if row.applies == "softmax" and values and _of_one_class(path, values[0]):
        return "it is the case of one class, which is meant for another loss"
    return ""


def impossible(row: Loss, path: Guard, values: Sequence[Value]) -> str:
    """Why a case does not come to be, so that the others need no condition against it; "" where it may."""
    if is_below_one(path):
        return "it is the case of less than one class"
    if _is_refused(row, values):
        return "torch refuses class indices of such a shape"
    return "a tensor of no elements, which stands where there is nothing to learn from" if any(map(_is_empty, values)) else ""


def _is_refused(row: Loss, values: Sequence[Value]) -> bool:
    """Whether one of torch's losses over classes raises, since the class indices don't fit the scores."""
    facts = [value.facts for value in values if isinstance(value, Tensor)]
    if len(facts) < 2 or row.declared or row.targets.form not in (TargetForm.CLASSES, TargetForm.CLASS_INDICES):
        return False
    dtype = facts[1].value("dtype")
    return dtype is not None and dtype.is_integral and refuses_indices(facts[0].value("shape"), facts[1].value("shape"))


def _of_one_class(path: Guard, prediction: Value) -> bool:
    """Whether the case is that a size of the prediction, which the program asks for (``if num_classes == 1:``), is 1 or less."""
    shape = prediction.facts.value("shape") if isinstance(prediction, Tensor) else None
    known = () if shape is None else shape.dims
    sizes = [symbol for symbol in symbols(path) if symbol in known or _CLASSES.search(symbol)]
    if any(not satisfiable(path | {Atom(size, ">=", 2, True)}) for size in sizes):
        return True
    classes = known[:1] if len(known) == 1 else known[1:2]
    return 1 in classes and is_left_below_two(path)


def _is_empty(value: Value) -> bool:
    shape = value.facts.value("shape") if isinstance(value, Tensor) else None
    return shape is not None and 0 in shape.dims
