"""Functions that make tensors: of constants, of data, or like another tensor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bcelint.contracts import dtypes, intervals, shapes
from bcelint.contracts.operands import dtype, interval, is_whole, listing, number, star
from bcelint.contracts.ops.views import given, sizes
from bcelint.contracts.rows import op, ops
from bcelint.contracts.schema import KEEP, Arg, Args, Outcome, Result
from bcelint.facts import UNBOUNDED, UNIT, DType, Interval, Shape

OPTIONS = "*, dtype=None, requires_grad=False"


def made(args: Args, default: DType | None = dtypes.DEFAULT) -> DType | None:
    """The dtype asked for, else ``default``."""
    wanted = dtypes.asked(args)
    return default if wanted is False else (wanted if isinstance(wanted, DType) else None)


def leaf(args: Args) -> Any:
    """A made tensor has a gradient only if one asks for it."""
    wanted = args.constant("requires_grad")
    return wanted if isinstance(wanted, bool) else None


def listed(args: Args) -> Shape | None:
    found = sizes(star(args))
    return None if found is None else Shape(tuple(found))


def passed(args: Args, name: str = "size") -> Shape | None:
    found = sizes(listing(args, name))
    return None if found is None else Shape(tuple(found))


def filled(value: Interval | None) -> dict[str, Any]:
    """The fields of a new tensor of the sizes given, its values in ``value``."""
    return {"range": value, "dtype": made, "shape": listed, "grad": leaf}


def like(value: Any) -> dict[str, Any]:
    """The fields of a new tensor of another one's shape and dtype."""
    return {"range": value, "dtype": _like_dtype, "shape": KEEP, "grad": leaf}


def _like_dtype(args: Args) -> Any:
    wanted = dtypes.asked(args)
    return KEEP if wanted is False else wanted


def fill_range(args: Args) -> Any:
    value = number(args.arg("fill_value"))
    kind = args.arg("fill_value").facts.interval
    if value is None:
        return kind
    return dtypes.fits(Interval(float(value), float(value)), made(args, None)) if value == value else None


def fill_dtype(args: Args) -> Any:
    wanted = made(args, DType.FLOATING)
    return wanted if wanted is not DType.FLOATING else python_dtype(args.constant("fill_value"))


def python_dtype(value: Any) -> DType | None:
    """The dtype that torch gives a Python number."""
    if isinstance(value, bool):
        return DType.BOOL
    if isinstance(value, int):
        return DType.INT64
    return dtypes.DEFAULT if isinstance(value, float) else None


def leaves(arg: Arg) -> Iterator[Arg | None]:
    """The numbers of nested lists; None where some are not known."""
    if arg.items is not None or arg.rest is not None:
        if arg.rest is not None:
            yield None
        for item in arg.items or ():
            yield from leaves(item)
    elif isinstance(arg.constant, (tuple, list)):
        for item in arg.constant:
            yield from leaves(Arg(constant=item, is_tensor=False))
    elif number(arg) is not None or arg.facts.range is not None or arg.facts.dtype is not None:
        yield arg
    else:
        yield None


def data_shape(arg: Arg) -> Shape | None:
    """The shape of nested lists of numbers."""
    if arg.facts.shape is not None:
        return arg.facts.shape.value
    if arg.rest is not None:
        return None
    if arg.items is not None or isinstance(arg.constant, (tuple, list)):
        items = arg.items if arg.items is not None else tuple(Arg(constant=c, is_tensor=False) for c in arg.constant)
        if not items:
            return Shape((0,))
        inner = data_shape(items[0])
        return None if inner is None or inner.open else Shape((len(items), *inner.dims))
    return Shape(()) if number(arg) is not None else None


def from_data(args: Args, shares: bool = False) -> Outcome:
    """``torch.tensor(data)``: a literal's own range, dtype and shape; of a tensor or array, what is known of it.

    ``shares`` says that a tensor stays the same one, gradient and all.
    """
    data = args.arg("data")
    wanted = dtypes.asked(args)
    grad = leaf(args) if "requires_grad" in args else False
    if "requires_grad" not in args and shares and data.items is None and not isinstance(data.constant, (tuple, list)):
        grad = data.facts.grad
    if data.facts.dtype is not None or data.facts.range is not None:
        kept = dtype(data) if wanted is False else wanted
        ranged = interval(data) if isinstance(kept, DType) and (kept.is_floating or kept is dtype(data)) else None
        kind = data.facts.kind if ranged is not None else None
        return Result(data.facts.range if ranged is not None else None, kind, None, kept, KEEP, grad)
    found = list(leaves(data))
    values = [interval(a) for a in found if a is not None]
    known = [v for v in values if v is not None]
    ranged = intervals.hull(known) if known and len(known) == len(found) else None
    if ranged is not None:
        ranged = Interval(ranged.low, ranged.high, tight=True)
    own = _own_dtype(found) if wanted is False else wanted
    if isinstance(own, DType) and not own.is_floating and ranged is not None and any(isinstance(_constant(a), float) for a in found):
        ranged = None
    return Result(dtypes.fits(ranged, own if isinstance(own, DType) else None), None, None, own, data_shape(data) or KEEP, grad, _varies(ranged))


def _varies(ranged: Interval | None) -> bool:
    """Whether the numbers of a list differ, each at its place."""
    return ranged is not None and ranged.low != ranged.high


def _constant(arg: Arg | None) -> Any:
    return None if arg is None else arg.constant


def _own_dtype(found: list[Arg | None]) -> DType | None:
    kinds = [python_dtype(_constant(a)) if number(a or Arg()) is not None else None for a in found]
    known = [k for k in kinds if k is not None]
    if not known:
        return None
    best = max(known, key=dtypes.category)
    return best if len(known) == len(found) or best is dtypes.DEFAULT else None


def parameter_range(args: Args) -> Any:
    """Training takes a parameter anywhere; one that is not trained stays what it is."""
    return UNBOUNDED if args.constant("requires_grad") is True else None


def legacy(dtype_of: DType) -> Any:
    """``torch.FloatTensor(data)``, ``(*sizes)`` or ``(a torch.Size)``: sizes leave the values unset."""

    def outcome(args: Args) -> Outcome:
        found = args.star
        if not found:
            return Result(None, None, None, dtype_of, Shape((0,)), False)
        if len(found) == 1 and found[0].is_size is not False:
            return Result(None, None, None, dtype_of, listed(args) if found[0].is_size else None, False)
        if len(found) == 1 and (found[0].items is not None or isinstance(found[0].constant, (tuple, list))):
            given_data = list(leaves(found[0]))
            known = [interval(a) for a in given_data if a is not None]
            values = [k for k in known if k is not None]
            ranged = intervals.hull(values) if values and len(values) == len(given_data) else None
            if ranged is not None and not dtype_of.is_floating:
                ranged = None if any(isinstance(_constant(a), float) for a in given_data) else dtypes.fits(ranged, dtype_of)
            return Result(ranged, None, None, dtype_of, data_shape(found[0]), False, _varies(ranged))
        if is_whole(found[0]) if len(found) == 1 else found and all(isinstance(a.constant, int) or a.symbol for a in found):
            return Result(None, None, None, dtype_of, listed(args), False)
        return Result(None, None, None, dtype_of, KEEP if len(found) == 1 else None, False)

    return outcome


def ranged_integers(args: Args) -> Outcome:
    """``arange(end)``, ``arange(start, end, step)``."""
    numbers = [number(a) for a in args.star[:3]]
    for name in ("start", "end", "step"):
        if name in args:
            numbers = []
            break
    wanted = dtypes.asked(args)
    ints = bool(numbers) and all(isinstance(n, int) and not isinstance(n, bool) for n in numbers)
    own = DType.INT64 if ints else dtypes.DEFAULT if any(isinstance(n, float) for n in numbers) else None
    given_dtype = own if wanted is False else wanted
    ranged, count = None, None
    if ints:
        start, end, step = (0, numbers[0], 1) if len(numbers) == 1 else (numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else 1)
        steps = range(start, end, step) if step else range(0)  # type: ignore[arg-type]
        count = len(steps)
        if steps:
            ranged = Interval(float(min(steps[0], steps[-1])), float(max(steps[0], steps[-1])))
    if isinstance(given_dtype, DType):
        ranged = dtypes.fits(ranged, given_dtype)
    return Result(ranged, None, None, given_dtype, Shape((count,)), leaf(args))


def spaced(args: Args) -> Any:
    start, end = number(args.arg("start")), number(args.arg("end"))
    if start is None or end is None or made(args) not in (DType.FLOAT32, DType.FLOAT64):
        return None
    return Interval(float(min(start, end)), float(max(start, end)), tight=False)


def classes(args: Args) -> Outcome:
    """``one_hot``: zeros and ones, and a last dimension of classes."""
    before, count = given(args, "tensor"), shapes.size(args.arg("num_classes"))
    last = None if count == -1 else count
    shape = Shape((last,), open=True) if before is None else Shape((*before.dims, last), before.open)
    return Result(UNIT, None, None, DType.INT64, shape, False)


ZERO, ONE = Interval(0.0, 0.0), Interval(1.0, 1.0)
DATA: dict[str, Any] = {"outcome": from_data, "main": "data"}
PARAMETER: dict[str, Any] = {"range": parameter_range, "grad": leaf}
FULL: dict[str, Any] = {"range": fill_range, "dtype": fill_dtype, "shape": passed, "grad": leaf}
FULL_LIKE: dict[str, Any] = {"range": fill_range, "dtype": _like_dtype, "shape": KEEP, "grad": leaf}

ROWS = (
    op("torch.zeros", f"*size, {OPTIONS[3:]}", main="size", **filled(ZERO)),
    op("torch.ones", f"*size, {OPTIONS[3:]}", main="size", **filled(ONE)),
    op("torch.empty", f"*size, {OPTIONS[3:]}", main="size", **filled(None)),
    op("torch.full", f"size, fill_value, {OPTIONS}", main="size", **FULL),
    op("torch.zeros_like", f"input, {OPTIONS}", **like(ZERO)),
    op("torch.ones_like", f"input, {OPTIONS}", **like(ONE)),
    op("torch.empty_like", f"input, {OPTIONS}", **like(None)),
    op("torch.full_like", f"input, fill_value, {OPTIONS}", **FULL_LIKE),
    op(".new_zeros", f"input, *size, {OPTIONS[3:]}", **{**like(ZERO), "shape": listed}),
    op(".new_ones", f"input, *size, {OPTIONS[3:]}", **{**like(ONE), "shape": listed}),
    op(".new_empty", f"input, *size, {OPTIONS[3:]}", **{**like(None), "shape": listed}),
    op(".new_full", f"input, size, fill_value, {OPTIONS}", **{**FULL_LIKE, "shape": passed}),
    op("torch.eye", f"n, m=None, {OPTIONS}", main="n", range=UNIT, dtype=made, grad=leaf, shape=lambda a: square(a)),
    op("torch.arange", f"*range, {OPTIONS[3:]}", main="range", outcome=ranged_integers),
    op("torch.linspace", f"start, end, steps, {OPTIONS}", main="start", range=spaced, dtype=made, grad=leaf, shape=lambda a: line(a)),
    op("torch.tensor", "data, *, dtype=None, requires_grad=False", **DATA),
    *ops(
        {"torch.as_tensor": "data, *, dtype=None", "torch.asarray": "data, *, dtype=None"},
        main="data",
        outcome=lambda a: from_data(a, shares=True),
    ),
    op("nn.Parameter", "data=None, requires_grad=True", main="data", **PARAMETER),
    op("torch.from_numpy", "ndarray", main="ndarray", dtype=None, grad=False),
    op("F.one_hot", "tensor, num_classes=-1", main="tensor", outcome=classes),
    *(op(f"torch.{name}", "*data", main="data", outcome=legacy(dtype_of)) for name, dtype_of in dtypes.TENSOR_TYPES.items()),
    op("torch.Tensor", "*data", main="data", outcome=legacy(DType.FLOAT32)),
)


def square(args: Args) -> Shape:
    rows = shapes.size(args.arg("n"))
    columns = rows if args.constant("m") is None else shapes.size(args.arg("m"))
    return Shape((rows, columns))


def line(args: Args) -> Shape:
    return Shape((shapes.size(args.arg("steps")),))
