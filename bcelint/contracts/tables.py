"""The lookups: from a dotted name, or the bare name of a method, to its row. Tables are built at the first question.

How a row is asked: bind the call's arguments to ``row.params`` (``aliases.KEYWORDS`` are other names of a parameter, and those in
``aliases.IGNORED`` may be left out), build ``Args``, and call ``outcome``. A dtype is passed as a ``DType`` or by its dotted name
(``"torch.float32"``), a device as any string or int; of a method, the receiver is the first parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

from bcelint.contracts import frameworks, schema
from bcelint.contracts.aliases import canonical
from bcelint.contracts.schema import Args, Layer, Loss, Op, Outcome, Wrapper

__all__ = [
    "attribute",
    "canonical",
    "is_known",
    "layer",
    "layers",
    "loss_class",
    "loss_function",
    "losses",
    "method",
    "op",
    "ops",
    "outcome",
    "weighs",
    "wrapper",
]  # fmt: skip

OP_MODULES = (
    "activations", "arithmetic", "casts", "comparisons", "factories", "functions", "indexing", "joins", "normalizations", "products",
    "random", "reductions", "selection", "softmaxes", "spatial", "views",
)  # fmt: skip
LAYER_MODULES = ("activations", "affine", "attention", "normalizations", "recurrent", "shaping", "spatial")
METHOD = "torch.Tensor."
_WEIGHING = frozenset(
    "torch.mul torch.Tensor.mul_ torch.div torch.Tensor.div_ torch.true_divide torch.Tensor.true_divide_ torch.matmul torch.bmm torch.mm torch.dot "
    "torch.einsum torch.sub torch.Tensor.sub_".split()
)


@cache
def ops() -> tuple[Op, ...]:
    return tuple(_rows("ops", OP_MODULES))


@cache
def layers() -> tuple[Layer, ...]:
    return tuple(_rows("layers", LAYER_MODULES))


@cache
def losses() -> tuple[Loss, ...]:
    return tuple(import_module("bcelint.contracts.losses").ROWS)


def op(name: str) -> Op | None:
    """The row of a function, or of a method by its full name ``torch.Tensor.x``."""
    return _functions().get(name) or _functions().get(canonical(name))


def method(name: str) -> Op | None:
    """The row of a tensor's method by its bare name."""
    return _functions().get(METHOD + name)


def attribute(name: str) -> Op | None:
    """The row of what is read from a tensor: ``T``, ``data``."""
    return _attributes().get(METHOD + name)


def weighs(row: Op | Layer) -> bool:
    """Whether a loss may stand in it as a weight of another one, or as what another one is held against: a product, a quotient, a difference."""
    return not _WEIGHING.isdisjoint(row.names)


def layer(name: str) -> Layer | None:
    return _layers().get(canonical(name))


def loss_class(name: str) -> Loss | None:
    return _loss_classes().get(canonical(name))


def loss_function(name: str) -> Loss | None:
    return _loss_functions().get(canonical(name))


def wrapper(name: str) -> Wrapper | None:
    return _wrappers().get(name) or _wrappers().get(canonical(name))


def is_known(name: str) -> bool:
    """Whether a dotted name stands in the tables."""
    return name in frameworks.CONTAINERS or any(lookup(name) is not None for lookup in (op, layer, loss_class, loss_function, wrapper))


def is_class(name: str) -> bool:
    """Whether a canonical name is that of a class of ``torch.nn``, in the tables or not."""
    module, _, last = name.rpartition(".")
    return module == "torch.nn" and last[:1].isupper()


def is_of_nn(title: str) -> bool:
    """Whether it is the title of a layer, or of a function of ``torch.nn.functional``, all of which have the batch in front."""
    return layer(f"torch.nn.{title}") is not None or op(f"torch.nn.functional.{title}") is not None


def outcome(row: Op | Layer, args: Args) -> Outcome:
    """What ``row`` says of one call. A layer that is a function is asked as that function, with its constructor's defaults."""
    if isinstance(row, Layer) and row.op is not None:
        function = op(row.op)
        assert function is not None, row.op
        return schema.outcome_of(function, as_function(row, function, args))
    return schema.outcome_of(row, args)


def as_function(row: Layer, function: Op, args: Args) -> Args:
    """The arguments of ``row``, constructor and call, as those of ``function``."""
    named = {p.name for p in function.params}
    bound = {p.name: args.arg(p.name) for p in (*row.init, *row.call) if p.name in named and _given(args, p.name)}
    if row.main != function.main and row.main in args:
        bound[function.main] = args.arg(row.main)
    return Args(bound, function.params, args.star)


def _given(args: Args, name: str) -> bool:
    return name in args or args.constant(name) is not schema.UNKNOWN


def _rows(package: str, modules: Iterable[str]) -> Iterator[Any]:
    for name in modules:
        yield from import_module(f"bcelint.contracts.{package}.{name}").ROWS


@cache
def _functions() -> dict[str, Op]:
    return {name: row for row in ops() if not row.attribute for name in row.names}


@cache
def _attributes() -> dict[str, Op]:
    return {name: row for row in ops() if row.attribute for name in row.names}


@cache
def _layers() -> dict[str, Layer]:
    return {name: row for row in layers() for name in row.names}


@cache
def _loss_classes() -> dict[str, Loss]:
    return {row.cls: row for row in losses() if row.cls}


@cache
def _loss_functions() -> dict[str, Loss]:
    return {row.function: row for row in losses() if row.function}


@cache
def _wrappers() -> dict[str, Wrapper]:
    return {name: row for row in frameworks.WRAPPERS for name in row.names}
