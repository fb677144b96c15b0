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


def collate(run: Run, item: Value, options: Mapping[str, Value]) -> Value:
    """A batch of such items, as torch's default_collate makes it (source: torch.utils.data docs; measured on torch 2.13)."""
    if "collate_fn" in options:
        return run.unknown("a batch made by a collate_fn")
    batch = options.get("batch_size", Const(1))
    if isinstance(batch, Const) and batch.value is None:
        return item
    size = None if isinstance(batch, Const) and batch.value == 1 else f"batch of loader {fresh()}"
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
