"""Recurrent layers: their states lie in [-1, 1], except a relu's."""

from __future__ import annotations

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
    return Result(interval, None, None, _dtype(args), Shape((None, last), open=True), True)


def _dtype(args: Args) -> DType:
    given = args.facts("input").value("dtype")
    return given if given is not None and given.is_floating else DType.FLOATING


def unprojected(args: Args) -> bool:
    return "proj_size" not in args or args.constant("proj_size") == 0


def lstm(args: Args) -> Outcome:
    """Output, and the last hidden and cell state; a cell state is a sum and has no bound of its own."""
    bound = SYMMETRIC if unprojected(args) else None
    last = whole(args.arg("hidden_size"))
    hidden = state(bound, args, last if unprojected(args) else None)
    return (state(bound, args, width(args)), (hidden, state(None, args, last)))


def gru(args: Args) -> Outcome:
    """Each state lies between the last one and a tanh; a first state of one's own may lie anywhere."""
    bound = SYMMETRIC if args.constant("hx") is None else None
    return (state(bound, args, width(args)), state(bound, args, whole(args.arg("hidden_size"))))


def rnn_range(args: Args) -> Interval | None:
    return {"tanh": SYMMETRIC, "relu": NON_NEGATIVE}.get(args.constant("nonlinearity")) if _named(args) else None


def _named(args: Args) -> bool:
    return isinstance(args.constant("nonlinearity"), str)


def rnn(args: Args) -> Outcome:
    bound = rnn_range(args)
    return (state(bound, args, width(args)), state(bound, args, whole(args.arg("hidden_size"))))


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
