"""What a ``DataLoader`` yields: batches of what the dataset's ``__getitem__`` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from bcelint.facts import Claim, Dim, DType, Facts, Shape
from bcelint.trace.arguments import Arguments
from bcelint.trace.values import CONTENT, Const, DictCell, Instance, Loader, Mapped, Tensor, Tuple, Value, fresh

if TYPE_CHECKING:
    from bcelint.trace.frames import Frame
    from bcelint.trace.run import Run

PART = "part"
"""The option of a dataset that holds some of the items of another."""


def dataset_item(run: Run, frame: Frame, node: cst.CSTNode, dataset: Value) -> Value:
    """``dataset[i]``."""
    from bcelint.trace import attributes, calls
    from bcelint.trace.subscripts import indexed

    dataset = run.state.narrow(dataset)
    if isinstance(dataset, Loader):  # TensorDataset: its tensors, indexed
        content = dataset.dataset
        if isinstance(content, Tuple):
            items = [indexed(run, frame, node, v, Const(0)) if isinstance(v, Tensor) else run.unknown("an item of a dataset") for v in content.items]
            return Tuple(tuple(items))
    if isinstance(dataset, Instance):
        member = dataset.cls.member("__getitem__")
        if member is not None and isinstance(node, cst.BaseExpression):
            index = run.unknown("an index", frame, node)
            bound = attributes.bind(run, frame, node, member[0], dataset)
            return calls.call_value(run, frame, node, bound, Arguments((index,)))
    return run.unknown("an item of a dataset that is not followed", frame, node, dataset)


def part_of(dataset: Value) -> Value:
    """A dataset with some of the items of another: how many, is not followed."""
    return Loader(dataset.dataset, {**dataset.options, PART: Const(True)}) if isinstance(dataset, Loader) else dataset


def _length(dataset: Value) -> int | None:
    """How many items a dataset has, where it is made of tensors of known size."""
    if not isinstance(dataset, Loader) or PART in dataset.options or not isinstance(dataset.dataset, Tuple) or not dataset.dataset.items:
        return None
    first = dataset.dataset.items[0]
    size = first.facts.shape.value.dim(0) if isinstance(first, Tensor) and first.facts.shape is not None else None
    return size if isinstance(size, int) else None


def _batch_size(dataset: Value, options: Mapping[str, Value]) -> Dim:
    """The size of every batch: a number where all are alike, else a symbol."""
    batch = options.get("batch_size", Const(1))
    asked, length = batch.value if isinstance(batch, Const) else None, _length(dataset)
    if asked == 1:
        return None
    if isinstance(asked, int) and asked > 1 and length is not None and length > 1 and not {"sampler", "batch_sampler", "drop_last"} & set(options):
        if length < asked:
            return length
        if length % asked == 0:
            return asked
    return f"batch of loader {fresh()}"


def collate(run: Run, item: Value, options: Mapping[str, Value], dataset: Value) -> Value:
    """A batch of such items, as torch's default_collate makes it (source: torch.utils.data docs; measured on torch 2.13)."""
    if "collate_fn" in options:
        return run.unknown("a batch made by a collate_fn")
    batch = options.get("batch_size", Const(1))
    if isinstance(batch, Const) and batch.value is None:
        return item
    size = _batch_size(run.state.narrow(dataset), options)
    return run.state.lift(lambda single: _batched(run, single, size), item)


def _batched(run: Run, item: Value, size: Dim) -> Value:
    if isinstance(item, Tensor):
        shape = item.facts.shape
        batched = Claim(Shape((size, *shape.value.dims), shape.value.open), shape.steps) if shape and not shape.value.open else shape
        return replace(item, facts=replace(item.facts, shape=batched, axis=None), sources=frozenset({fresh()}))
    if isinstance(item, Const) and isinstance(item.value, (bool, int, float)):
        dtype = DType.BOOL if isinstance(item.value, bool) else DType.INT64 if isinstance(item.value, int) else DType.FLOAT64
        return Tensor(Facts(dtype=Claim(dtype), shape=Claim(Shape((size,)))), frozenset({fresh()}))
    if isinstance(item, Tuple):
        return replace(item, items=tuple(run.state.lift(lambda v: _batched(run, v, size), value) for value in item.items))
    if isinstance(item, DictCell):
        content = item.fields.get(CONTENT)
        if isinstance(content, Mapped):
            cell = DictCell()
            cell.fields[CONTENT] = Mapped({k: run.state.lift(lambda v: _batched(run, v, size), value) for k, value in content.items.items()})
            return cell
    return run.unknown("a batch of items that are not followed", None, None, item)
