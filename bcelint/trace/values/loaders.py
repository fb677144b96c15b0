"""Data loaders, and the data sets of torch that are made of tensors: what iterating over them and indexing them yields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import libcst as cst

from bcelint.facts import Dim
from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Arguments, Interpreter, Items, Value
from bcelint.trace.values.batches import batch
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.functions import bind
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.methods import Method
from bcelint.trace.values.samples import mixed
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import Unknown, born_elsewhere

_METHODS = ("__getitem__", "__iter__", "__len__")
PART = "part"
"""The option of a dataset that holds some of the items of another."""


@dataclass(frozen=True, eq=False)
class Loader(Value):
    """A ``DataLoader``: iterating it yields batches of what ``dataset[i]`` returns. A ``TensorDataset`` has a tuple of tensors as its data set."""

    noun = "data loader"
    dataset: Value
    options: Mapping[str, Value]

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        if name == "dataset":
            return self.dataset
        if name in _METHODS:
            return Method(self, name, at.setter())
        option = self.options.get(name)
        if option is not None and option.constant is not None:
            return option
        return at.unknown(f"the {name} of a data loader", opaque=True)  # for None torch makes one of its own

    def item(self, at: Interpreter, index: Any) -> Value:
        if not isinstance(self.dataset, Tuple):
            return dataset_item(at, self.dataset)
        if isinstance(index, Const) or (isinstance(index, Unknown) and index.is_number):
            return dataset_item(at, self)
        several = at.unknown("which items a part of a data set has") if PART in self.options else index
        return Tuple(tuple(tensor.item(at, several) for tensor in self.dataset.items))

    def iterate(self, at: Interpreter) -> Items:
        if self._is_empty(at):
            return Items(())
        return Items((), mixed(at, _collated(at, dataset_item(at, self.dataset), self)))

    def truth(self) -> bool | None:
        """There is data where it is not seen that there is none."""
        return None if self.dataset.truth() is False or self.length_of_data() == 0 else True

    def _is_empty(self, at: Interpreter) -> bool:
        """Whether the data set says itself that it has no items: then its sampler draws none."""
        dataset = at.narrow(self.dataset)
        if not isinstance(dataset, Instance) or any(self.options.get(name, NONE) is not NONE for name in ("sampler", "batch_sampler")):
            return False
        is_iterated = dataset.cls.member("__iter__") is not None or dataset.cls.member("__getitem__") is None
        return not is_iterated and dataset.length(at).constant == 0

    def part(self) -> Loader:
        """A data set with some of the items: how many, is not followed."""
        return Loader(self.dataset, {**self.options, PART: Const(True)})

    def length_of_data(self) -> int | None:
        """How many items a data set has, where it is made of tensors of known size."""
        if PART in self.options or not isinstance(self.dataset, Tuple) or not self.dataset.items:
            return None
        first = self.dataset.items[0]
        size = first.facts.shape.value.dim(0) if isinstance(first, Tensor) and first.facts.shape is not None else None
        return size if isinstance(size, int) else None


def dataset_item(at: Interpreter, dataset: Value) -> Value:
    """``dataset[i]``."""
    dataset = at.narrow(dataset)
    if isinstance(dataset, Loader) and isinstance(dataset.dataset, Tuple):
        tensors = dataset.dataset.items
        return Tuple(tuple(v.item(at, Const(0)) if isinstance(v, Tensor) else born_elsewhere(at, "an item of a dataset") for v in tensors))
    if isinstance(dataset, Instance):
        member = dataset.cls.member("__getitem__")
        if member is not None and isinstance(at.node, cst.BaseExpression):
            index = at.unknown("an index")
            return at.call(bind(at, member[0], dataset), Arguments((index,)))
    return at.unknown("an item of a dataset that is not followed", dataset)


def _collated(at: Interpreter, item: Value, loader: Loader) -> Value:
    """A batch of such items, as torch's default_collate makes it (source: torch.utils.data docs; measured on torch 2.13)."""
    if "collate_fn" in loader.options:
        return born_elsewhere(at, "a batch made by a collate_fn")
    if loader.options.get("batch_size", Const(1)).constant is None:
        return item
    size = _batch_size(at.narrow(loader.dataset), loader.options)
    return batch(at, item, size)


def _batch_size(dataset: Value, options: Mapping[str, Value]) -> Dim:
    """The size of every batch: a number where all are alike, else a symbol."""
    asked = options.get("batch_size", Const(1)).constant
    length = dataset.length_of_data() if isinstance(dataset, Loader) else None
    if asked == 1:
        return None
    if isinstance(asked, int) and asked > 1 and length is not None and length > 1 and not {"sampler", "batch_sampler", "drop_last"} & set(options):
        if length < asked:
            return length
        if length % asked == 0:
            return asked
    return f"batch of loader {fresh()}"
