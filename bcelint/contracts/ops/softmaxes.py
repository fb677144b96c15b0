"""softmax and its kin, with the dimension they run over."""

from __future__ import annotations

from typing import Any

from bcelint.contracts import dtypes, intervals
from bcelint.contracts.operands import whole
from bcelint.contracts.rows import ops
from bcelint.contracts.schema import KEEP, Args
from bcelint.facts import NON_POSITIVE, UNIT, DType, Interval, Kind


def over(args: Args) -> int | None:
    """The dimension it runs over. Left out, torch takes 0 for 0, 1 and 3 dimensions, and 1 for others (F.softmax docs)."""
    axis = whole(args.arg("dim"))
    if axis is not None or args.constant("dim") is not None:
        return axis
    shape = args.facts("input").value("shape")
    if shape is None or shape.open:
        return None
    return 0 if len(shape.dims) in (0, 1, 3) else 1


def _single(args: Args) -> bool:
    """Whether that dimension is known to have size 1, so that the outcome is constant."""
    axis, shape = over(args), args.facts("input").value("shape")
    return axis is not None and shape is not None and shape.dim(axis) == 1


def _ends_reached(args: Args, name: str = "input") -> bool:
    """Scores that are bounded leave a softmax short of 0 and 1."""
    given = args.facts(name).interval
    return given is None or intervals.unbounded(given)


def _probabilities(args: Args) -> Any:
    if _single(args):
        return Interval(1.0, 1.0)
    return UNIT if _ends_reached(args) else UNIT.loosely()


def _logs(args: Args) -> Any:
    if _single(args):
        return Interval(0.0, 0.0)
    return NON_POSITIVE if _ends_reached(args) else NON_POSITIVE.loosely()


def _sampled(args: Args) -> Any:
    return UNIT if _ends_reached(args, "logits") else UNIT.loosely()


def _dtype(args: Args) -> Any:
    wanted = dtypes.asked(args)
    if wanted is None or isinstance(wanted, DType):
        return wanted
    given = args.facts("input").value("dtype")
    return KEEP if given is None or dtypes.category(given) >= 2 else None


PROBABILITIES: dict[str, Any] = {"range": _probabilities, "kind": Kind.PROBABILITIES, "axis": over, "dtype": _dtype}
LOGS: dict[str, Any] = {"range": _logs, "kind": Kind.LOG_PROBABILITIES, "axis": over, "dtype": _dtype}

ROWS = (
    *ops({"torch.softmax .softmax": "input, dim, dtype=None", "F.softmax": "input, dim=None, _stacklevel=3, dtype=None"}, **PROBABILITIES),
    *ops({"torch.special.softmax": "input, dim, *, dtype=None", "F.softmin": "input, dim=None, _stacklevel=3, dtype=None"}, **PROBABILITIES),
    *ops(
        {"F.gumbel_softmax": "logits, tau=1.0, hard=False, eps=1e-10, dim=-1"},
        main="logits",
        **{**PROBABILITIES, "range": _sampled, "axis": lambda a: whole(a.arg("dim")), "dtype": KEEP},
    ),
    *ops({"torch.log_softmax .log_softmax": "input, dim, dtype=None", "F.log_softmax": "input, dim=None, _stacklevel=3, dtype=None"}, **LOGS),
    *ops({"torch.special.log_softmax": "input, dim, *, dtype=None"}, **LOGS),
)
