"""What is said to be refused, torch refuses; and each check refuses something, and not all."""

from __future__ import annotations

import itertools
import random
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from bcelint.contracts import refusals, shapes, tables
from bcelint.contracts.refusals.by_size import refuses_indices
from bcelint.contracts.refusals.of_layers import refuses_size
from bcelint.contracts.schema import REQUIRED, Arg, Args, Layer, Op
from bcelint.facts import Claim, DType, Facts, Shape
from bcelint.runtime.memory import DTYPES
from bcelint.trace.torch.operations import TENSORS
from tests.contracts.test_ops import resolve, seeded

SHAPES = [
    (),
    (3,),
    (2,),
    (2, 3),
    (3, 2),
    (3, 3),
    (1, 3),
    (2, 2, 3),
    (2, 3, 3),
    (1, 3, 1),
    (3, 2, 4, 4),
    (1, 3, 1, 1),
    (2, 3, 4, 4),
    (1, 2, 4, 4, 4),
    (2, 3, 4, 4, 4),
]
DTYPE_POOL = [torch.float32, torch.float32, torch.float64, torch.int64, torch.int64, torch.int32, torch.int16, torch.uint8, torch.bool]
TENSOR = object()
PARTS = object()
AXIS = object()
AXES = object()
SIZES = object()
COUNTS = object()
EQUATION = object()
EQUATIONS = ["ij,jk->ik", "ij,ij->i", "abc,ac->ab", "bij,bjk->bik", "i,j->ij", "nchw,nc->nhw"]
TURNS = 400
CALLS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys("gather index_select index_add scatter scatter_add".split(), (TENSOR, AXIS, TENSOR)),
    "index_add": (TENSOR, 0, TENSOR, TENSOR),
    "scatter": (TENSOR, AXIS, TENSOR, TENSOR),
    "scatter_add": (TENSOR, AXIS, TENSOR, TENSOR),
    "take_along_dim": (TENSOR, TENSOR, 0),
    "one_hot": (TENSOR, 3),
    **dict.fromkeys("masked_fill masked_fill_".split(), (TENSOR, TENSOR, 0)),
    "where": (TENSOR, TENSOR, TENSOR),
    **dict.fromkeys("softmax softmin log_softmax".split(), (TENSOR, AXIS)),
    **dict.fromkeys("sum mean prod argmax max min amax std logsumexp cumsum cumprod squeeze all median sort argsort unbind".split(), (TENSOR, AXIS)),
    **dict.fromkeys("count_nonzero unsqueeze".split(), (TENSOR, AXIS)),
    **dict.fromkeys("transpose swapaxes movedim flatten".split(), (TENSOR, AXIS, AXIS)),
    **dict.fromkeys("chunk split tensor_split".split(), (TENSOR, 1, AXIS)),
    **dict.fromkeys("permute flip".split(), (TENSOR, AXES)),
    **dict.fromkeys("reshape expand broadcast_to".split(), (TENSOR, SIZES)),
    "repeat": (TENSOR, COUNTS),
    "select": (TENSOR, AXIS, 0),
    "narrow": (TENSOR, AXIS, 0, 1),
    "norm": (TENSOR, 2, AXIS),
    "t": (TENSOR,),
    "einsum": (EQUATION, TENSOR, TENSOR),
    "interpolate": (TENSOR, None, 2),
    "topk": (TENSOR, 1, AXIS),
    **dict.fromkeys("stack cat".split(), (PARTS, AXIS)),
    "layer_norm": (TENSOR, (3,)),
    "batch_norm": (TENSOR, None, None, None, None, True),
    "normalize": (TENSOR, 2.0, 0),
    **dict.fromkeys((f"{kind}_pool{n}d" for kind in ("max", "avg") for n in (1, 2, 3)), (TENSOR, 2)),
    **dict.fromkeys((f"adaptive_{kind}_pool{n}d" for kind in ("max", "avg") for n in (1, 2, 3)), (TENSOR, 1)),
}
CHOICES: dict[object, Callable[[random.Random], Any]] = {
    AXIS: lambda rng: rng.randint(-4, 4),
    AXES: lambda rng: rng.choice([(0, 1), (1, 0), (0, 0), (0, 2, 1), (1, 2, -1), (2, 1, 0), (0, 2, 3, 1), (0, -1, 1, 2), (0, 1, 3)]),
    SIZES: lambda rng: rng.choice([(), (-1,), (6,), (2, 3), (3, 2), (3, -1), (-1, 4), (5, -1), (2, 3, 3), (-1, 2, 3), (2, 2, 3, -1), (2, -1, -1)]),
    COUNTS: lambda rng: tuple(rng.randint(1, 2) for _ in range(rng.randint(0, 5))),
    EQUATION: lambda rng: rng.choice(EQUATIONS),
}
ONE = set("bitwise_not bincount gumbel_softmax bernoulli".split())
"""Functions of one tensor; of two, where nothing else is said."""
BUILT: dict[str, tuple[Any, ...]] = {
    "Embedding": (9, 2),
    "EmbeddingBag": (9, 2),
    "Linear": (3, 2),
    **dict.fromkeys("LSTM GRU RNN".split(), (3, 2)),
    "LayerNorm": (3,),
    "GroupNorm": (1, 3),
    **{f"BatchNorm{n}d": (3,) for n in (1, 2, 3)},
    **{f"Conv{n}d": (3, 2, 1) for n in (1, 2, 3)},
    **{f"ConvTranspose{n}d": (3, 2, 1) for n in (1, 2, 3)},
}
ROWS = [pytest.param(row, id=row.names[0]) for row in (*tables.ops(), *tables.layers()) if row.names[0] in refusals._CHECKS]


def tensor(rng: random.Random, dtypes: Sequence[torch.dtype], shapes: Sequence[tuple[int, ...]]) -> tuple[Any, Arg]:
    """A tensor of zeros and ones, which are valid indices, with its dtype or its shape known, or both."""
    dtype, shape = rng.choice(dtypes), rng.choice(shapes)
    value = torch.randint(0, 2, shape).to(dtype)
    facts = Facts(dtype=Claim(DTYPES[dtype]) if rng.random() < 0.8 else None, shape=Claim(Shape(shape)) if rng.random() < 0.8 else None)
    return value, Arg(facts)


def drawn(specs: Sequence[Any], rng: random.Random) -> list[tuple[Any, Arg]]:
    """The arguments of a call; in some all tensors have the same dtype or shape."""
    dtypes = [rng.choice(DTYPE_POOL)] if rng.random() < 0.5 else DTYPE_POOL
    shapes = [rng.choice(SHAPES)] if rng.random() < 0.5 else SHAPES
    found: list[tuple[Any, Arg]] = []
    for spec in specs:
        if spec is TENSOR:
            found.append(tensor(rng, dtypes, shapes))
        elif spec is PARTS:
            pairs = [tensor(rng, dtypes, shapes) for _ in range(2)]
            found.append(([value for value, _ in pairs], Arg(items=tuple(arg for _, arg in pairs), is_tensor=False)))
        else:
            value = CHOICES[spec](rng) if spec in CHOICES else spec
            found.append((value, Arg(constant=value, is_tensor=False)))
    return found


def call(row: Op | Layer, rng: random.Random) -> tuple[Any, Args]:
    """One call as a function without arguments, and what is known of it."""
    if isinstance(row, Layer):
        built = BUILT[row.title]
        *options, (value, arg) = drawn((*built, TENSOR), rng)
        bound = {**{p.name: option for p, (_, option) in zip(row.init, options)}, row.call[0].name: arg}
        bound["training"] = Arg(constant=True, is_tensor=False)
        return lambda: resolve(row.names[0])(*built).train()(value), Args(bound, (*row.init, *row.call))
    name = row.names[0].rpartition(".")[2]
    given = drawn(CALLS.get(name, (TENSOR,) if name in ONE else (TENSOR, TENSOR)), rng)
    named, star = given[: len(row.params)], [arg for _, arg in given[len(row.params) :]]
    return lambda: resolve(row.names[0])(*(v for v, _ in given)), Args({p.name: a for p, (_, a) in zip(row.params, named)}, row.params, star)


@pytest.mark.parametrize("row", ROWS)
def test_torch_refuses_it(row: Op | Layer) -> None:
    seen = {True: 0, False: 0}
    rng = seeded(row.names[0])
    for _ in range(TURNS):
        function, args = call(row, rng)
        refused = refusals.refuses(row, args)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                function()
        except (RuntimeError, TypeError, IndexError, ValueError, NotImplementedError):
            seen[refused] += refused
        else:
            assert not refused, f"torch takes {[args.facts(param.name) for param in (row.call if isinstance(row, Layer) else row.params)]}"
            seen[False] += 1
    assert all(seen.values()), seen


def test_where_of_one_argument_takes_all_dtypes() -> None:
    row = tables.op("torch.where")
    assert row is not None
    scores = Arg(Facts(dtype=Claim(DType.FLOAT32)))
    assert torch.where(torch.rand(3))
    assert not refusals.refuses(row, Args({"condition": scores}, row.params))
    assert refusals.refuses(row, Args({"condition": scores, "input": scores, "other": scores}, row.params))


@pytest.mark.parametrize("name", ["torch.matmul", "torch.mean", "torch.nn.Linear", "torch.nn.functional.normalize"])
def test_complex_numbers_are_taken(name: str) -> None:
    row = tables.op(name) or tables.layer(name)
    assert row is not None
    number = Arg(Facts(dtype=Claim(DType.COMPLEX)))
    assert not refusals.refuses(row, Args({"input": number, "other": number}, row.params if isinstance(row, Op) else row.call))


def test_bernoulli_draws_into_whole_numbers_where_it_is_told_how_likely_ones_are() -> None:
    row = tables.op("torch.bernoulli")
    assert row is not None
    whole = Arg(Facts(dtype=Claim(DType.INT64)))
    assert refusals.refuses(row, Args({"input": whole}, row.params))
    assert not refusals.refuses(row, Args({"input": whole, "p": Arg(constant=0.5, is_tensor=False)}, row.params))
    assert torch.bernoulli(torch.tensor([1, 0]), 0.5).dtype is torch.int64


@pytest.mark.parametrize("name", sorted(refusals._CHECKS))
def test_the_name_is_that_of_a_row(name: str) -> None:
    assert name in {row.names[0] for row in (*tables.ops(), *tables.layers())}


@pytest.mark.parametrize("loss", [torch.nn.functional.cross_entropy, torch.nn.functional.nll_loss])
def test_class_indices_that_are_refused(loss: Any) -> None:
    shapes = [(1,), (2,), (3,), (1, 3), (2, 3), (2, 1), (2, 4), (2, 3, 4), (2, 4, 5), (1, 4, 5), (2, 3, 4, 5), (2, 1, 4, 5)]
    refused = 0
    for scores in shapes:
        for target in [(), *shapes]:
            exact = refuses_indices(Shape(scores), Shape(target))
            opened = refuses_indices(Shape(scores, open=True), Shape(target))
            if exact or opened:
                refused += 1
                with pytest.raises((ValueError, RuntimeError, IndexError)):
                    loss(torch.rand(scores), torch.zeros(target, dtype=torch.int64))
    assert 60 < refused < len(shapes) ** 2


@pytest.mark.parametrize("sizes", [[7, -1], [-1, 5], [5, 5], [24], [-1, 6], [2, 3, 4], [4, -1, 2], [0, -1]])
def test_views_of_another_number_of_elements(sizes: list[int]) -> None:
    refused = shapes.holds_other_number(Shape((2, 3, 4)), sizes)
    if refused:
        with pytest.raises(RuntimeError):
            torch.zeros(2, 3, 4).view(sizes)
    assert refused == (sizes in ([7, -1], [-1, 5], [5, 5]))


SIZES_OF_LAYERS = [
    (name, param.name)
    for name in dir(torch.nn)
    for row in [tables.layer(f"torch.nn.{name}")]
    if row is not None
    for param in row.init
    if refuses_size(row, param.name, 4.0)
]


@pytest.mark.parametrize(("name", "argument"), SIZES_OF_LAYERS)
def test_layers_refuse_floats_as_sizes(name: str, argument: str) -> None:
    row = tables.layer(f"torch.nn.{name}")
    assert row is not None
    given = {param.name: 4 for param in row.init if param.default is REQUIRED}
    getattr(torch.nn, name)(**given)
    with pytest.raises(TypeError):
        getattr(torch.nn, name)(**{**given, argument: 4.0})


def test_layers_without_weights_take_them() -> None:
    assert {"Linear", "Conv2d", "LSTM", "BatchNorm1d"} <= {name for name, _ in SIZES_OF_LAYERS}
    torch.nn.InstanceNorm2d(4.0)  # type: ignore[arg-type]
    torch.nn.LazyLinear(4.0)  # type: ignore[arg-type]
    torch.nn.BatchNorm1d(4.0, affine=False, track_running_stats=False)  # type: ignore[arg-type]
    torch.nn.Embedding(4.0, 2, _weight=torch.rand(4, 2))  # type: ignore[arg-type]
    for name, argument, instead in [("BatchNorm1d", "num_features", "affine"), ("Embedding", "num_embeddings", "_weight")]:
        row = tables.layer(f"torch.nn.{name}")
        assert row is not None
        assert not refuses_size(row, argument, 4.0, [instead])
    assert not {"InstanceNorm2d", "LazyLinear"} & {name for name, _ in SIZES_OF_LAYERS}


NO_TENSORS = [None, [1.0, 2.0], "a", (torch.ones(2), torch.ones(2))]
FILLS = [torch.ones(2, 2), 1, torch.ones(2, 2).long()]
TAKING_TENSORS = sorted(
    {(name, len(row.params)) for row in tables.ops() if row.main in TENSORS for name in row.names if not name.startswith("torch.Tensor.")}
)


@pytest.mark.parametrize(("name", "most"), TAKING_TENSORS)
def test_a_function_of_tensors_takes_nothing_else(name: str, most: int) -> None:
    """Neither None nor a sequence nor a text, whatever the other arguments are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for given, count, fill in itertools.product(NO_TENSORS, range(most), FILLS):
            with pytest.raises((TypeError, ValueError, AttributeError, RuntimeError, IndexError, AssertionError, NotImplementedError)):
                resolve(name)(given, *[fill] * count)
