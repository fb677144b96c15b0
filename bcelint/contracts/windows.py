"""How many places a sliding window takes: the sizes behind convolutions and pooling, by the formulas in torch's docs."""

from __future__ import annotations

from bcelint.contracts.operands import elements, whole
from bcelint.contracts.schema import Arg, Args
from bcelint.facts import Dim, Shape

ZERO, ONE = Arg(constant=0, is_tensor=False), Arg(constant=1, is_tensor=False)


def slid(args: Args, shape: Shape | None, rank: int, *, dilation: bool = True, padding: bool = True) -> tuple[Dim, ...]:
    """The last ``rank`` sizes behind a convolution or pooling, None where not known. Pooling's stride is its kernel by default."""
    kernel = _each(args.arg("kernel_size"), rank)
    stride = kernel if args.constant("stride") is None else _each(args.arg("stride"), rank)
    steps = _each(args.arg("dilation") if dilation else ONE, rank)
    pads = _each(args.arg("padding") if padding else ZERO, rank)
    if padding and args.constant("padding") == "valid":
        pads = (0,) * rank
    same = padding and args.constant("padding") == "same"  # which allows no stride
    up = args.constant("ceil_mode") if "ceil_mode" in args else False
    if shape is None or (rank > len(shape.dims)) or not isinstance(up, bool):
        return (None,) * rank
    old = shape.dims[len(shape.dims) - rank :]
    return old if same else tuple(_places(*each, up) for each in zip(old, kernel, stride, pads, steps))


def _places(old: Dim, kernel: Dim, stride: Dim, pad: Dim, step: Dim, up: bool) -> Dim:
    if not (isinstance(kernel, int) and isinstance(stride, int) and isinstance(pad, int) and isinstance(step, int)) or stride < 1:
        return None
    shrink = step * (kernel - 1) - 2 * pad
    if stride == 1 and shrink == 0:
        return old
    if not isinstance(old, int) or old < shrink + 1:  # torch raises
        return None
    room = old - shrink - 1
    found = room // stride + 1
    if up and room % stride and found * stride < old + pad:  # a window that begins inside, and hangs over
        found += 1
    return found


def spread(args: Args, shape: Shape | None, rank: int) -> tuple[Dim, ...]:
    """The last ``rank`` sizes behind a transposed convolution."""
    if shape is None or rank > len(shape.dims) or args.constant("output_size") is not None:
        return (None,) * rank
    names = ("kernel_size", "stride", "padding", "output_padding", "dilation")
    return tuple(_reached(old, *each) for old, *each in zip(shape.dims[len(shape.dims) - rank :], *(_each(args.arg(n), rank) for n in names)))


def _reached(old: Dim, kernel: Dim, stride: Dim, pad: Dim, more: Dim, step: Dim) -> Dim:
    known = [d for d in (old, kernel, stride, pad, more, step) if isinstance(d, int)]
    if len(known) < 6:
        return None
    a, k, s, p, m, d = known
    found = (a - 1) * s - 2 * p + d * (k - 1) + m + 1
    return found if found > 0 else None


def _each(arg: Arg, rank: int) -> tuple[Dim, ...]:
    """One size for all dimensions, or one each."""
    listed = elements(arg)
    if listed is None:
        return (whole(arg),) * rank
    sizes = tuple(whole(a) for a in listed)
    return sizes * rank if len(sizes) == 1 else sizes if len(sizes) == rank else (None,) * rank


def with_channels(shape: Shape | None, channels: Dim, sizes: tuple[Dim, ...]) -> Shape:
    """(N, channels, …sizes); without a batch dimension only where the input is known to have none."""
    rank = len(sizes)
    if shape is not None and not shape.open and len(shape.dims) == rank + 1:
        return Shape((channels, *sizes))
    return Shape((None if shape is None else shape.dim(-rank - 2), channels, *sizes))
