"""Recurrent layers: their states lie in [-1, 1], except a relu's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bcelint.contracts.layers.rows import layer
from bcelint.contracts.operands import whole
from bcelint.contracts.schema import Args, Outcome, Result
from bcelint.facts import NON_NEGATIVE, SYMMETRIC, DType, Interval, Shape


def width(args: Args) -> int | None:
    """Features of the output: those of the hidden state, or of its projection, for each direction."""
    hidden, projected, both = whole(args.arg("hidden_size")), args.arg("proj_size").constant, args.constant("bidirectional")
    if not isinstance(both, bool) or hidden is None:
        return None
    if "proj_size" in args and projected != 0:
        if not isinstance(projected, int):
            return None
        hidden = projected
    return hidden * (2 if both else 1)


def state(interval: Interval | None, args: Args, last: int | None) -> Result:
    """An output: the shape of the input with another last dimension. What is not known may be a batch of sequences or one of them."""
    given = args.facts("input").value("shape")
    known = given is not None and not given.open and given.dims
    return Result(interval, None, None, _dtype(args), Shape((*given.dims[:-1], last)) if known else Shape((last,), open=True), True)


def final(interval: Interval | None, args: Args, last: int | None) -> Result:
    """A state after the last step: one for each layer and direction, then the batch, wherever that stands in the input."""
    made = state(interval, args, last)
    given = args.facts("input").value("shape")
    if given is None or given.open or len(given.dims) not in (2, 3):
        return made
    layers, both, first = whole(args.arg("num_layers")), args.constant("bidirectional"), args.constant("batch_first")
    count = layers * (2 if both else 1) if layers is not None and isinstance(both, bool) else None
    batch = () if len(given.dims) == 2 else (given.dims[0 if first else 1] if isinstance(first, bool) else None,)
    return replace(made, shape=Shape((count, *batch, last)))


def _dtype(args: Args) -> DType:
    given = args.facts("input").value("dtype")
    return given if given is not None and given.is_floating else DType.FLOATING


def unprojected(args: Args) -> bool:
    return "proj_size" not in args or args.constant("proj_size") == 0


def lstm(args: Args) -> Outcome:
    """Output, and the last hidden and cell state; a cell state is a sum and has no bound of its own."""
    bound = SYMMETRIC if unprojected(args) else None
    last = whole(args.arg("hidden_size"))
    hidden = final(bound, args, last if unprojected(args) else None)
    return (state(bound, args, width(args)), (hidden, final(None, args, last)))


def gru(args: Args) -> Outcome:
    """Each state lies between the last one and a tanh; a first state of one's own may lie anywhere."""
    bound = SYMMETRIC if args.constant("hx") is None else None
    return (state(bound, args, width(args)), final(bound, args, whole(args.arg("hidden_size"))))


def rnn_range(args: Args) -> Interval | None:
    return {"tanh": SYMMETRIC, "relu": NON_NEGATIVE}.get(args.constant("nonlinearity")) if _named(args) else None


def _named(args: Args) -> bool:
    return isinstance(args.constant("nonlinearity"), str)


def rnn(args: Args) -> Outcome:
    bound = rnn_range(args)
    return (state(bound, args, width(args)), final(bound, args, whole(args.arg("hidden_size"))))


def cell(bound: Any) -> Any:
    def outcome(args: Args) -> Outcome:
        return state(bound(args), args, whole(args.arg("hidden_size")))

    return outcome


def lstm_cell(args: Args) -> Outcome:
    last = whole(args.arg("hidden_size"))
    return (state(SYMMETRIC, args, last), state(None, args, last))


STACK = "num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False"
END = "device=None, dtype=None"
CELL = f"input_size, hidden_size, bias=True, {END}"
ROWS = (
    layer("nn.LSTM", f"input_size, hidden_size, {STACK}, proj_size=0, {END}", call="input, hx=None", outcome=lstm),
    layer("nn.GRU", f"input_size, hidden_size, {STACK}, {END}", call="input, hx=None", outcome=gru),
    layer(
        "nn.RNN",
        f"input_size, hidden_size, num_layers=1, nonlinearity='tanh', bias=True, batch_first=False, dropout=0.0, bidirectional=False, {END}",
        call="input, hx=None",
        outcome=rnn,
    ),
    layer("nn.LSTMCell", CELL, call="input, hx=None", outcome=lstm_cell),
    layer("nn.GRUCell", CELL, call="input, hx=None", outcome=cell(lambda a: SYMMETRIC if a.constant("hx") is None else None)),
    layer("nn.RNNCell", f"input_size, hidden_size, bias=True, nonlinearity='tanh', {END}", call="input, hx=None", outcome=cell(rnn_range)),
)
