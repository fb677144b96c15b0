"""Reads the rows of ``calls``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bcelint.contracts.declared.expressions import Expression, LayerCall
from bcelint.contracts.declared.losses import DTYPES, KINDS, RANGES, case_tables, check_names, interval
from bcelint.contracts.declared.reading import Table, described, nearest
from bcelint.contracts.declared.rows import Cases, DeclaredCall, Returns, Signature, Size

WORDS = {"unknown": Returns("unknown"), "head": Returns("head"), "arguments": Returns("arguments"), "tensor": Returns()}
KEYS = ("returns", "head", "layers", "rank")
FIXED = ("source", "names", "init", "call", "model", "resets")
FACTS = ("kind", "range", "axis", "dtype", "shape", "gradient", "keeps")
HOLDERS = ("items", "attributes", "tuple")


def read_call(name: str, data: Any, path: str, ours: bool = False) -> DeclaredCall:
    """One row. ``ours`` demands a source. Raises BadTable."""
    table = Table(data, path, (*KEYS, *FIXED, "cases"))
    row = _row(name, table, ours)
    options = []
    for case in case_tables(table, KEYS):
        when = case.expression("when")
        check_names(case, "when", when.names, row.init, row.call)
        if not when.names <= row.init.names and not case.data.keys() <= {"when", "returns"}:
            raise case.bad("when", "names a parameter of the model's call, by which only `returns` can differ")
        options.append((when, _row(name, Table({**table.data, **case.data}, case.path), ours)))
    return replace(row, cases=Cases(tuple(options)))


def _row(name: str, table: Table, ours: bool) -> DeclaredCall:
    source = table.text("source")
    if ours and not source:
        raise table.bad("source", "is missing")
    names = (name, *(table.texts("names") or ()))
    init, call = table.signature("init"), table.signature("call")
    head = table.text("head") or ""
    layers, layer_names = _layers(table, init)
    model = table.flag("model")
    if "call" in table or layers or head:
        if model is False:
            raise table.bad("model", "is false, but what a model has (call, head, layers) is declared")
        model = True
    rank = table.integer("rank")
    returns = table.get("returns")
    if returns is None:
        if not layers:
            raise table.bad("returns", f"is missing; it may be {', '.join(KINDS)}, unknown, or a table")
        returns = "head"
    made = _returns(table, "returns", returns, init, call, bool(layers))
    methods = Table(table.get("resets") or {}, table.key("resets"))
    resets = {method: methods.signature(method) for method in methods.data}
    return DeclaredCall(names, source or "", made, init, call, model, head, layers, layer_names, 2 if rank is None else rank, resets)


def _layers(table: Table, init: Signature) -> tuple[tuple[LayerCall, ...], tuple[str, ...]]:
    """The layers, and what they are called where they are given by name."""
    value = table.get("layers")
    if isinstance(value, dict):
        inner = Table(value, table.key("layers"))
        return tuple(_layer(inner, name, inner.text(name) or "", init) for name in value), tuple(value)
    return tuple(_layer(table, f"layers[{at}]", text, init) for at, text in enumerate(table.texts("layers") or ())), ()


def _layer(table: Table, key: str, text: str, init: Signature) -> LayerCall:
    try:
        layer = LayerCall(text)
    except ValueError as error:
        raise table.bad(key, f"{text!r}: {error}") from None
    check_names(table, key, layer.names, init)
    return layer


def _returns(table: Table, key: str, value: Any, init: Signature, call: Signature, has_head: bool) -> Returns:
    if isinstance(value, str):
        if value in KINDS:
            return Returns(kind=KINDS[value], range=RANGES[KINDS[value]])
        if value not in WORDS:
            raise table.bad(key, f"{value!r} is not known; {nearest(value, (*KINDS, *WORDS))}")
        if value == "head" and not has_head:
            raise table.bad(key, "the model has no layers that a head could hold")
        return WORDS[value]
    inner = Table(value, table.key(key), (*FACTS, "argument", *HOLDERS))
    if len(inner.data) > 1 and not inner.data.keys() <= set(FACTS):
        raise table.bad(key, f"{', '.join(HOLDERS)} and argument stand alone")
    holder = next((each for each in HOLDERS if each in inner), None)
    if holder is not None:
        return _holder(inner, holder, init, call, has_head)
    if "argument" in inner:
        name = inner.text("argument") or ""
        _check_parameter(inner, "argument", name, init, call)
        return Returns("argument", argument=name)
    return _tensor(inner, init, call)


def _holder(table: Table, holder: str, init: Signature, call: Signature, has_head: bool) -> Returns:
    value = table.get(holder)
    if holder == "tuple":
        if not isinstance(value, list):
            raise table.bad(holder, f"is {described(value)} and should be an array")
        pairs = [(f"{holder}[{at}]", str(at), each) for at, each in enumerate(value)]
        return Returns(holder, parts=tuple((name, _returns(table, key, each, init, call, has_head)) for key, name, each in pairs))
    parts = Table(value, table.key(holder))
    return Returns(holder, parts=tuple((name, _returns(parts, name, each, init, call, has_head)) for name, each in parts.data.items()))


def _tensor(table: Table, init: Signature, call: Signature) -> Returns:
    said = table.word("kind", KINDS)
    kind = None if said is None else KINDS[said]
    keeps = table.text("keeps") or ""
    if keeps:
        _check_parameter(table, "keeps", keeps, init, call)
    shape, is_open = _shape(table, init, call)
    dtype = table.text("dtype")
    if dtype is not None and dtype not in DTYPES and dtype not in init.names | call.names:
        raise table.bad("dtype", f"{dtype!r} is neither a dtype nor a parameter; {nearest(dtype, DTYPES)}")
    return Returns(
        kind=kind,
        range=interval(table, "range") or (None if kind is None else RANGES[kind]),
        axis=table.integer("axis"),
        dtype=dtype if dtype is None else DTYPES.get(dtype, dtype),
        shape=shape,
        open=is_open,
        gradient=table.flag("gradient"),
        keeps=keeps,
    )


def _check_parameter(table: Table, key: str, name: str, init: Signature, call: Signature) -> None:
    known = init.names | call.names
    if name not in known:
        raise table.bad(key, f"{name!r} is no parameter; {nearest(name, known) if known else 'declare the parameters in init'}")


def _shape(table: Table, init: Signature, call: Signature) -> tuple[tuple[Size, ...] | str | None, bool]:
    value = table.get("shape")
    if value is None:
        return None, False
    if isinstance(value, str):
        _check_parameter(table, "shape", value, init, call)
        return value, False
    if not isinstance(value, list):
        raise table.bad("shape", f"is {described(value)} and should be an array of sizes, or the name of a parameter")
    is_open = value[:1] == ["..."]
    sizes = [_size(table, f"shape[{at}]", each, init, call) for at, each in enumerate(value) if not (is_open and at == 0)]
    return tuple(sizes), is_open


def _size(table: Table, key: str, value: Any, init: Signature, call: Signature) -> Size:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if value == "?":
        return None
    if not isinstance(value, str):
        raise table.bad(key, "should be a size, '?', or an expression over the parameters; '...' may stand first")
    try:
        expression = Expression(value)
    except ValueError as error:
        raise table.bad(key, f"{value!r}: {error}") from None
    check_names(table, key, expression.names, init, call)
    return expression
