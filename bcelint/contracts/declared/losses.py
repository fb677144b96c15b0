"""Reads the rows of ``losses``."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bcelint.contracts.declared.reading import Table, described, nearest
from bcelint.contracts.declared.rows import Cases, DeclaredLoss, Signature
from bcelint.contracts.schema import Loss, Param, Target, TargetForm
from bcelint.facts import NON_POSITIVE, UNBOUNDED, UNIT, DType, Interval, Kind

KINDS = {kind.value: kind for kind in Kind}
DTYPES = {dtype.value: dtype for dtype in DType}
RANGES = {Kind.LOGITS: UNBOUNDED, Kind.PROBABILITIES: UNIT, Kind.LOG_PROBABILITIES: NON_POSITIVE}
FORMS = {
    "per-element": TargetForm.PER_ELEMENT,
    "classes": TargetForm.CLASSES,
    "class-indices": TargetForm.CLASS_INDICES,
    "distribution": TargetForm.DISTRIBUTION,
    "sequences": TargetForm.SEQUENCES,
}
TARGETS: Mapping[str, Target] = {
    **{name: Target(form) for name, form in FORMS.items()},
    "class-indices": Target(TargetForm.CLASS_INDICES, dtype=DType.INTEGRAL),
    "probabilities": Target(TargetForm.PER_ELEMENT, UNIT),
    "any": Target(TargetForm.ANY),
}
KEYS = ("prediction", "applies", "range", "target")
FIXED = ("source", "names", "init", "call", "function", "prediction-parameter", "target-parameter")
APPLIES = ("sigmoid", "softmax", "nothing")


def read_loss(name: str, data: Any, path: str, ours: bool = False) -> DeclaredLoss:
    """One row. ``ours`` demands a source. Raises BadTable."""
    table = Table(data, path, (*KEYS, *FIXED, "cases"))
    row = _row(name, table, ours)
    options = []
    for case in case_tables(table, KEYS):
        base = dict(table.data)
        if "prediction" in case:
            base = {key: value for key, value in base.items() if key not in ("applies", "range")}  # they belong to the other kind
        when = case.expression("when")
        check_names(case, "when", when.names, row.init, row.call)
        options.append((when, _row(name, Table({**base, **case.data}, case.path), ours)))
    return replace(row, cases=Cases(tuple(options)))


def case_tables(table: Table, keys: Collection[str]) -> Iterator[Table]:
    """The tables under ``cases``, which may hold ``when`` and ``keys``."""
    cases = table.get("cases")
    if cases is not None and not isinstance(cases, list):
        raise table.bad("cases", f"is {described(cases)} and should be an array of tables")
    for at, case in enumerate(cases or ()):
        yield Table(case, f"{table.key('cases')}[{at}]", (*keys, "when"))


def check_names(table: Table, key: str, names: frozenset[str], *signatures: Signature) -> None:
    """BadTable where a text mentions a name that is no parameter."""
    known = frozenset(name for each in signatures for name in each.names)
    for name in sorted(names - known):
        hint = nearest(name, known) if known else "declare the parameters in init"
        raise table.bad(key, f"mentions {name}, which is no parameter; {hint}")


def _row(name: str, table: Table, ours: bool) -> DeclaredLoss:
    source = table.text("source")
    if ours and not source:
        raise table.bad("source", "is missing")
    names = (name, *(table.texts("names") or ()))
    init, call = table.signature("init"), table.signature("call")
    function = table.flag("function")
    if "init" in table:
        if function:
            raise table.bad("init", "a function has no constructor")
        function = False
    said = table.word("prediction", (*KINDS, "any", "unknown"))
    if said is None:
        raise table.bad("prediction", f"is missing; it may be {', '.join(KINDS)}, any or unknown")
    wants = KINDS.get(said)
    prediction = _parameter(table, "prediction-parameter", call, 0, "input")
    target = _parameter(table, "target-parameter", call, 1, "target")
    params = call.params or (Param(prediction), Param(target))
    form = _target(table)
    row = Loss(
        name.rpartition(".")[2],
        name,
        name,
        wants,
        source or "",
        init=init.params,
        call=params,
        func=params,
        range=interval(table, "range") or (UNBOUNDED if wants is None else RANGES[wants]),
        applies=_applies(table, wants, form),
        targets=form,
        prediction=prediction,
        target=target,
        declared=True,
    )
    return DeclaredLoss(names, source or "", row, init, call, function, unclear=said == "unknown")


def _applies(table: Table, wants: Kind | None, target: Target) -> str | None:
    """What the loss does to its prediction: as it is said, else what the target's form makes of logits; None where neither tells."""
    said = table.word("applies", APPLIES)
    if said is not None and wants is not Kind.LOGITS and said != "nothing":
        raise table.bad("applies", f"{said!r}, but the loss is not said to want logits")
    if said is not None or wants is not Kind.LOGITS:
        return None if said == "nothing" else said
    if target.form in (TargetForm.CLASSES, TargetForm.CLASS_INDICES):
        return "softmax"
    return "sigmoid" if target.form is TargetForm.PER_ELEMENT else None


def _parameter(table: Table, key: str, call: Signature, position: int, usual: str) -> str:
    said = table.text(key)
    if said is None:
        positional = [param.name for param in call.params if not param.keyword_only]
        return positional[position] if position < len(positional) else usual
    if call.params and said not in call.names:
        raise table.bad(key, f"{said!r} is no parameter of call; {nearest(said, call.names)}")
    return said


def _target(table: Table) -> Target:
    value = table.get("target")
    if value is None:
        return TARGETS["any"]
    if not isinstance(value, dict):
        word = table.word("target", TARGETS)
        assert word is not None
        return TARGETS[word]
    inner = Table(value, table.key("target"), ("form", "range", "dtype", "same-shape", "broadcasts"))
    form = TARGETS[inner.word("form", TARGETS) or "any"]
    dtype = inner.word("dtype", (*DTYPES, "any"))
    return Target(
        form.form,
        interval(inner, "range") or form.range,
        same_shape=inner.flag("same-shape") or False,
        broadcasts=inner.flag("broadcasts") or False,
        dtype=form.dtype if dtype is None else DTYPES.get(dtype),
    )


def interval(table: Table, key: str) -> Interval | None:
    """``[low, high]``; ``inf`` is a number in TOML."""
    value = table.get(key)
    if value is None:
        return None
    numbers = isinstance(value, list) and len(value) == 2 and all(isinstance(end, (int, float)) and not isinstance(end, bool) for end in value)
    if not numbers or any(math.isnan(end) for end in value) or value[0] > value[1]:
        raise table.bad(key, "should be two numbers, the lower one first, such as [0, 1] or [-inf, 0]")
    return Interval(float(value[0]), float(value[1]))
