"""torch's own data sets and loaders."""

from __future__ import annotations

from collections.abc import Callable

from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.constants import NONE
from bcelint.trace.values.loaders import Loader
from bcelint.trace.values.plain import content_of
from bcelint.trace.values.sizes import Size
from bcelint.trace.values.tuples import Tuple


def _loader(at: Site, args: Arguments) -> Value:
    dataset = args.positional[0] if args.positional else args.keywords.get("dataset")
    options = dict(args.keywords)
    if len(args.positional) > 1:
        options["batch_size"] = args.positional[1]
    return Loader(dataset, options) if dataset is not None else at.unknown("a DataLoader without a dataset")


def _tensor_dataset(at: Site, args: Arguments) -> Value:
    return Loader(Tuple(args.positional), {"batch_size": NONE})


def _subset(at: Site, args: Arguments) -> Value:
    return _part_of(args.positional[0]) if args.positional else at.unknown("a subset of nothing")


def _random_split(at: Site, args: Arguments) -> Value:
    return Tuple((), _part_of(args.positional[0]) if args.positional else at.unknown("a split of nothing"))


def _part_of(dataset: Value) -> Value:
    return dataset.part() if isinstance(dataset, Loader) else dataset


def _size(at: Site, args: Arguments) -> Value:
    """``torch.Size([2, 3])``."""
    return at.lift(_as_size, args.positional[0]) if args.positional else Size()


def _as_size(sizes: Value) -> Value:
    content = content_of(sizes)
    return sizes if content is None else Size(content.items, content.rest)


HANDLERS: dict[str, Callable[[Site, Arguments], Value]] = {
    "torch.utils.data.DataLoader": _loader,
    "torch.utils.data.TensorDataset": _tensor_dataset,
    "torch.utils.data.Subset": _subset,
    "torch.utils.data.random_split": _random_split,
    "torch.Size": _size,
}
